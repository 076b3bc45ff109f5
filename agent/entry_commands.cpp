#include "agent/entry_commands.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <functional>

#include "agent/base/deep_json.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/target.hpp"
#include "agent/entry_files.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr const char* kEntries = "/v1/config";
constexpr const char* kEntrySet = "/v1/internal/weft/config-entries";  // all or none

ExitCode usage(CliConsole& console, const std::string& text) {
    return fail_usage(console, text, text);
}

std::string target_of(const std::string& kind, const std::string& name) {
    return fmt::format("{}/{}/{}", kEntries, url_escape(kind), url_escape(name));
}

// Both flags of a command about one entry; or says which is missing.
bool names_entry(const CliArguments& arguments, CliConsole& console) {
    for (const char* flag : {"kind", "name"}) {
        if (!arguments.text(flag).empty()) continue;
        usage(console, fmt::format("Must specify the -{} parameter", flag));
        return false;
    }
    return true;
}

ExitCode read(const CliArguments& arguments, CliConsole& console) {
    if (!names_entry(arguments, console)) return ExitCode::Usage;
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, target_of(arguments.text("kind"), arguments.text("name")),
                         [&](const json::value& entry) {
                             console.out(pretty_json(entry));
                             return ExitCode::Ok;
                         });
    });
}

ExitCode list(const CliArguments& arguments, CliConsole& console) {
    const std::string kind = arguments.text("kind");
    if (kind.empty()) return usage(console, "Must specify the -kind parameter");
    const auto as_json = wants_json(arguments);
    if (!as_json) return usage(console, as_json.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, fmt::format("{}/{}", kEntries, url_escape(kind)),
                         [&](const json::value& entries) {
                             if (as_json.value()) {
                                 console.out(pretty_json(entries));
                             } else if (entries.is_array()) {
                                 for (const json::value& entry : entries.as_array())
                                     console.out(json_text(entry, "Name") + "\n");
                             }
                             return ExitCode::Ok;
                         });
    });
}

ExitCode remove(const CliArguments& arguments, CliConsole& console) {
    if (!names_entry(arguments, console)) return ExitCode::Usage;
    const std::string kind = arguments.text("kind");
    const std::string name = arguments.text("name");
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_answer(
            console, client, client.call("DELETE", target_of(kind, name)),
            [&](const HttpResponse&) {
                console.out(fmt::format("Config entry deleted: {}/{}\n", kind, name));
                return ExitCode::Ok;
            });
    });
}

// Writes an entry; false in `written` when it changed since it was looked at.
ExitCode put(const AgentClient& client, CliConsole& console, const EntryFile& entry,
             const std::string& guard, bool& written) {
    const auto response = client.call("PUT", kEntries + guard, json::serialize(entry.value));
    const Doing doing("cannot write " + entry.id(), "Error writing config entry " + entry.id());
    const auto note = [&](const HttpResponse& answer) {
        written = answer.body.starts_with("true");
        return ExitCode::Ok;
    };
    return with_answer(console, client, response, note, doing);
}

ExitCode write(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().size() != 1)
        return usage(console,
                     "Must provide exactly one positional argument to specify the config entry to "
                     "write");
    const auto entries = read_entry_files(arguments.words());
    if (!entries) {
        console.err(entries.error().message() + "\n");
        return ExitCode::Failed;
    }
    if (entries.value().size() != 1)
        return usage(console,
                     "weft config write takes one file; `weft config apply` takes folders");
    const EntryFile& entry = entries.value().front();
    const std::string guard =
        arguments.is_on("cas")
            ? fmt::format("?cas={}", url_escape(arguments.text("modify-index", "0")))
            : "";
    return with_client(arguments, console, [&](const AgentClient& client) {
        bool written = false;
        const ExitCode code = put(client, console, entry, guard, written);
        if (code != ExitCode::Ok) return code;
        if (!written) {
            console.err(fmt::format("Config entry not updated: {}\n", entry.id()));
            return ExitCode::Failed;
        }
        console.out(fmt::format("Config entry written: {}\n", entry.id()));
        return ExitCode::Ok;
    });
}

// What writing a file would do to the entry that there is.
struct Step {
    EntryFile entry;
    bool is_new = false;
    std::uint64_t index = 0;  // of the entry that was looked at
    std::vector<std::string> differences;

    bool changes() const { return is_new || !differences.empty(); }
};

ExitCode look(const AgentClient& client, CliConsole& console, const EntryFile& entry,
              std::vector<Step>& steps) {
    Step step{entry, false, 0, {}};
    const auto response = client.call("GET", target_of(entry.kind, entry.name));
    if (response && response.value().status == 404) {
        step.is_new = true;
        steps.push_back(std::move(step));
        return ExitCode::Ok;
    }
    return with_answer(console, client, response, [&](const HttpResponse& answer) {
        json::error_code failure;
        const json::value current = json::parse(answer.body, failure, {}, deep_json());
        if (failure || !current.is_object()) {
            console.err(fmt::format("error: the answer of {} is not JSON\n", client.address()));
            return ExitCode::Failed;
        }
        if (const json::value* index = current.as_object().if_contains("ModifyIndex"))
            if (index->is_number()) step.index = index->to_number<std::uint64_t>(failure);
        step.differences = entry_differences(current, entry.stored);
        steps.push_back(std::move(step));
        return ExitCode::Ok;
    });
}

void print(const Step& step, CliConsole& console) {
    const char* sign = step.is_new ? "+" : step.changes() ? "~" : "=";
    console.out(fmt::format("{} {}  ({})\n", sign, step.entry.id(), step.entry.place));
    for (const std::string& line : step.differences) console.out("    " + line + "\n");
}

std::string json_of(const std::vector<Step>& steps) {
    json::array rows;
    for (const Step& step : steps) {
        const char* action = step.is_new ? "add" : step.changes() ? "change" : "none";
        rows.push_back({{"Kind", step.entry.kind},
                        {"Name", step.entry.name},
                        {"File", step.entry.place},
                        {"Action", action},
                        {"Differences", json::value_from(step.differences)}});
    }
    return pretty_json({{"Schema", "weft.config-plan/1"}, {"Entries", std::move(rows)}});
}

// What went wrong, with the files of the entries that the answer names.
std::string with_files(std::string what, const Result<HttpResponse>& response,
                       const std::vector<Step>& steps) {
    std::string files;
    for (const Step& step : steps) {
        const bool is_named = response && response.value().status != 200 &&
                              response.value().body.find(step.entry.id()) != std::string::npos;
        if (is_named) files += (files.empty() ? ": see " : ", ") + step.entry.place;
    }
    return what + files;
}

// The steps as one request, which the agent checks together and carries out whole or not at all.
std::string set_of(const std::vector<Step>& steps) {
    json::array items;
    for (const Step& step : steps)
        items.push_back({{"Entry", step.entry.value}, {"ModifyIndex", step.index}});
    return json::serialize(items);
}

ExitCode changed_meanwhile(CliConsole& console) {
    return fail(console, ExitCode::Failed,
                {.what = "an entry has changed meanwhile, nothing was written",
                 .help = "`weft config plan` shows how things are now",
                 .code = failure_code::kConflict});
}

ExitCode send_set(const AgentClient& client, CliConsole& console, const std::vector<Step>& steps,
                  const std::string& target, std::string refused) {
    const auto response = client.call("PUT", target, set_of(steps));
    return with_answer(
        console, client, response,
        [&](const HttpResponse& answer) {
            return answer.body.starts_with("true") ? ExitCode::Ok : changed_meanwhile(console);
        },
        with_files(std::move(refused), response, steps));
}

ExitCode write_all(const AgentClient& client, CliConsole& console, const std::vector<Step>& steps) {
    return send_set(client, console, steps, kEntrySet,
                    "the entries were refused, nothing was written");
}

// Whether write_all() would write them.
ExitCode try_all(const AgentClient& client, CliConsole& console, const std::vector<Step>& steps) {
    return send_set(client, console, steps, std::string(kEntrySet) + "?dry-run",
                    "the entries would be refused");
}

// Exits with 1 when something would change.
ExitCode plan(const AgentClient& client, CliConsole& console, std::vector<Step> steps,
              bool as_json) {
    const std::size_t all = steps.size();
    if (as_json) {
        console.out(json_of(steps));
    } else {
        for (const Step& step : steps) print(step, console);
    }
    std::erase_if(steps, [](const Step& step) { return !step.changes(); });
    if (!as_json) console.out(fmt::format("{} of {} entries would change\n", steps.size(), all));
    if (steps.empty()) return ExitCode::Ok;
    static_cast<void>(try_all(client, console, steps));
    return ExitCode::Failed;
}

ExitCode apply(const AgentClient& client, CliConsole& console, const std::vector<Step>& steps,
               bool as_json) {
    std::vector<Step> changes = steps;
    std::erase_if(changes, [](const Step& step) { return !step.changes(); });
    if (!changes.empty()) {
        const ExitCode code = write_all(client, console, changes);
        if (code != ExitCode::Ok) return code;
    }
    if (as_json) {
        console.out(json_of(steps));
    } else if (changes.empty()) {
        console.out("nothing to change\n");
    } else {
        for (const Step& step : changes)
            console.out(fmt::format("Config entry written: {}\n", step.entry.id()));
    }
    return ExitCode::Ok;
}

ExitCode with_steps(
    const CliArguments& arguments, CliConsole& console, const char* name,
    const std::function<ExitCode(const AgentClient&, std::vector<Step>, bool)>& use) {
    if (arguments.words().empty())
        return usage(console, fmt::format("weft config {}: name the files or folders", name));
    const auto as_json = wants_json(arguments);
    if (!as_json) return usage(console, as_json.error().message());
    const auto entries = read_entry_files(arguments.words());
    if (!entries) {
        console.err(entries.error().message() + "\n");
        return ExitCode::Failed;
    }
    return with_client(arguments, console, [&](const AgentClient& client) {
        std::vector<Step> steps;
        for (const EntryFile& entry : entries.value()) {
            const ExitCode code = look(client, console, entry, steps);
            if (code != ExitCode::Ok) return code;
        }
        return use(client, std::move(steps), as_json.value());
    });
}

std::vector<CliFlag> entry_flags() {
    return {{"kind", "KIND", "such as service-defaults"},
            {"name", "NAME", "of the entry, mostly that of a service"}};
}

}  // namespace

std::vector<CliCommand> entry_commands() {
    return {
        {.path = "config read",
         .group = "config",
         .summary = "Show a configuration entry as JSON.",
         .words = {},
         .words_max = 0,
         .flags = with_server_flags(entry_flags()),
         .examples = {"weft config read -kind service-defaults -name web"},
         .run = read},
        {.path = "config write",
         .group = "config",
         .summary = "Write a configuration entry from a file.",
         .words = "FILE | -",
         .words_max = 1,
         .flags = with_write_flags(
             {{"cas", "", "only if the entry is still at -modify-index"},
              modify_index_flag("ModifyIndex that the entry has; 0, the default: none")}),
         .examples = {"weft config write web.hcl"},
         .run = write},
        {.path = "config list",
         .group = "config",
         .summary = "List the names of a kind's configuration entries.",
         .words = {},
         .words_max = 0,
         .flags = with_server_flags({{"kind", "KIND", "such as service-defaults"}, format_flag()}),
         .examples = {"weft config list -kind service-defaults"},
         .run = list},
        {.path = "config delete",
         .group = "config",
         .summary = "Delete a configuration entry.",
         .words = {},
         .words_max = 0,
         .flags = with_write_flags(entry_flags()),
         .examples = {"weft config delete -kind service-defaults -name web"},
         .run = remove},
        {.path = "config plan",
         .group = "config",
         .summary = "Show what `weft config apply` would change; exits with 1 if something.",
         .words = "FILE|FOLDER ..",
         .words_max = 1000,
         .flags = with_client_flags({format_flag()}),
         .examples = {"weft config plan entries/"},
         .run =
             [](const CliArguments& arguments, CliConsole& console) {
                 return with_steps(
                     arguments, console, "plan",
                     [&](const AgentClient& client, std::vector<Step> steps, bool as_json) {
                         return plan(client, console, std::move(steps), as_json);
                     });
             }},
        {.path = "config apply",
         .group = "config",
         .summary = "Write the configuration entries of files, in whatever order they need.",
         .words = "FILE|FOLDER ..",
         .words_max = 1000,
         .flags = with_client_flags({format_flag()}),
         .examples = {"weft config apply entries/"},
         .run =
             [](const CliArguments& arguments, CliConsole& console) {
                 return with_steps(
                     arguments, console, "apply",
                     [&](const AgentClient& client, std::vector<Step> steps, bool as_json) {
                         return apply(client, console, std::move(steps), as_json);
                     });
             }},
    };
}

}  // namespace weft::agent
