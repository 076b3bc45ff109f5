#include "agent/catalog/snapshot/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "agent/base/assert.hpp"

namespace weft::agent {
namespace {

constexpr int kWindowBits = 15 + 16;  // the largest window, in gzip's frame
constexpr int kMemoryLevel = 8;       // zlib's default
constexpr std::size_t kOutputStep = std::size_t{64} << 10;
constexpr std::size_t kInputBytes = std::size_t{64} << 10;
constexpr std::size_t kGzipHeadBytes = 10;

// zlib takes what it does not change as non-const.
Bytef* bytes_of(std::string_view text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

Error bad(std::string_view why) {
    return make_error(Errc::Corrupt, fmt::format("failed to decompress snapshot: {}", why));
}

}  // namespace

struct GzipWriter::State {
    z_stream stream{};
};

GzipWriter::GzipWriter() : state_(std::make_unique<State>()) {
    const int begun = deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, kWindowBits,
                                   kMemoryLevel, Z_DEFAULT_STRATEGY);
    WEFT_ASSERT(begun == Z_OK);
}

GzipWriter::~GzipWriter() {
    deflateEnd(&state_->stream);
}

void GzipWriter::add(std::string_view plain, std::string& out) {
    run(plain, Z_NO_FLUSH, out);
}

void GzipWriter::finish(std::string& out) {
    run({}, Z_FINISH, out);
}

void GzipWriter::run(std::string_view plain, int flush, std::string& out) {
    z_stream& stream = state_->stream;
    stream.next_in = bytes_of(plain);
    stream.avail_in = static_cast<uInt>(plain.size());
    do {
        const std::size_t before = out.size();
        out.resize(before + kOutputStep);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = kOutputStep;
        deflate(&stream, flush);
        out.resize(out.size() - stream.avail_out);
    } while (stream.avail_out == 0);
}

struct GzipReader::State {
    z_stream stream{};
    std::array<char, kInputBytes> input;
};

GzipReader::GzipReader(ReadBytes source, std::uint64_t plain_max)
    : source_(std::move(source)), plain_max_(plain_max), state_(std::make_unique<State>()) {
    const int begun = inflateInit2(&state_->stream, kWindowBits);
    WEFT_ASSERT(begun == Z_OK);
}

GzipReader::~GzipReader() {
    inflateEnd(&state_->stream);
}

// The words are those of Go's library, for three kinds of bytes that are no gzip.
Result<void> GzipReader::begin() {
    begun_ = true;
    State& state = *state_;
    WEFT_TRY(const std::size_t size, read_fully(source_, state.input));
    state.stream.next_in = bytes_of({state.input.data(), size});
    state.stream.avail_in = static_cast<uInt>(size);
    if (size == 0) return bad("EOF");
    if (size < kGzipHeadBytes) return bad("unexpected EOF");
    const std::string_view head(state.input.data(), 3);
    return head == "\x1f\x8b\x08" ? Result<void>(success()) : bad("gzip: invalid header");
}

Result<void> GzipReader::refill() {
    State& state = *state_;
    WEFT_TRY(const std::size_t size, source_(state.input));
    state.stream.next_in = bytes_of({state.input.data(), size});
    state.stream.avail_in = static_cast<uInt>(size);
    return size > 0 ? Result<void>(success()) : bad("unexpected EOF");
}

Result<void> GzipReader::check_end() {
    ended_ = true;
    if (state_->stream.avail_in > 0) return bad("something follows its end");
    WEFT_TRY(const std::size_t more, source_(state_->input));
    return more == 0 ? Result<void>(success()) : bad("something follows its end");
}

Result<std::size_t> GzipReader::read(std::span<char> buffer) {
    if (ended_ || buffer.empty()) return std::size_t{0};
    if (!begun_) {
        WEFT_TRY(begin());
    }
    z_stream& stream = state_->stream;
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(std::min(buffer.size(), kOutputStep));
    const uInt room = stream.avail_out;
    while (stream.avail_out == room) {
        if (stream.avail_in == 0) {
            WEFT_TRY(refill());
        }
        const int state = inflate(&stream, Z_NO_FLUSH);
        if (state == Z_STREAM_END) {
            WEFT_TRY(check_end());
            break;
        }
        if (state != Z_OK && state != Z_BUF_ERROR)
            return bad(stream.msg != nullptr ? stream.msg : "flate: corrupt input");
    }
    plain_ += room - stream.avail_out;
    if (plain_ > plain_max_) {
        return make_error(
            Errc::Limit,
            fmt::format("the snapshot unpacks to more than {} bytes, which is the limit",
                        plain_max_));
    }
    return std::size_t{room - stream.avail_out};
}

}  // namespace weft::agent
