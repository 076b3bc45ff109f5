#include "agent/agent_commands.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "agent/agent_flags.hpp"
#include "agent/config/code_pages.hpp"
#include "agent/config/key_table.hpp"
#include "agent/runtime/runtime.hpp"
#include "agent/watched_views.hpp"

namespace weft::agent {

namespace {

// The agent's own are understood, so that files can be checked as a unit starts the agent with
// them; `weft help agent` lists them.
std::vector<CliFlag> validate_flags() {
    std::vector<CliFlag> flags = {{"quiet", "", "say nothing when all is well"},
                                  {"format", "FORMAT", "text (the default) or json"}};
    for (CliFlag& flag : all_agent_flags()) {
        flag.help.clear();
        flags.push_back(std::move(flag));
    }
    return flags;
}

// Prints what is wrong or noteworthy; false when there is no configuration to use.
bool report(const LoadResult& loaded, CliConsole& console) {
    if (!loaded.diagnostics.all().empty()) console.err(loaded.text());
    return loaded.ok();
}

ExitCode run_agent(const CliArguments& arguments, CliConsole& console, const std::string& version,
                   Presentation presentation) {
    const bool dev_mode = presentation == Presentation::Screen || arguments.is_on("dev");
    LoadRequest request = load_request(arguments, dev_mode);
    LoadResult loaded = load(request);
    request.read_once = std::move(loaded.read_once);
    if (!report(loaded, console)) return ExitCode::Failed;
    AgentConfig config = std::move(*loaded.config);
    loaded = {};  // the diagnostics hold the files' texts, and the agent runs for long
    RuntimeOptions options{.version = version,
                           .presentation = presentation,
                           .reload_from = request,
                           .screen = console.out,
                           .watched_view = make_watched_view};
    return run_runtime(std::move(config), std::move(options), console.err) ? ExitCode::Ok
                                                                           : ExitCode::Failed;
}

ExitCode validate_files(const CliArguments& arguments, CliConsole& console) {
    LoadRequest request = load_request(arguments, arguments.is_on("dev"));
    request.paths.insert(request.paths.end(), arguments.words().begin(), arguments.words().end());
    if (request.paths.empty() && request.fragments.empty()) {
        console.err("weft validate: name the files or folders to check\n");
        return ExitCode::Usage;
    }
    const std::string format = arguments.text("format", "text");
    if (format != "text" && format != "json") {
        console.err("weft validate: -format is text or json, not \"" + format + "\"\n");
        return ExitCode::Usage;
    }
    request.thorough = true;
    const LoadResult loaded = load(request);
    if (format == "json") {
        console.out(loaded.json() + "\n");
        return loaded.ok() ? ExitCode::Ok : ExitCode::Failed;
    }
    const bool quiet = arguments.is_on("quiet");
    if (!report(loaded, console)) return ExitCode::Failed;
    if (!quiet) console.out("Configuration is valid!\n");
    return ExitCode::Ok;
}

}  // namespace

std::vector<CliFlag> all_agent_flags() {
    std::vector<CliFlag> flags = {
        {"config-file", "FILE", "file to read", true},
        {"config-dir", "FOLDER",
         "folder whose .hcl and .json files are read in the order of their names", true},
        {"config-format",
         "FORMAT",
         {},
         false,
         "-config-format is not needed: files are told apart by their names and contents"},
        {"hcl", "TEXT", "configuration as a text", true},
        {"dev", "", "keep nothing and answer at once; for trying out"},
    };
    const std::vector<CliFlag> more = agent_flag_rows();
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
}

LoadRequest load_request(const CliArguments& arguments, bool dev_mode) {
    LoadRequest request;
    request.dev_mode = dev_mode;
    request.environment = config_environment();
    if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"))
        request.credentials_folder = folder;
    for (const auto& [flag, path] : arguments.in_order())
        if (flag == "config-file" || flag == "config-dir") request.paths.push_back(path);
    request.fragments = arguments.all("hcl");
    for (const AgentFlag& flag : agent_flags()) {
        const std::string name(flag.name);
        for (const std::string& value : arguments.all(name))
            request.overrides.push_back({std::string(flag.key), value, "-" + name});
    }
    return request;
}

std::vector<CliCommand> agent_commands(const std::string& version) {
    return {
        {.path = "dev",
         .group = "start",
         .summary = "Start an agent that keeps nothing, to try weft out; says what to try.",
         .words = {},
         .words_max = 0,
         .flags = all_agent_flags(),
         .examples = {"weft dev", "weft dev -http-port 18500 -dns-port 18600"},
         .run =
             [version](const CliArguments& arguments, CliConsole& console) {
                 return run_agent(arguments, console, version, Presentation::Screen);
             }},
        {.path = "agent",
         .group = "start",
         .summary = "Start an agent; under systemd, or by hand to see its log.",
         .words = {},
         .words_max = 0,
         .flags = all_agent_flags(),
         .examples = {"weft agent -server -bootstrap -data-dir /var/lib/weft -config-dir /etc/weft",
                      "weft agent -dev"},
         .run =
             [version](const CliArguments& arguments, CliConsole& console) {
                 return run_agent(arguments, console, version, Presentation::Log);
             }},
        {.path = "validate",
         .group = "operate",
         .summary = "Check configuration files and folders, with the agent's flags; shows every "
                    "error with its place.",
         .words = "FILE|FOLDER ..",
         .words_max = 1000,
         .flags = validate_flags(),
         .examples = {"weft validate -data-dir /var/lib/weft /etc/weft",
                      "weft validate -format=json agent.hcl"},
         .run = validate_files},
    };
}

std::optional<std::string> code_help(const std::string& code) {
    const CodePage* page = find_page(config_code_pages(), code);
    if (page == nullptr) return std::nullopt;
    return render(*page);
}

std::optional<std::string> config_help(const std::string& key) {
    if (key.empty()) {
        std::string text;
        for (const KeyRow* row : key_table().rows())
            if (row->key_class == KeyClass::Implemented)
                text += fmt::format("{:<44}  {}\n", row->path, row->documentation);
        return text + "\n`weft help config KEY` shows type, default and what a reload does.\n";
    }
    const auto help = describe_key(key);
    if (!help) {
        const std::string meant = nearest_key(key);
        if (meant.empty()) return std::nullopt;
        return fmt::format("there is no key `{}`, did you mean `{}`?\n\n", key, meant) +
               config_help(meant).value_or("");
    }
    std::string text = fmt::format("{}\n", help->path);
    if (!help->documentation.empty()) text += fmt::format("  {}\n", help->documentation);
    if (!help->type.empty()) text += fmt::format("  type     {}\n", help->type);
    if (!help->default_text.empty()) text += fmt::format("  default  {}\n", help->default_text);
    if (!help->status.empty()) text += fmt::format("  status   {}\n", help->status);
    if (!help->reload.empty()) text += fmt::format("  reload   {}\n", help->reload);
    if (!help->children.empty())
        text += fmt::format("  keys     {}\n", fmt::join(help->children, ", "));
    return text;
}

}  // namespace weft::agent
