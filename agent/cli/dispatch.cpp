#include "agent/cli/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "agent/base/json_writer.hpp"
#include "agent/base/nearest.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/code_pages.hpp"
#include "agent/cli/completion.hpp"
#include "agent/cli/consul_words.hpp"
#include "agent/cli/dynamic_names.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/foreign_words.hpp"
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
constexpr std::string_view kCompleteWord = "__complete";  // of completion scripts, not listed

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

// How many of the words are the beginning of some path.
std::size_t known_words(std::span<const CliCommand> commands, std::span<const std::string> words) {
    std::size_t known = 0;
    while (known < words.size() && !words_below(commands, joined(words.first(known + 1))).empty())
        ++known;
    return known;
}

std::string no_such_command(std::span<const CliCommand> commands,
                            std::span<const std::string> words) {
    const std::size_t depth = known_words(commands, words);
    const std::string beginning = joined(words.first(depth));
    const std::vector<std::string_view> known = words_below(commands, beginning);
    const std::string start = depth > 0 ? "weft " + beginning : "weft";
    if (depth > 0 && (words.size() == depth || words[depth].starts_with("-")))
        return fmt::format("{}: say which: {}\n", start, fmt::join(known, ", "));
    const std::string& word = words[depth];
    if (const auto meant = nearest(word, known))
        return fmt::format("{}: unknown command \"{}\", did you mean \"{}\"?\n", start, word,
                           *meant);
    if (depth > 0)
        return fmt::format("{}: unknown command \"{}\"; there are: {}\n", start, word,
                           fmt::join(known, ", "));
    return fmt::format("{}: unknown command \"{}\" (`weft help` lists the commands)\n", start,
                       word);
}

// Says why there is none: the sentence about a word of Consul's, or what is like what was typed.
ExitCode fail_no_command(std::span<const CliCommand> commands, std::span<const std::string> words,
                         CliConsole& console) {
    if (const auto sentence = foreign_sentence(words)) {
        console.err(*sentence + "\n");
        return ExitCode::Failed;
    }
    console.err(no_such_command(commands, words));
    const bool family = known_words(commands, words) > 0;
    return console.as_consul && !family ? exactly(kConsulNoSuchCommand) : ExitCode::Usage;
}

// Anywhere among the flags, even where others are wrong. The words of a command to run are its own.
bool asks_for_help(std::span<const std::string> words) {
    for (const std::string& word : words) {
        if (word == "--") return false;
        if (word == "-h" || word == "-help" || word == "--help") return true;
    }
    return false;
}

bool is_code(const std::string& word) {
    return word.size() == 5 && (word[0] == 'W' || word[0] == 'w') &&
           word.find_first_not_of("0123456789", 1) == std::string::npos;
}

// The page of an error code, given with or without regard to case.
ExitCode show_code(std::string code, const CodeHelp& code_help, CliConsole& console) {
    code[0] = 'W';
    std::optional<std::string> page;
    if (const CodePage* own = find_page(cli_code_pages(), code)) page = render(*own);
    if (!page && code_help) page = code_help(code);
    if (page) {
        console.out(*page);
        return ExitCode::Ok;
    }
    console.err(fmt::format("{}: no such code in this version\n", code));
    return ExitCode::Failed;
}

ExitCode help_command(std::span<const CliCommand> commands, const ConfigHelp& config_help,
                      const CodeHelp& code_help, const CliArguments& arguments,
                      CliConsole& console) {
    const std::vector<std::string>& words = arguments.words();
    if (words.size() == 1 && is_code(words[0])) return show_code(words[0], code_help, console);
    if (words.empty()) {
        console.out(arguments.is_on("all") ? tree(commands) : overview(commands));
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
    if (known_words(commands, words) == words.size()) {
        for (const CliCommand& command : commands)
            if (command.path.starts_with(joined(words) + " ")) console.out(help_of(command) + "\n");
        return ExitCode::Ok;
    }
    return fail_no_command(commands, words, console);
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

// Under the name consul with its members, of which weft has no revision.
std::string version_json(const CliConsole& console, const std::string& version) {
    std::string text;
    JsonWriter writer(text, true);
    writer.begin_object();
    if (!console.as_consul) writer.field("Schema", "weft.version/1");
    writer.field("Version", console.as_consul ? console.consul_version : version);
    if (console.as_consul)
        for (const char* name : {"Revision", "Prerelease"}) writer.field(name, "");
    else
        writer.field("ConsulVersion", console.consul_version);
    writer.end_object();
    return text + "\n";
}

CliCommand version_command(const std::string& version) {
    return {.path = "version",
            .group = "about",
            .summary = "Print the version of this program.",
            .words = {},
            .words_max = 0,
            .flags = {format_flag()},
            .examples = {"weft version", "weft version -format=json"},
            .run = [version](const CliArguments& arguments, CliConsole& console) {
                const auto as_json = wants_json(arguments);
                if (!as_json)
                    return fail_usage(console, as_json.error().message(),
                                      "Unknown format: " + arguments.text("format"));
                if (as_json.value()) {
                    console.out(version_json(console, version));
                    return ExitCode::Ok;
                }
                // Scripts read Consul's first line.
                if (console.as_consul)
                    console.out(fmt::format("Consul v{}\n", console.consul_version));
                console.out(fmt::format("weft v{}\n", version));
                return ExitCode::Ok;
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
         .flags = {{"all", "", "the tree of all commands, without their descriptions"}},
         .examples = {"weft help services register", "weft help config ports", "weft help W1004"},
         .run =
             [table, config_help, code_help](const CliArguments& arguments, CliConsole& console) {
                 return help_command(*table, config_help, code_help, arguments, console);
             }},
        completion_command("bash", "source <(weft completion bash)", table, bash_completion),
        completion_command("zsh", "source <(weft completion zsh)", table, zsh_completion),
        completion_command("fish", "weft completion fish | source", table, fish_completion),
        man_command(table, version, config_help),
        version_command(version),
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

namespace {

// WEFT_FORMAT stands for the -format of all commands that have one; the flag is stronger. A table
// is what they print anyhow.
Result<void> add_format(const CliCommand& command, CliArguments& arguments,
                        const CliConsole& console) {
    const bool has_format = std::any_of(command.flags.begin(), command.flags.end(),
                                        [](const CliFlag& flag) { return flag.name == "format"; });
    if (!has_format || arguments.has("format") || console.as_consul) return success();
    const std::string format = console.variable({"WEFT_FORMAT"}).value_or("table");
    if (format == "json") arguments.add("format", format);
    if (format == "json" || format == "table") return success();
    return make_error(Errc::InvalidArgument,
                      "WEFT_FORMAT is table or json, not \"" + format + "\"");
}

}  // namespace

ExitCode dispatch(std::span<const CliCommand> commands, std::span<const std::string> words,
                  CliConsole& console) {
    static const std::vector<std::string> version = {"version"};
    if (!words.empty() && is_one_of(words[0], {"-v", "-version", "--version"})) words = version;
    if (words.empty() || is_one_of(words[0], {"-h", "-help", "--help"})) {
        const bool is_mistake = console.as_consul && words.empty();
        (is_mistake ? console.err : console.out)(overview(commands));
        return is_mistake ? exactly(kConsulNoSuchCommand) : ExitCode::Ok;
    }

    if (words[0] == kCompleteWord) return complete_names(words.subspan(1), console);
    const Found found = find_command(commands, words);
    if (!found.command) return fail_no_command(commands, words, console);
    const CliCommand& command = *found.command;
    const auto rest = words.subspan(found.used);
    auto arguments = parse_arguments(command, rest, console.as_consul);
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
    if (const auto added = add_format(command, arguments.value(), console); !added)
        return fail_usage(console, added.error().message());
    console.consul_failure = consul_failure(command.path, arguments.value());
    return command.run(arguments.value(), console);
}

}  // namespace weft::agent
