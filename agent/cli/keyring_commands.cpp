#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>

#include "agent/base/base64.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/ring_answers.hpp"
#include "agent/cli/target.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr std::size_t kKeyBytes = 32;

ExitCode keygen(const CliArguments&, CliConsole& console) {
    std::array<unsigned char, kKeyBytes> key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) {
        return fail(console, ExitCode::Failed, {.what = "the system gives no random bytes"});
    }
    console.out(base64({reinterpret_cast<const char*>(key.data()), key.size()}) + "\n");
    return ExitCode::Ok;
}

// A change that all members make, and what is said meanwhile.
struct KeyChange {
    const char* flag;
    const char* method;
    const char* words;
};

constexpr std::array kChanges = {
    KeyChange{"install", "POST", "Installing new gossip encryption key..."},
    KeyChange{"use", "PUT", "Changing primary gossip encryption key..."},
    KeyChange{"remove", "DELETE", "Removing gossip encryption key..."},
};

// What is being done; Consul counts it as output.
void say(CliConsole& console, const std::string& what) {
    (console.as_consul ? console.out : console.err)("==> " + what + "\n");
}

ExitCode list(const CliArguments& arguments, CliConsole& console, const std::string& target) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        const bool primary = arguments.is_on("list-primary");
        say(console,
            fmt::format("Gathering installed {}encryption keys...", primary ? "primary " : ""));
        return with_json(console, client, target, [&](const json::value& pools) {
            console.out(as_json.value() ? pretty_json(pools) : keys_text(pools, primary));
            return ExitCode::Ok;
        });
    });
}

ExitCode change(const CliArguments& arguments, CliConsole& console, const std::string& target,
                const KeyChange& wanted) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    writer.field("Key", arguments.text(wanted.flag));
    writer.end_object();
    return with_client(arguments, console, [&](const AgentClient& client) {
        say(console, wanted.words);
        return with_answer(console, client, client.call(wanted.method, target, body),
                           [](const HttpResponse&) { return ExitCode::Ok; });
    });
}

Result<std::string> keyring_target(const CliArguments& arguments) {
    Target target("/v1/operator/keyring");
    const std::string relay = arguments.text("relay-factor", "0");
    if (relay.size() != 1 || relay[0] < '0' || relay[0] > '5')
        return make_error(Errc::InvalidArgument,
                          "-relay-factor is a number from 0 to 5, not \"" + relay + "\"");
    if (relay != "0") target.add("relay-factor", relay);
    if (!arguments.is_on("local-only")) return target.text();
    if (!arguments.is_on("list") && !arguments.is_on("list-primary"))
        return make_error(Errc::InvalidArgument, "-local-only goes with -list only");
    return target.add("local-only", "true").text();
}

ExitCode keyring(const CliArguments& arguments, CliConsole& console) {
    const bool lists = arguments.is_on("list") || arguments.is_on("list-primary");
    const KeyChange* wanted = nullptr;
    int actions = (arguments.is_on("list") ? 1 : 0) + (arguments.is_on("list-primary") ? 1 : 0);
    for (const KeyChange& known : kChanges) {
        if (!arguments.has(known.flag)) continue;
        ++actions;
        wanted = &known;
    }
    if (actions != 1)
        return fail_usage(
            console, "give one of -list, -list-primary, -install=KEY, -use=KEY and -remove=KEY");
    const auto target = keyring_target(arguments);
    if (!target) return fail_usage(console, target.error().message());
    return lists ? list(arguments, console, target.value())
                 : change(arguments, console, target.value(), *wanted);
}

}  // namespace

CliCommand keygen_command() {
    return {.path = "keygen",
            .group = "secure",
            .summary = "Make a key for `encrypt` and print it.",
            .words = {},
            .words_max = 0,
            .flags = {},
            .examples = {"weft keygen"},
            .run = keygen};
}

CliCommand keyring_command() {
    return {.path = "keyring",
            .group = "secure",
            .summary = "Look at and change the keys that encrypt the gossip of all agents.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags(
                {{"list", "", "show the keys, and how many agents have each"},
                 {"list-primary", "", "show only the key that each pool encrypts with"},
                 {"install", "KEY", "have all agents take a further key"},
                 {"use", "KEY", "have all agents encrypt with a key that is installed"},
                 {"remove", "KEY", "have all agents drop a key that is not in use"},
                 {"relay-factor", "N", "members that pass each answer on, too: 0 (default) to 5"},
                 {"local-only", "", "with -list: ask this agent only"},
                 format_flag()}),
            .examples = {"weft keyring -list", "weft keyring -install=\"$(weft keygen)\""},
            .run = keyring};
}

}  // namespace weft::agent
