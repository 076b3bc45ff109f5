#include "agent/catalog/snapshot/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "agent/base/assert.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kBlock = 512;
// Where fields begin, and their lengths.
constexpr std::size_t kName = 0, kNameSize = 100;
constexpr std::size_t kMode = 100, kUser = 108, kGroup = 116;
constexpr std::size_t kSize = 124, kTime = 136, kNumberSize = 12;
constexpr std::size_t kSum = 148, kSumSize = 8;
constexpr std::size_t kKind = 156, kMagic = 257, kVersion = 263;
constexpr std::uint64_t kDrainMax = 1 << 20;

using Block = std::array<char, kBlock>;

std::size_t padding_of(std::uint64_t size) {
    return static_cast<std::size_t>((kBlock - size % kBlock) % kBlock);
}

// Sum of all bytes, those of the sum itself taken as spaces.
std::uint64_t sum_of(const Block& block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        const bool own = i >= kSum && i < kSum + kSumSize;
        sum += own ? ' ' : static_cast<unsigned char>(block[i]);
    }
    return sum;
}

void put(std::string& block, std::size_t at, std::string_view text) {
    block.replace(at, text.size(), text);
}

std::optional<std::uint64_t> octal(std::string_view field) {
    while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
    while (!field.empty() && (field.back() == ' ' || field.back() == '\0')) field.remove_suffix(1);
    if (field.empty()) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : field) {
        if (c < '0' || c > '7') return std::nullopt;
        number = number * 8 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
}

std::string_view field_of(const Block& block, std::size_t at, std::size_t size) {
    return {block.data() + at, size};
}

bool is_zero(const Block& block) {
    return std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; });
}

}  // namespace

std::string tar_head(std::string_view name, std::uint64_t size, std::uint64_t unix_seconds) {
    WEFT_ASSERT(name.size() < kNameSize && size <= kTarMemberMax);
    std::string head(kBlock, '\0');
    put(head, kName, name);
    put(head, kMode, "0000600");
    put(head, kUser, "0000000");
    put(head, kGroup, "0000000");
    put(head, kSize, fmt::format("{:011o}", size));
    put(head, kTime, fmt::format("{:011o}", std::min(unix_seconds, kTarMemberMax)));
    put(head, kKind, "0");
    put(head, kMagic, "ustar");
    put(head, kVersion, "00");
    Block block;
    std::copy(head.begin(), head.end(), block.begin());
    put(head, kSum, fmt::format("{:06o}", sum_of(block)));
    head[kSum + kSumSize - 1] = ' ';
    return head;
}

std::string tar_padding(std::uint64_t size) {
    return std::string(padding_of(size), '\0');
}

std::string tar_end() {
    return std::string(2 * kBlock, '\0');
}

Result<std::optional<TarMember>> TarReader::next() {
    while (true) {
        WEFT_TRY(skip(left_ + padding_));
        left_ = padding_ = 0;
        Block block;
        WEFT_TRY(const std::size_t got, read_fully(source_, block));
        if (got < kBlock) return cut_off();
        if (is_zero(block)) {
            WEFT_TRY(drain());
            return std::optional<TarMember>();
        }
        const auto size = octal(field_of(block, kSize, kNumberSize));
        if (octal(field_of(block, kSum, kSumSize)) != sum_of(block) || !size)
            return make_error(Errc::Corrupt, "the snapshot is damaged: no archive is in it");
        left_ = *size;
        padding_ = padding_of(*size);
        const std::string_view name = field_of(block, kName, kNameSize);
        const bool is_file = block[kKind] == '0' || block[kKind] == '\0';
        if (is_file)
            return std::optional(TarMember{std::string(name.substr(0, name.find('\0'))), *size});
    }
}

Result<std::size_t> TarReader::read(std::span<char> buffer) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
    if (most == 0) return std::size_t{0};
    WEFT_TRY(const std::size_t size, source_(buffer.first(most)));
    if (size == 0) return cut_off();
    left_ -= size;
    return size;
}

Result<void> TarReader::skip(std::uint64_t size) {
    std::array<char, 4096> unused;
    while (size > 0) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(unused.size(), size));
        WEFT_TRY(const std::size_t got, source_(std::span(unused).first(most)));
        if (got == 0) return cut_off();
        size -= got;
    }
    return success();
}

// Archives end in zero blocks, of which there may be some; with them the source ends.
Result<void> TarReader::drain() {
    std::array<char, 4096> unused;
    std::uint64_t passed = 0;
    while (true) {
        WEFT_TRY(const std::size_t got, source_(unused));
        if (got == 0) return success();
        passed += got;
        const bool zero = std::all_of(unused.begin(), unused.begin() + static_cast<long>(got),
                                      [](char c) { return c == '\0'; });
        if (!zero || passed > kDrainMax)
            return make_error(Errc::Corrupt, "something follows the snapshot's end");
    }
}

}  // namespace weft::agent
