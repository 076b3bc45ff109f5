#include "agent/cli/archive.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <cstring>

namespace weft::agent {

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameMax = 99;
constexpr std::size_t kArchiveMax = std::size_t{1} << 30;
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip wrapper

// Where the fields of a header stand and how long they are.
constexpr std::size_t kMode = 100, kUid = 108, kGid = 116, kSize = 124, kTime = 136, kSum = 148;
constexpr std::size_t kType = 156, kMagic = 257;

void put(std::array<char, kBlock>& header, std::size_t at, std::string_view text) {
    std::memcpy(header.data() + at, text.data(), text.size());
}

std::array<char, kBlock> header_of(std::string_view name, std::size_t size,
                                   std::int64_t unix_time) {
    std::array<char, kBlock> header{};
    put(header, 0, name);
    put(header, kMode, "0000600");
    put(header, kUid, "0000000");
    put(header, kGid, "0000000");
    put(header, kSize, fmt::format("{:011o}", size));
    put(header, kTime, fmt::format("{:011o}", unix_time));
    put(header, kSum, "        ");
    header[kType] = '0';
    put(header, kMagic, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    put(header, kSum, fmt::format("{:06o}", sum));
    header[kSum + 6] = '\0';
    return header;
}

}  // namespace

Result<void> Archive::add(std::string_view name, std::string_view content) {
    if (name.size() > kNameMax || tar_.size() + content.size() > kArchiveMax)
        return make_error(Errc::Limit, fmt::format("{} does not fit into a tar archive", name));
    const auto header = header_of(name, content.size(), unix_time_);
    tar_.append(header.data(), header.size());
    tar_.append(content);
    tar_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
    return success();
}

Result<std::string> Archive::compressed() const {
    std::string whole = tar_;
    whole.append(2 * kBlock, '\0');
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return make_error(Errc::Io, "zlib has no memory");
    std::string out(deflateBound(&stream, static_cast<uLong>(whole.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(whole.data());
    stream.avail_in = static_cast<uInt>(whole.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) return make_error(Errc::Io, "zlib could not compress");
    return out;
}

}  // namespace weft::agent
