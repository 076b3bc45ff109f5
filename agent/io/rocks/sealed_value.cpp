#include "agent/io/rocks/sealed_value.hpp"

#include <xxhash.h>

#include <array>
#include <bit>
#include <cstring>

namespace weft {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

std::uint64_t checksum(std::string_view key, std::string_view payload) {
    return XXH3_64bits_withSeed(payload.data(), payload.size(),
                                XXH3_64bits(key.data(), key.size()));
}

}  // namespace

void put_number(std::string& out, std::uint64_t number) {
    std::array<char, kNumberBytes> bytes;
    std::memcpy(bytes.data(), &number, bytes.size());
    out.append(bytes.data(), bytes.size());
}

std::uint64_t take_number(std::string_view& bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    bytes.remove_prefix(sizeof number);
    return number;
}

std::string encode_number(std::uint64_t number) {
    std::string payload;
    put_number(payload, number);
    return payload;
}

Result<std::uint64_t> decode_number(std::string_view payload) {
    if (payload.size() != kNumberBytes) {
        return make_error(Errc::Corrupt, "a record of a number has a wrong length");
    }
    return take_number(payload);
}

void seal(std::string_view key, std::string& value) {
    put_number(value, checksum(key, value));
}

Result<std::string_view> unseal(std::string_view key, std::string_view value) {
    if (value.size() < kSealBytes) {
        return make_error(Errc::Corrupt, "a record is too short for its checksum");
    }
    std::string_view stored = value.substr(value.size() - kSealBytes);
    value.remove_suffix(kSealBytes);
    if (take_number(stored) != checksum(key, value)) {
        return make_error(Errc::Corrupt, "a record contradicts its checksum");
    }
    return value;
}

}  // namespace weft
