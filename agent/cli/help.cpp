#include "agent/cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace weft::agent {

namespace {

std::string flag_head(const CliFlag& flag) {
    return flag.value.empty() ? "-" + flag.name : fmt::format("-{} {}", flag.name, flag.value);
}

}  // namespace

std::vector<const CliFlag*> shown_flags(const CliCommand& command) {
    std::vector<const CliFlag*> shown;
    for (const CliFlag& flag : command.flags)
        if (flag.refusal.empty() && !flag.help.empty()) shown.push_back(&flag);
    return shown;
}

std::string overview(std::span<const CliCommand> commands) {
    std::vector<std::string> groups;
    std::size_t width = 0;
    for (const CliCommand& command : commands) {
        if (std::find(groups.begin(), groups.end(), command.group) == groups.end())
            groups.push_back(command.group);
        width = std::max(width, command.path.size());
    }
    std::string text = "weft: service discovery and mesh in one program\n";
    for (const std::string& group : groups) {
        text += fmt::format("\n{}\n", group);
        for (const CliCommand& command : commands)
            if (command.group == group)
                text += fmt::format("  {:<{}}  {}\n", command.path, width, command.summary);
    }
    text += "\n`weft help COMMAND` shows its flags, `weft help config [KEY]` the configuration.\n";
    return text;
}

std::string tree(std::span<const CliCommand> commands) {
    // By first word, in the order of the table.
    std::vector<std::pair<std::string, std::vector<std::string>>> lines;
    for (const CliCommand& command : commands) {
        const auto end = command.path.find(' ');
        const std::string first = command.path.substr(0, end);
        auto line = std::find_if(lines.begin(), lines.end(),
                                 [&](const auto& known) { return known.first == first; });
        if (line == lines.end()) line = lines.insert(lines.end(), {first, {}});
        if (end != std::string::npos) line->second.push_back(command.path.substr(end + 1));
    }
    std::size_t width = 0;
    for (const auto& [first, below] : lines) width = std::max(width, first.size());
    std::string text;
    for (const auto& [first, below] : lines)
        text += below.empty()
                    ? fmt::format("weft {}\n", first)
                    : fmt::format("weft {:<{}}  {}\n", first, width, fmt::join(below, " | "));
    return text;
}

std::string help_of(const CliCommand& command) {
    const std::vector<const CliFlag*> flags = shown_flags(command);
    std::string text =
        fmt::format("usage: weft {}{}{}\n\n{}\n", command.path, flags.empty() ? "" : " [flags]",
                    command.words.empty() ? "" : " " + command.words, command.summary);
    std::size_t width = 0;
    for (const CliFlag* flag : flags) width = std::max(width, flag_head(*flag).size());
    if (!flags.empty()) text += "\nflags\n";
    for (const CliFlag* flag : flags)
        text += fmt::format("  {:<{}}  {}{}\n", flag_head(*flag), width, flag->help,
                            flag->repeatable ? " (may be repeated)" : "");
    if (!command.examples.empty()) text += "\nexamples\n";
    for (const std::string& example : command.examples) text += fmt::format("  {}\n", example);
    return text;
}

}  // namespace weft::agent
