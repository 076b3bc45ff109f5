#include "tests/support/datadriven.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace weft::test {
namespace {

constexpr std::string_view kSeparator = "----";

std::vector<std::string> read_lines(const std::filesystem::path& file) {
    std::ifstream in(file);
    EXPECT_TRUE(in.is_open()) << file;
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// One argument from the front of text: key, key=value or key="value with spaces".
std::pair<std::string, std::string> take_argument(std::string_view& text) {
    const std::size_t key_end = text.find_first_of(" =");
    std::pair<std::string, std::string> argument(text.substr(0, key_end), std::string());
    text.remove_prefix(std::min(key_end, text.size()));
    if (text.empty() || text.front() != '=') return argument;
    text.remove_prefix(1);
    const bool quoted = !text.empty() && text.front() == '"';
    if (quoted) text.remove_prefix(1);
    const std::size_t end = std::min(text.find(quoted ? '"' : ' '), text.size());
    argument.second = text.substr(0, end);
    text.remove_prefix(std::min(end + (quoted ? 1 : 0), text.size()));
    return argument;
}

ScriptCommand parse_command(std::string_view line) {
    ScriptCommand command;
    const std::size_t name_end = std::min(line.find(' '), line.size());
    command.name = line.substr(0, name_end);
    line.remove_prefix(name_end);
    for (;;) {
        const std::size_t next = line.find_first_not_of(' ');
        if (next == std::string_view::npos) return command;
        line.remove_prefix(next);
        command.arguments.push_back(take_argument(line));
    }
}

std::string ended(std::string text) {
    if (!text.empty() && text.back() != '\n') text.push_back('\n');
    return text;
}

}  // namespace

bool ScriptCommand::has(std::string_view key) const {
    for (const auto& [name_given, value] : arguments) {
        if (name_given == key) return true;
    }
    return false;
}

std::string ScriptCommand::get(std::string_view key, std::string_view otherwise) const {
    for (const auto& [name_given, value] : arguments) {
        if (name_given == key) return value;
    }
    return std::string(otherwise);
}

std::uint64_t ScriptCommand::number(std::string_view key, std::uint64_t otherwise) const {
    return has(key) ? std::strtoull(get(key).c_str(), nullptr, 10) : otherwise;
}

void run_script(const std::filesystem::path& file,
                const std::function<std::string(const ScriptCommand&)>& handle) {
    const std::vector<std::string> lines = read_lines(file);
    const bool rewrite = std::getenv("WEFT_REWRITE") != nullptr;
    std::string written;
    for (std::size_t at = 0; at < lines.size();) {
        if (lines[at].empty() || lines[at].front() == '#') {
            written += lines[at++] + "\n";
            continue;
        }
        const std::size_t command_line = at + 1;
        ScriptCommand command = parse_command(lines[at]);
        written += lines[at++] + "\n";
        for (; at < lines.size() && lines[at] != kSeparator; ++at) {
            command.body += lines[at] + "\n";
            written += lines[at] + "\n";
        }
        ++at;  // the separator
        std::string expected;
        for (; at < lines.size() && !lines[at].empty(); ++at) expected += lines[at] + "\n";
        const std::string actual = ended(handle(command));
        written += std::string(kSeparator) + "\n" + actual;
        if (!rewrite) {
            EXPECT_EQ(actual, expected) << file.string() << ":" << command_line;
        }
    }
    if (rewrite) std::ofstream(file) << written;
}

}  // namespace weft::test
