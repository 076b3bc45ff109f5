#include "agent/cli/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "agent/base/nearest.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/help.hpp"

namespace weft::agent {

std::optional<std::string> CliConsole::variable(std::initializer_list<const char*> names) const {
    for (const char* name : names)
        if (auto value = environment(name); value && !value->empty()) return value;
    return std::nullopt;
}

namespace {

std::string joined(std::span<const std::string> words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

struct Found {
    const CliCommand* command = nullptr;
    std::size_t used = 0;  // words of the path
};

// The longest path that the words begin with.
Found find_command(std::span<const CliCommand> commands, std::span<const std::string> words) {
    for (std::size_t used = std::min<std::size_t>(words.size(), 3); used > 0; --used) {
        const std::string path = joined(words.first(used));
        for (const CliCommand& command : commands)
            if (command.path == path) return {&command, used};
    }
    return {};
}

// Next words of all paths below a beginning: "" or "catalog".
std::vector<std::string_view> words_below(std::span<const CliCommand> commands,
                                          const std::string& beginning) {
    std::vector<std::string_view> below;
    const std::string prefix = beginning.empty() ? "" : beginning + " ";
    for (const CliCommand& command : commands) {
        if (!command.path.starts_with(prefix)) continue;
        std::string_view rest = std::string_view(command.path).substr(prefix.size());
        rest = rest.substr(0, rest.find(' '));
        if (std::find(below.begin(), below.end(), rest) == below.end()) below.push_back(rest);
    }
    return below;
}

std::string no_such_command(std::span<const CliCommand> commands,
                            std::span<const std::string> words) {
    const bool family = !words_below(commands, words[0]).empty();
    const std::string beginning = family ? words[0] : "";
    const std::vector<std::string_view> known = words_below(commands, beginning);
    const std::string start = family ? "weft " + beginning : "weft";
    if (family && (words.size() == 1 || words[1].starts_with("-")))
        return fmt::format("{}: say which: {}\n", start, fmt::join(known, ", "));
    const std::string& word = words[family ? 1 : 0];
    if (const auto meant = nearest(word, known))
        return fmt::format("{}: unknown command \"{}\", did you mean \"{}\"?\n", start, word,
                           *meant);
    if (family)
        return fmt::format("{}: unknown command \"{}\"; there are: {}\n", start, word,
                           fmt::join(known, ", "));
    return fmt::format("{}: unknown command \"{}\" (`weft help` lists the commands)\n", start,
                       word);
}

bool asks_for_help(std::span<const std::string> words) {
    for (const std::string& word : words) {
        if (word == "--") return false;
        if (word == "-h" || word == "-help" || word == "--help") return true;
    }
    return false;
}

ExitCode help_command(std::span<const CliCommand> commands, const ConfigHelp& config_help,
                      const CliArguments& arguments, CliConsole& console) {
    const std::vector<std::string>& words = arguments.words();
    if (words.empty()) {
        console.out(overview(commands));
        return ExitCode::Ok;
    }
    if (words[0] == "config") {
        const std::string key = words.size() > 1 ? words[1] : "";
        if (const auto text = config_help(key)) {
            console.out(*text);
            return ExitCode::Ok;
        }
        console.err(
            fmt::format("weft help config: unknown key \"{}\" (`weft help config` lists "
                        "the keys)\n",
                        key));
        return ExitCode::Usage;
    }
    const Found found = find_command(commands, words);
    if (found.command && found.used == words.size()) {
        console.out(help_of(*found.command));
        return ExitCode::Ok;
    }
    if (words.size() == 1 && !words_below(commands, words[0]).empty()) {
        for (const CliCommand& command : commands)
            if (command.path.starts_with(words[0] + " ")) console.out(help_of(command) + "\n");
        return ExitCode::Ok;
    }
    console.err(no_such_command(commands, words));
    return ExitCode::Usage;
}

}  // namespace

std::vector<CliCommand> with_own_commands(std::vector<CliCommand> commands, std::string version,
                                          ConfigHelp config_help) {
    // The handlers speak about the whole table, themselves included.
    auto table = std::make_shared<std::vector<CliCommand>>();
    const std::vector<CliCommand> own = {
        {.path = "help",
         .group = "about",
         .summary = "Show help for a command or a configuration key.",
         .words = "[COMMAND | config [KEY]]",
         .words_max = 3,
         .flags = {},
         .examples = {"weft help services register", "weft help config ports"},
         .run =
             [table, config_help](const CliArguments& arguments, CliConsole& console) {
                 return help_command(*table, config_help, arguments, console);
             }},
        {.path = "completion bash",
         .group = "about",
         .summary = "Print the completion script for bash.",
         .words = {},
         .words_max = 0,
         .flags = {},
         .examples = {"source <(weft completion bash)"},
         .run =
             [table](const CliArguments&, CliConsole& console) {
                 console.out(bash_completion(*table));
                 return ExitCode::Ok;
             }},
        {.path = "version",
         .group = "about",
         .summary = "Print the version of this program.",
         .words = {},
         .words_max = 0,
         .flags = {},
         .examples = {"weft version"},
         .run =
             [version](const CliArguments&, CliConsole& console) {
                 console.out(fmt::format("weft v{}\n", version));
                 return ExitCode::Ok;
             }},
    };
    commands.insert(commands.end(), own.begin(), own.end());
    *table = commands;
    // The copies inside the table must not own the table that owns them.
    for (CliCommand& command : *table) command.run = nullptr;
    return commands;
}

ExitCode dispatch(std::span<const CliCommand> commands, std::span<const std::string> words,
                  CliConsole& console) {
    if (words.empty() || words[0] == "-h" || words[0] == "-help" || words[0] == "--help") {
        console.out(overview(commands));
        return ExitCode::Ok;
    }
    static const std::vector<std::string> version = {"version"};
    if (words[0] == "-v" || words[0] == "-version" || words[0] == "--version") words = version;

    const Found found = find_command(commands, words);
    if (!found.command) {
        console.err(no_such_command(commands, words));
        return ExitCode::Usage;
    }
    const auto rest = words.subspan(found.used);
    if (asks_for_help(rest)) {
        console.out(help_of(*found.command));
        return ExitCode::Ok;
    }
    const auto arguments = parse_arguments(*found.command, rest);
    if (!arguments) {
        console.err(arguments.error().message() + "\n");
        return ExitCode::Usage;
    }
    return found.command->run(arguments.value(), console);
}

}  // namespace weft::agent
