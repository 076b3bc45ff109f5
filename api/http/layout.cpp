#include "api/http/layout.hpp"

#include <zlib.h>

#include <array>

#include "agent/base/assert.hpp"
#include "agent/base/json_writer.hpp"
#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip wrapper

void begin_deflate(z_stream& stream) {
    // Fails only when memory runs out, which ends the process elsewhere too.
    int result = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                              Z_DEFAULT_STRATEGY);
    WEFT_ASSERT(result == Z_OK);
}

void deflate_all(z_stream& stream, std::string_view plain, int flush, std::string& out) {
    std::array<char, 16 * 1024> buffer;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    do {
        stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream.avail_out = static_cast<uInt>(buffer.size());
        deflate(&stream, flush);
        out.append(buffer.data(), buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
}

// "q=0", "q=0.0": the coding is refused.
bool is_zero_quality(std::string_view parameters) {
    auto at = parameters.find("q=");
    if (at == std::string_view::npos) return false;
    return trimmed(parameters.substr(at + 2)).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::string pretty_json(std::string_view minified) {
    std::string out;
    out.reserve(minified.size() * 2);
    JsonWriter(out, true).raw(minified);
    out.push_back('\n');
    return out;
}

std::string gzip(std::string_view plain) {
    z_stream stream{};
    begin_deflate(stream);
    std::string out;
    deflate_all(stream, plain, Z_FINISH, out);
    deflateEnd(&stream);
    return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
    while (!accept_encoding.empty()) {
        auto comma = accept_encoding.find(',');
        std::string_view coding = accept_encoding.substr(0, comma);
        accept_encoding.remove_prefix(comma == std::string_view::npos ? accept_encoding.size()
                                                                      : comma + 1);
        auto semicolon = coding.find(';');
        if (trimmed(coding.substr(0, semicolon)) != "gzip") continue;
        return semicolon == std::string_view::npos ||
               !is_zero_quality(coding.substr(semicolon + 1));
    }
    return false;
}

std::string canonical_header_name(std::string_view name) {
    std::string out(name);
    bool first = true;
    for (char& c : out) {
        if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
        if (!first && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        first = c == '-';
    }
    return out;
}

struct GzipStream::State {
    z_stream stream{};
};

GzipStream::GzipStream() : state_(std::make_unique<State>()) {
    begin_deflate(state_->stream);
}

GzipStream::~GzipStream() {
    deflateEnd(&state_->stream);
}

std::string GzipStream::add(std::string_view plain) {
    std::string out;
    deflate_all(state_->stream, plain, Z_SYNC_FLUSH, out);
    return out;
}

}  // namespace weft::api
