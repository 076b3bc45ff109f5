#include "agent/cli/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "agent/base/json_writer.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr std::size_t kFileMax = 1024 * 1024;
constexpr const char* kSchema = "weft.contexts/1";

struct Field {
    const char* json;
    std::string Context::*member;
};

constexpr Field kFields[] = {
    {"Name", &Context::name},
    {"Address", &Context::address},
    {"Datacenter", &Context::datacenter},
    {"TokenFile", &Context::token_file},
    {"CaFile", &Context::ca_file},
    {"ClientCert", &Context::client_cert},
    {"ClientKey", &Context::client_key},
    {"TlsServerName", &Context::tls_server_name},
};

std::string without_file_name(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

}  // namespace

const Context* ContextBook::find(std::string_view name) const {
    const auto found = std::find_if(contexts.begin(), contexts.end(),
                                    [&](const Context& context) { return context.name == name; });
    return found == contexts.end() ? nullptr : &*found;
}

Result<std::string> context_path(const CliConsole& console) {
    if (const auto folder = console.variable({"XDG_CONFIG_HOME"}))
        return *folder + "/weft/contexts.json";
    if (const auto home = console.variable({"HOME"})) return *home + "/.config/weft/contexts.json";
    return make_error(Errc::InvalidArgument, "contexts need a place: set HOME or XDG_CONFIG_HOME");
}

Result<ContextBook> read_contexts(const std::string& path) {
    ContextBook book;
    const auto text = read_file(path, kFileMax);
    if (!text && text.error().code == Errc::NotFound) return book;
    if (!text) return text.error();
    json::error_code failure;
    const json::value parsed = json::parse(text.value(), failure);
    if (failure || !parsed.is_object())
        return make_error(Errc::Corrupt,
                          fmt::format("{} is no file of contexts: remove it or mend it", path));
    book.current = json_text(parsed, "Current");
    const json::value* list = parsed.as_object().if_contains("Contexts");
    if (json_text(parsed, "Schema") != kSchema || list == nullptr || !list->is_array())
        return make_error(
            Errc::Unsupported,
            fmt::format("{} is not of this version, whose schema is {}", path, kSchema));
    for (const json::value& entry : list->as_array()) {
        Context context;
        for (const Field& field : kFields) context.*field.member = json_text(entry, field.json);
        if (!context.name.empty()) book.contexts.push_back(std::move(context));
    }
    return book;
}

Result<void> write_contexts(const std::string& path, const ContextBook& book) {
    std::string text;
    JsonWriter writer(text, true);
    writer.begin_object();
    writer.field("Schema", kSchema);
    writer.field("Current", book.current);
    writer.key("Contexts");
    writer.begin_array();
    for (const Context& context : book.contexts) {
        writer.begin_object();
        for (const Field& field : kFields)
            if (!(context.*field.member).empty()) writer.field(field.json, context.*field.member);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    WEFT_TRY(make_folder(without_file_name(path), 0700));
    return write_file_atomically(path, text + "\n", 0600);
}

Result<Context> find_context(const CliArguments& arguments, const CliConsole& console) {
    std::string name = arguments.text("context");
    // Another agent than that of the context must not get its token.
    const bool has_address = arguments.has("http-addr") ||
                             console.variable({"WEFT_HTTP_ADDR", "CONSUL_HTTP_ADDR"}).has_value();
    if (name.empty() && has_address) return Context{};
    if (name.empty()) name = console.variable({"WEFT_CONTEXT"}).value_or("");
    const auto path = context_path(console);
    if (!path && name.empty()) return Context{};
    if (!path) return path.error();
    const auto book = read_contexts(path.value());
    // A book that nobody asked for must not stop a command.
    if (!book && name.empty()) return Context{};
    if (!book) return book.error();
    if (name.empty()) name = book.value().current;
    if (name.empty()) return Context{};
    if (const Context* found = book.value().find(name)) return *found;
    return make_error(
        Errc::NotFound,
        fmt::format("there is no context {}: `weft context list` shows those there are", name));
}

}  // namespace weft::agent
