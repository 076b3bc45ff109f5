#include "agent/cli/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "agent/base/nearest.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/code_pages.hpp"
#include "agent/cli/completion.hpp"
#include "agent/cli/help.hpp"
#include "agent/cli/man_pages.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {

std::optional<std::string> CliConsole::variable(std::initializer_list<const char*> names) const {
    for (const char* name : names)
        if (auto value = environment(name); value && !value->empty()) return value;
    return std::nullopt;
}

namespace {

constexpr int kExactly = 1000;  // beyond all that a process can end with
constexpr int kConsulNoSuchCommand = 127;

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> known) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

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

// Anywhere among the flags, even where others are wrong. The words of a command to run are its own.
bool asks_for_help(std::span<const std::string> words) {
    for (const std::string& word : words) {
        if (word == "--") return false;
        if (word == "-h" || word == "-help" || word == "--help") return true;
    }
    return false;
}

// The page of an error code, given with or without regard to case.
std::optional<std::string> code_page(std::string code, const CodeHelp& code_help) {
    if (code.size() != 5 || (code[0] != 'W' && code[0] != 'w') ||
        code.find_first_not_of("0123456789", 1) != std::string::npos)
        return std::nullopt;
    code[0] = 'W';
    if (const CodePage* own = find_page(cli_code_pages(), code)) return render(*own);
    if (auto text = code_help ? code_help(code) : std::nullopt) return text;
    return fmt::format("{}: no such code in this version\n", code);
}

ExitCode help_command(std::span<const CliCommand> commands, const ConfigHelp& config_help,
                      const CodeHelp& code_help, const CliArguments& arguments,
                      CliConsole& console) {
    const std::vector<std::string>& words = arguments.words();
    if (const auto page = words.size() == 1 ? code_page(words[0], code_help) : std::nullopt) {
        console.out(*page);
        return ExitCode::Ok;
    }
    if (words.empty()) {
        console.out(overview(commands));
        return ExitCode::Ok;
    }
    if (words[0] == "config" && !find_command(commands, words).command) {
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

using Table = std::shared_ptr<std::vector<CliCommand>>;

CliCommand completion_command(const std::string& shell, const std::string& example,
                              const Table& table,
                              std::string (*script)(std::span<const CliCommand>)) {
    return {.path = "completion " + shell,
            .group = "about",
            .summary = fmt::format("Print the completion script for {}.", shell),
            .words = {},
            .words_max = 0,
            .flags = {},
            .examples = {example},
            .run = [table, script](const CliArguments&, CliConsole& console) {
                console.out(script(*table));
                return ExitCode::Ok;
            }};
}

ExitCode write_man_pages(const std::vector<ManPage>& pages, const CliArguments& arguments,
                         CliConsole& console) {
    if (!arguments.has("dir")) {
        console.out(pages.front().text);
        return ExitCode::Ok;
    }
    for (const ManPage& page : pages) {
        const std::string path = arguments.text("dir") + "/" + page.file;
        if (const auto written = write_file_atomically(path, page.text, 0644); !written) {
            console.err(fmt::format("error: {}\n", written.error().message()));
            return ExitCode::Failed;
        }
    }
    console.out(fmt::format("{} pages in {}\n", pages.size(), arguments.text("dir")));
    return ExitCode::Ok;
}

CliCommand man_command(const Table& table, const std::string& version,
                       const ConfigHelp& config_help) {
    return {
        .path = "man",
        .group = "about",
        .summary = "Print the manual page, or write those of all commands into a folder.",
        .words = {},
        .words_max = 0,
        .flags = {{"dir", "FOLDER", "write weft.1, a page a command and weft.hcl.5 there"}},
        .examples = {"weft man | man -l -", "weft man -dir /usr/local/share/man/man1"},
        .run = [table, version, config_help](const CliArguments& arguments, CliConsole& console) {
            return write_man_pages(man_pages(*table, version, config_help("").value_or("")),
                                   arguments, console);
        }};
}

}  // namespace

std::vector<CliCommand> with_own_commands(std::vector<CliCommand> commands, std::string version,
                                          ConfigHelp config_help, CodeHelp code_help) {
    // The handlers speak about the whole table, themselves included.
    const auto table = std::make_shared<std::vector<CliCommand>>();
    const std::vector<CliCommand> own = {
        {.path = "help",
         .group = "about",
         .summary = "Show help for a command, a configuration key or an error code.",
         .words = "[COMMAND | config [KEY] | CODE]",
         .words_max = 3,
         .flags = {},
         .examples = {"weft help services register", "weft help config ports", "weft help W1004"},
         .run =
             [table, config_help, code_help](const CliArguments& arguments, CliConsole& console) {
                 return help_command(*table, config_help, code_help, arguments, console);
             }},
        completion_command("bash", "source <(weft completion bash)", table, bash_completion),
        completion_command("zsh", "source <(weft completion zsh)", table, zsh_completion),
        completion_command("fish", "weft completion fish | source", table, fish_completion),
        man_command(table, version, config_help),
        {.path = "version",
         .group = "about",
         .summary = "Print the version of this program.",
         .words = {},
         .words_max = 0,
         .flags = {},
         .examples = {"weft version"},
         .run =
             [version](const CliArguments&, CliConsole& console) {
                 // Scripts read Consul's first line.
                 if (console.as_consul)
                     console.out(fmt::format("Consul v{}\n", console.consul_version));
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

ExitCode exactly(int status) {
    return static_cast<ExitCode>(kExactly + status);
}

int exit_status(ExitCode code, bool as_consul) {
    const int status = static_cast<int>(code);
    if (status >= kExactly) return status - kExactly;
    return as_consul ? std::min(status, 1) : status;
}

ExitCode dispatch(std::span<const CliCommand> commands, std::span<const std::string> words,
                  CliConsole& console) {
    static const std::vector<std::string> version = {"version"};
    if (!words.empty() && is_one_of(words[0], {"-v", "-version", "--version"})) words = version;
    if (words.empty() || is_one_of(words[0], {"-h", "-help", "--help"})) {
        const bool is_mistake = console.as_consul && words.empty();
        (is_mistake ? console.err : console.out)(overview(commands));
        return is_mistake ? exactly(kConsulNoSuchCommand) : ExitCode::Ok;
    }

    const Found found = find_command(commands, words);
    if (!found.command) {
        console.err(no_such_command(commands, words));
        const bool family = !words_below(commands, words[0]).empty();
        return console.as_consul && !family ? exactly(kConsulNoSuchCommand) : ExitCode::Usage;
    }
    const CliCommand& command = *found.command;
    const auto rest = words.subspan(found.used);
    const auto arguments = parse_arguments(command, rest, console.as_consul);
    const bool runs_command = command.command_from != CliCommand::kNoCommand;
    const bool help =
        runs_command ? arguments && arguments.value().asks_for_help() : asks_for_help(rest);
    if (help) {
        console.out(help_of(command));
        return ExitCode::Ok;
    }
    if (!arguments) {
        console.err(arguments.error().message() + "\n");
        return ExitCode::Usage;
    }
    return command.run(arguments.value(), console);
}

}  // namespace weft::agent
