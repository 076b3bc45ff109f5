#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Tests as text: a script is a list of blocks `command / ---- / expected`, separated by empty
// lines:
//
//     # why this matters
//     register node=n1 address=10.0.0.1
//     ----
//     index=1
//
// The command is a word with key=value arguments ("quoted values" may hold spaces); more lines
// before ---- are its body. With WEFT_REWRITE=1 the expected parts are written anew, to be read as
// a diff. As in etcd-io/raft: interaction_test.go.
namespace weft::test {

struct ScriptCommand {
    std::string name;
    std::vector<std::pair<std::string, std::string>> arguments;
    std::string body;

    bool has(std::string_view key) const;
    std::string get(std::string_view key, std::string_view otherwise = {}) const;
    std::uint64_t number(std::string_view key, std::uint64_t otherwise = 0) const;
};

// Runs each block through `handle`, which returns what the command printed, and reports differences
// to GoogleTest.
void run_script(const std::filesystem::path& file,
                const std::function<std::string(const ScriptCommand&)>& handle);

}  // namespace weft::test
