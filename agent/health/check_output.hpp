#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// How much of a check's output is kept, and how a cut one reads. The wording is Consul's, which
// tools look for.
namespace weft::agent {

// Output given by a client of a TTL check: its start is kept.
std::string limit_ttl_output(std::string output, std::size_t max);

// Output of a script, of which only the tail was kept: "Captured 4096 of 10000 bytes\n...\n<tail>".
std::string describe_script_output(std::string tail, std::uint64_t total);

// Output of a TTL check that was not renewed in time. The output of an earlier expiry stays as it
// is: a check may expire again and again without a word from its client.
std::string describe_expiry(std::string_view last_output);

}  // namespace weft::agent
