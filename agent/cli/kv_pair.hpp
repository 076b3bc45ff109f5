#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json_writer.hpp"
#include "agent/base/result.hpp"

// A key with what belongs to it, read from the agent's answers and from exports, and written as
// Consul's command line writes it. Pure.
namespace weft::agent {

struct KvPair {
    std::string key;
    std::string value;    // the bytes
    std::string session;  // who holds it; empty: nobody
    std::uint64_t flags = 0;
    std::uint64_t lock_index = 0;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

// The pairs of GET kv/..; Errc::Corrupt for what is none. Names are read without regard to case, so
// that exports ("key", "flags", "value") are read too.
Result<std::vector<KvPair>> read_pairs(std::string_view json);

// The names of GET kv/..?keys.
Result<std::vector<std::string>> read_key_names(std::string_view json);

// All that is known, a line each, with two aligned columns.
std::string details_of(const KvPair& pair, bool as_base64);

// With the order and names of Consul's client, whose watch handlers read it.
void write_pair(JsonWriter& writer, const KvPair& pair);

// The array that `kv import` reads, laid out with tabs as Consul's.
std::string export_text(const std::vector<KvPair>& pairs);

}  // namespace weft::agent
