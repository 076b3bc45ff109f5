#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/json_writer.hpp"
#include "agent/base/result.hpp"
#include "agent/config_entry/entry.hpp"

// Entries as Consul's JSON: names, order, and what stands where nothing was given.
namespace weft::agent {

inline constexpr std::size_t kMaxEntryBytes = 512 * 1024;  // of one entry in stored form

// The form in which entries are stored: minified, without indexes. Equal entries have equal text,
// and decode_stored_entry() gives the entry back. Errc::Limit for one that is too large to be
// stored.
Result<std::string> stored_form(const ConfigEntry& entry);

// A stored entry as an answer shows it.
std::string with_indexes(std::string_view stored, std::uint64_t create_index,
                         std::uint64_t modify_index);

// Parts that compiled chains show.
void write_part(JsonWriter& writer, const ServiceRoute& route);
void write_part(JsonWriter& writer, const ResolverSubset& subset);
void write_part(JsonWriter& writer, const MeshGatewaySettings& settings);

}  // namespace weft::agent
