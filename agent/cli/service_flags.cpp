#include "agent/cli/service_flags.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "agent/base/json_writer.hpp"
#include "agent/cli/arguments.hpp"

namespace weft::agent {

namespace {

constexpr std::uint64_t kPortMax = 65535;

std::optional<std::uint64_t> port_of(const std::string& text) {
    std::uint64_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failure != std::errc() || end != text.data() + text.size() || port > kPortMax)
        return std::nullopt;
    return port;
}

Result<void> write_meta(JsonWriter& writer, const std::vector<std::string>& pairs) {
    writer.key("Meta");
    writer.begin_object();
    for (const std::string& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos || equals == 0)
            return make_error(Errc::InvalidArgument, "-meta is KEY=VALUE, not \"" + pair + "\"");
        writer.field(pair.substr(0, equals), pair.substr(equals + 1));
    }
    writer.end_object();
    return success();
}

// "lan=10.0.0.1:8080"; an IPv6 address stands in brackets.
Result<void> write_tagged_addresses(JsonWriter& writer, const std::vector<std::string>& all) {
    writer.key("TaggedAddresses");
    writer.begin_object();
    for (const std::string& tagged : all) {
        const auto wrong = [&] {
            return make_error(
                Errc::InvalidArgument,
                fmt::format("-tagged-address is NAME=ADDRESS:PORT, not \"{}\"", tagged));
        };
        const auto equals = tagged.find('=');
        const auto colon = tagged.rfind(':');
        if (equals == std::string::npos || equals == 0 || colon == std::string::npos ||
            colon < equals)
            return wrong();
        std::string address = tagged.substr(equals + 1, colon - equals - 1);
        if (address.starts_with('[') && address.ends_with(']'))
            address = address.substr(1, address.size() - 2);
        else if (address.find(':') != std::string::npos)
            return wrong();
        const auto port = port_of(tagged.substr(colon + 1));
        if (address.empty() || !port) return wrong();
        writer.key(tagged.substr(0, equals));
        writer.begin_object();
        writer.field("Address", address);
        writer.field("Port", *port);
        writer.end_object();
    }
    writer.end_object();
    return success();
}

Result<void> write_check(JsonWriter& writer, const CliArguments& arguments) {
    const bool http = arguments.has("check-http");
    if (http == arguments.has("check-tcp"))
        return make_error(Errc::InvalidArgument, "give either -check-http or -check-tcp");
    writer.key("Check");
    writer.begin_object();
    writer.field(http ? "HTTP" : "TCP", arguments.text(http ? "check-http" : "check-tcp"));
    writer.field("Interval", arguments.text("check-interval", "10s"));
    writer.end_object();
    return success();
}

}  // namespace

std::vector<CliFlag> service_flags() {
    return {{"id", "ID", "its id on this node; the name by default"},
            {"port", "PORT", "port that it listens on"},
            {"address", "ADDRESS", "its address; the node's by default"},
            {"tagged-address", "NAME=ADDRESS:PORT", "an address under a name: lan, wan, ..", true},
            {"tag", "TAG", "a tag", true},
            {"meta", "KEY=VALUE", "a metadata pair", true},
            {"kind", "KIND", "as in a service definition"},
            {"check-http", "URL", "check: answers with a status of 2xx"},
            {"check-tcp", "HOST:PORT", "check: accepts connections"},
            {.name = "check-interval",
             .value = "TIME",
             .help = "time between checks; 10s by default",
             .needs = {"check-http", "check-tcp"}}};
}

Result<ServiceBody> body_of_flags(const CliArguments& arguments) {
    const std::string name = arguments.text("name");
    ServiceBody body{arguments.text("id", name), {}, name};
    WEFT_TRY(const auto port, number_flag(arguments, "port", 0, 0, kPortMax));
    JsonWriter writer(body.json);
    writer.begin_object();
    if (arguments.has("kind")) writer.field("Kind", arguments.text("kind"));
    writer.field("ID", arguments.text("id"));
    writer.field("Name", arguments.text("name"));
    if (const auto tags = arguments.all("tag"); !tags.empty()) {
        writer.key("Tags");
        writer.begin_array();
        for (const std::string& tag : tags) writer.value(tag);
        writer.end_array();
    }
    writer.field("Port", port);
    writer.field("Address", arguments.text("address"));
    if (const auto tagged = arguments.all("tagged-address"); !tagged.empty()) {
        WEFT_TRY(write_tagged_addresses(writer, tagged));
    }
    if (const auto meta = arguments.all("meta"); !meta.empty()) {
        WEFT_TRY(write_meta(writer, meta));
    }
    if (arguments.has("check-http") || arguments.has("check-tcp")) {
        WEFT_TRY(write_check(writer, arguments));
    }
    writer.end_object();
    return body;
}

}  // namespace weft::agent
