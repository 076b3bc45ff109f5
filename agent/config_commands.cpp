#include "agent/config_commands.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/json/value.hpp>
#include <filesystem>

#include "agent/agent_commands.hpp"
#include "agent/agent_flags.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/config/key_table.hpp"
#include "agent/config/layout.hpp"
#include "agent/config/migrate.hpp"
#include "agent/config/reload_plan.hpp"
#include "agent/config/rename.hpp"
#include "agent/config/schema.hpp"
#include "agent/config_shown.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {

namespace {

using Sources = std::vector<std::shared_ptr<const Source>>;

ExitCode usage(CliConsole& console, std::string_view command, std::string_view text) {
    console.err(fmt::format("weft config {}: {}\n", command, text));
    return ExitCode::Usage;
}

// Of a command that takes files, the agent's flags for them, or neither: then it asks the agent.
std::vector<CliFlag> file_flags(std::vector<CliFlag> flags) {
    for (CliFlag& flag : all_agent_flags()) {
        flag.help.clear();
        flags.push_back(std::move(flag));
    }
    return with_client_flags(std::move(flags));
}

LoadRequest file_request(const CliArguments& arguments, std::vector<std::string> paths) {
    LoadRequest request = load_request(arguments, arguments.is_on("dev"));
    request.paths.insert(request.paths.end(), paths.begin(), paths.end());
    return request;
}

bool names_files(const LoadRequest& request) {
    return !request.paths.empty() || !request.fragments.empty() || !request.overrides.empty() ||
           request.dev_mode;
}

std::optional<AgentConfig> load_or_report(const LoadRequest& request, CliConsole& console) {
    LoadResult loaded = load(request);
    if (!loaded.ok()) console.err(loaded.text());
    return std::move(loaded.config);
}

// Hands what the running agent was told to `use`.
ExitCode with_running(const CliArguments& arguments, CliConsole& console,
                      const std::function<ExitCode(const ShownConfig&)>& use) {
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, "/v1/agent/self", [&](const boost::json::value& self) {
            const auto shown = shown_of_agent(self);
            if (shown) return use(*shown);
            console.err(
                fmt::format("error: the agent at {} does not say what it was told\n"
                            "help:  name the files instead\n",
                            client.address()));
            return ExitCode::Failed;
        });
    });
}

ExitCode show(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return usage(console, "show", as_json.error().message());
    const bool effective = arguments.is_on("effective");
    const auto print = [&](const ShownConfig& shown) {
        const auto rows = rows_of(shown, effective);
        console.out(as_json.value() ? rows_json(rows) : rows_text(rows, arguments.is_on("origin")));
        return ExitCode::Ok;
    };
    const LoadRequest request = file_request(arguments, arguments.words());
    if (!names_files(request)) return with_running(arguments, console, print);
    const auto config = load_or_report(request, console);
    return config ? print(shown_of(*config)) : ExitCode::Failed;
}

// Tells like diff(1): 0 when nothing differs, 1 when something does.
ExitCode tell(const ReloadPlan& plan, CliConsole& console, bool as_json) {
    console.out(as_json ? plan.json() : plan.text());
    return plan.empty() ? ExitCode::Ok : ExitCode::Failed;
}

// The agent does not say which services its files hold: only keys are compared.
ExitCode tell_of_keys(const ShownConfig& running, AgentConfig next, CliConsole& console,
                      bool as_json) {
    const bool has_definitions = !next.services.empty() || !next.checks.empty() ||
                                 !next.bootstrap_entries.empty() || !next.watches.empty();
    if (has_definitions)
        console.err(
            "note: services, checks, watches and entries are not compared with a running agent; "
            "`weft config diff OLD NEW` compares those of files\n");
    AgentConfig before, after;
    before.set_keys = running.keys;
    after.set_keys = std::move(next.set_keys);
    ReloadPlan plan = plan_reload(before, after);
    plan.keys_alone = true;
    return tell(plan, console, as_json);
}

ExitCode diff(const CliArguments& arguments, CliConsole& console) {
    const auto& words = arguments.words();
    const auto as_json = wants_json(arguments);
    if (!as_json) return usage(console, "diff", as_json.error().message());
    if (words.size() == 2) {
        const auto before = load_or_report(file_request(arguments, {words[0]}), console);
        const auto after = load_or_report(file_request(arguments, {words[1]}), console);
        if (!before || !after) return ExitCode::Usage;
        return tell(plan_reload(*before, *after), console, as_json.value());
    }
    const LoadRequest request = file_request(arguments, words);
    if (!names_files(request))
        return usage(console, "diff", "name the files to compare with the running agent");
    return with_running(arguments, console, [&](const ShownConfig& running) {
        auto next = load_or_report(as_reloaded(request, running), console);
        if (!next) return ExitCode::Usage;
        keep_given(next->set_keys, running);
        return tell_of_keys(running, std::move(*next), console, as_json.value());
    });
}

// Puts the text in the place of the file's, of that which a link names. It keeps its owner and
// mode, or nothing is done: the agent must still be able to read it.
Result<void> replace_text(const std::string& path, const std::string& text) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(path, error);
    WEFT_TRY(auto file, FileReplacement::open(error ? path : real.string()));
    WEFT_TRY(file.write(text));
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
        WEFT_TRY(file.give_to(status.st_uid, status.st_gid, status.st_mode & 07777));
    }
    WEFT_TRY(file.sync());
    return file.commit();
}

bool replace_file(const std::string& path, const std::string& text, CliConsole& console) {
    const auto replaced = replace_text(path, text);
    if (!replaced) console.err(fmt::format("error: {}\n", replaced.error().message()));
    return replaced.has_value();
}

struct FormatResult {
    std::string text;
    bool is_changed = false;
};

FormatResult format_one(const std::shared_ptr<const Source>& source, bool fix,
                        CliConsole& console) {
    std::shared_ptr<const Source> current = source;
    if (fix) {
        const Renamed renamed = rename_keys(source);
        for (const std::string& line : renamed.done)
            console.err(fmt::format("{}: {}\n", source->name(), line));
        for (const std::string& line : renamed.left)
            console.err(fmt::format("{}: left as it is: {}\n", source->name(), line));
        current = Source::make(source->name(), renamed.text);
    }
    FormatResult result{laid_out(current), false};
    result.is_changed = result.text != source->text();
    return result;
}

ExitCode format(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty())
        return usage(console, "fmt", "name the files or folders, or - for standard input");
    Diagnostics diagnostics;
    const Sources sources = read_sources(arguments.words(), diagnostics);
    for (const auto& source : sources) parse_document(source, diagnostics);
    if (diagnostics.has_errors()) {
        console.err(render(diagnostics, sources.size()));
        return ExitCode::Failed;
    }
    const bool check = arguments.is_on("check");
    ExitCode code = ExitCode::Ok;
    for (const auto& source : sources) {
        const FormatResult result = format_one(source, arguments.is_on("fix"), console);
        if (!source->is_file()) {
            if (!check) console.out(result.text);
        } else if (result.is_changed) {
            console.out(source->name() + "\n");
            if (!check && !replace_file(source->name(), result.text, console))
                return ExitCode::Failed;
        }
        if (check && result.is_changed) code = ExitCode::Failed;
    }
    return code;
}

ExitCode migrate_files(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty())
        return usage(console, "migrate", "name the files or folders of the other agent");
    Diagnostics unreadable;
    const Sources sources = read_sources(arguments.words(), unreadable);
    if (unreadable.has_errors()) {
        console.err(render(unreadable, sources.size()));
        return ExitCode::Failed;
    }
    const Migration migration = migrate(sources, arguments.is_on("with-secrets"), {});
    console.out(laid_out(Source::make("weft.hcl", migration.text)));
    console.err(render(migration.keys));
    if (!migration.diagnostics.all().empty())
        console.err("\n" + render(migration.diagnostics, sources.size()));
    return migration.is_complete() ? ExitCode::Ok : ExitCode::Failed;
}

}  // namespace

std::vector<CliCommand> config_commands() {
    return {
        {.path = "config show",
         .group = "config",
         .summary = "Show the configuration of the running agent, or of files; secrets hidden.",
         .words = "[FILE|FOLDER ..]",
         .words_max = 1000,
         .flags = file_flags({{"effective", "", "keys at their defaults too"},
                              {"origin", "", "file and line, flag or variable of each value"},
                              format_flag()}),
         .examples = {"weft config show -effective -origin", "weft config show -origin /etc/weft"},
         .run = show},
        {.path = "config diff",
         .group = "config",
         .summary = "Show what a reload would change: files against the running agent, or OLD "
                    "against NEW.",
         .words = "FILE|FOLDER .. | OLD NEW",
         .words_max = 1000,
         .flags = file_flags({format_flag()}),
         .examples = {"weft config diff /etc/weft", "weft config diff old.hcl new.hcl"},
         .run = diff},
        {.path = "config fmt",
         .group = "config",
         .summary = "Lay files out in the usual way, in place; names those that changed.",
         .words = "FILE|FOLDER .. | -",
         .words_max = 1000,
         .flags = {{"fix", "", "replace old names of keys by the new ones"},
                   {"check", "", "change nothing; exit with 1 if something would change"}},
         .examples = {"weft config fmt /etc/weft", "weft config fmt -fix -check consul.hcl"},
         .run = format},
        {.path = "config migrate",
         .group = "config",
         .summary = "Make one file of weft's out of Consul's; says what became of each key.",
         .words = "FILE|FOLDER ..",
         .words_max = 1000,
         .flags = {{"with-secrets", "", "write secrets into the file too"}},
         .examples = {"weft config migrate /etc/consul.d >weft.hcl"},
         .run = migrate_files},
        {.path = "config schema",
         .group = "config",
         .summary = "Print a JSON Schema of configuration files, for editors.",
         .words = {},
         .words_max = 0,
         .flags = {},
         .examples = {"weft config schema >weft.schema.json"},
         .run =
             [](const CliArguments&, CliConsole& console) {
                 console.out(config_schema());
                 return ExitCode::Ok;
             }},
    };
}

}  // namespace weft::agent
