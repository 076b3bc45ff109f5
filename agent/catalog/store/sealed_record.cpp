#include "agent/catalog/store/sealed_record.hpp"

#include <xxhash.h>

#include <array>
#include <bit>
#include <cstring>

namespace weft::agent {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

constexpr std::size_t kNumberBytes = 8;

Error corrupt(const char* what) {
    return make_error(Errc::Corrupt, what);
}

std::uint64_t checksum(std::string_view key, std::string_view payload) {
    return XXH3_64bits_withSeed(payload.data(), payload.size(),
                                XXH3_64bits(key.data(), key.size()));
}

void put(std::string& out, std::uint64_t number) {
    std::array<char, kNumberBytes> bytes;
    std::memcpy(bytes.data(), &number, bytes.size());
    out.append(bytes.data(), bytes.size());
}

std::uint64_t take(std::string_view& bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), kNumberBytes);
    bytes.remove_prefix(kNumberBytes);
    return number;
}

}  // namespace

std::string sealed(std::string_view key, std::string_view payload) {
    std::string value;
    value.reserve(payload.size() + kNumberBytes);
    value.append(payload);
    put(value, checksum(key, payload));
    return value;
}

Result<std::string_view> unsealed(std::string_view key, std::string_view value) {
    if (value.size() < kNumberBytes) return corrupt("a record is too short for its checksum");
    std::string_view stored = value.substr(value.size() - kNumberBytes);
    value.remove_suffix(kNumberBytes);
    if (take(stored) != checksum(key, value)) return corrupt("a record contradicts its checksum");
    return value;
}

std::string encode_checkpoint(const Checkpoint& checkpoint) {
    std::string payload;
    put(payload, checkpoint.applied.get());
    put(payload, checkpoint.digest.low);
    put(payload, checkpoint.digest.high);
    put(payload, checkpoint.term);
    return payload;
}

Result<Checkpoint> decode_checkpoint(std::string_view payload) {
    if (payload.size() != 4 * kNumberBytes) return corrupt("its position has a wrong length");
    WEFT_TRY(Checkpoint checkpoint, decode_checkpoint_1(payload.substr(0, 3 * kNumberBytes)));
    payload.remove_prefix(3 * kNumberBytes);
    checkpoint.term = take(payload);
    return checkpoint;
}

Result<Checkpoint> decode_checkpoint_1(std::string_view payload) {
    if (payload.size() != 3 * kNumberBytes) return corrupt("its position has a wrong length");
    Checkpoint checkpoint;
    checkpoint.applied = Index{take(payload)};
    checkpoint.digest.low = take(payload);
    checkpoint.digest.high = take(payload);
    return checkpoint;
}

std::string encode_format(std::uint64_t format) {
    std::string payload;
    put(payload, format);
    return payload;
}

Result<std::uint64_t> decode_format(std::string_view payload) {
    if (payload.size() != kNumberBytes) return corrupt("its format version has a wrong length");
    return take(payload);
}

}  // namespace weft::agent
