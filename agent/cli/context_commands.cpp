#include <fmt/format.h>

#include <filesystem>

#include "agent/base/json_writer.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/context.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/table.hpp"

namespace weft::agent {

namespace {

ExitCode failed(CliConsole& console, const Error& error) {
    console.err(fmt::format("error: {}\n", error.message()));
    return ExitCode::Failed;
}

ExitCode usage(CliConsole& console, std::string_view text) {
    console.err(fmt::format("weft context: {}\n", text));
    return ExitCode::Usage;
}

// Reads the book, lets `change` work on it and writes it again if that says so.
ExitCode with_book(CliConsole& console, bool writes,
                   const std::function<ExitCode(ContextBook&)>& change) {
    const auto path = context_path(console);
    if (!path) return failed(console, path.error());
    auto book = read_contexts(path.value());
    if (!book) return failed(console, book.error());
    const ExitCode code = change(book.value());
    if (code != ExitCode::Ok || !writes) return code;
    if (const auto written = write_contexts(path.value(), book.value()); !written)
        return failed(console, written.error());
    return code;
}

// Commands are typed in other folders, too.
std::string file_flag(const CliArguments& arguments, const std::string& flag) {
    if (!arguments.has(flag)) return {};
    return std::filesystem::absolute(arguments.text(flag)).lexically_normal().string();
}

ExitCode add(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().size() != 1) return usage(console, "name the context to add");
    Context added{.name = arguments.words()[0],
                  .address = arguments.text("http-addr", arguments.text("addr")),
                  .datacenter = arguments.text("datacenter"),
                  .token_file = file_flag(arguments, "token-file"),
                  .ca_file = file_flag(arguments, "ca-file"),
                  .client_cert = file_flag(arguments, "client-cert"),
                  .client_key = file_flag(arguments, "client-key"),
                  .tls_server_name = arguments.text("tls-server-name")};
    if (added.address.empty()) return usage(console, "say with -http-addr which agent it means");
    return with_book(console, true, [&](ContextBook& book) {
        std::erase_if(book.contexts,
                      [&](const Context& context) { return context.name == added.name; });
        if (book.contexts.empty()) book.current = added.name;
        book.contexts.push_back(added);
        return ExitCode::Ok;
    });
}

ExitCode choose(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().size() > 1) return usage(console, "name one context, or none");
    const std::string name = arguments.words().empty() ? "" : arguments.words()[0];
    return with_book(console, true, [&](ContextBook& book) {
        if (!name.empty() && book.find(name) == nullptr)
            return failed(console, make_error(Errc::NotFound, "there is no context " + name));
        book.current = name;
        return ExitCode::Ok;
    });
}

ExitCode remove(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().size() != 1) return usage(console, "name the context to remove");
    const std::string& name = arguments.words()[0];
    return with_book(console, true, [&](ContextBook& book) {
        const std::size_t gone = std::erase_if(
            book.contexts, [&](const Context& context) { return context.name == name; });
        if (gone == 0)
            return failed(console, make_error(Errc::NotFound, "there is no context " + name));
        if (book.current == name) book.current.clear();
        return ExitCode::Ok;
    });
}

std::string as_table(const ContextBook& book, const std::string& current) {
    TextTable table({"Context", "Current", "Address", "Datacenter", "Token file"});
    for (const Context& context : book.contexts)
        table.add({context.name, context.name == current ? "*" : "-", context.address,
                   context.datacenter, context.token_file});
    return table.render();
}

std::string as_json_text(const ContextBook& book, const std::string& current) {
    std::string text;
    JsonWriter writer(text, true);
    writer.begin_array();
    for (const Context& context : book.contexts) {
        writer.begin_object();
        writer.field("Name", context.name);
        writer.field("Current", context.name == current);
        writer.field("Address", context.address);
        writer.field("Datacenter", context.datacenter);
        writer.field("TokenFile", context.token_file);
        writer.end_object();
    }
    writer.end_array();
    return text + "\n";
}

ExitCode list(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    return with_book(console, false, [&](ContextBook& book) {
        const std::string current = console.variable({"WEFT_CONTEXT"}).value_or(book.current);
        console.out(as_json.value() ? as_json_text(book, current) : as_table(book, current));
        return ExitCode::Ok;
    });
}

}  // namespace

std::vector<CliCommand> context_commands() {
    return {
        {.path = "context add",
         .group = "config",
         .summary = "Remember an agent under a name; the first one becomes the current context.",
         .words = "NAME",
         .words_max = 1,
         .flags = {{"http-addr", "ADDRESS", "the agent: host:port, https://host:port, unix://path"},
                   {"addr", "ADDRESS", "the same, in short"},
                   {"datacenter", "NAME", "datacenter to ask for"},
                   {"token-file", "FILE", "file that holds the token"},
                   {"ca-file", "FILE", "certificates that the agent's own must be signed by"},
                   {"client-cert", "FILE", "certificate to show to the agent"},
                   {"client-key", "FILE", "key of that certificate"},
                   {"tls-server-name", "NAME", "name to expect in the agent's certificate"}},
         .examples = {"weft context add prod -http-addr https://weft.example.com:8501 -token-file "
                      "~/.weft-token"},
         .run = add},
        {.path = "context list",
         .group = "config",
         .summary = "List the contexts of this user.",
         .words = {},
         .words_max = 0,
         .flags = {format_flag()},
         .examples = {"weft context list"},
         .run = list},
        {.path = "context use",
         .group = "config",
         .summary = "Make a context the one that commands use; without a name none.",
         .words = "[NAME]",
         .words_max = 1,
         .flags = {},
         .examples = {"weft context use prod"},
         .run = choose,
         .completes = "contexts"},
        {.path = "context remove",
         .group = "config",
         .summary = "Forget a context.",
         .words = "NAME",
         .words_max = 1,
         .flags = {},
         .examples = {"weft context remove prod"},
         .run = remove,
         .completes = "contexts"},
    };
}

}  // namespace weft::agent
