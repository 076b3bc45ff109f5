#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/base/go_duration.hpp"
#include "agent/config_entry/discovery_chain.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/entry_rules.hpp"
#include "agent/config_entry/set_check.hpp"
#include "tests/support/datadriven.hpp"

// Runs testdata/*.txt. Commands, with entries as JSON in their bodies:
//
// entry            what is stored of it, or why it is refused
// put, delete      changes the set, or says why not; put forced=yes skips the look at the whole set
// plan             a list of entries: what would stand in the way of putting all of them
// chain            a service's chain: dc, protocol, timeout and gateway override
// json             the same as the API shows it
namespace weft::agent {
namespace {

using test::ScriptCommand;

Result<ConfigEntry> checked(const JsonValue& tree) {
    WEFT_TRY(ConfigEntry entry, decode_entry(tree));
    normalize(entry);
    WEFT_TRY(validate(entry));
    return entry;
}

Result<ConfigEntry> checked(const std::string& body) {
    WEFT_TRY(const JsonValue tree, parse_json(body));
    return checked(tree);
}

std::string error_line(const Error& error) {
    return "error: " + error.message() + "\n";
}

std::string pretty(const std::string& json) {
    std::string out;
    JsonWriter(out, true).raw(json);
    return out + "\n";
}

std::string problems_text(const std::vector<SetProblem>& problems) {
    std::string out;
    for (const SetProblem& problem : problems)
        out += fmt::format("{}: {}\n", to_string(problem.about), problem.text);
    return out.empty() ? "ok\n" : out;
}

std::string render(const ChainNode& node) {
    std::string out = node.key();
    for (const ChainRoute& route : node.routes) {
        std::string definition;
        JsonWriter writer(definition);
        write_part(writer, route.definition);
        out += fmt::format("\n    {} -> {}", definition, route.next_node);
    }
    for (const ChainSplit& split : node.splits)
        out += fmt::format("\n    {}% -> {}", to_string(split.weight), split.next_node);
    if (node.type == ChainNode::Type::Resolver) {
        out += fmt::format(" timeout={}{}", format_go_duration(node.resolver.connect_timeout),
                           node.resolver.is_default ? " default" : "");
        if (!node.resolver.failover.empty())
            out += fmt::format(" failover={}", fmt::join(node.resolver.failover, ","));
    }
    return out + "\n";
}

std::string render(const ChainTarget& target) {
    std::string out = "target " + target.id;
    if (!target.subset.filter.empty()) out += fmt::format(" filter={}", target.subset.filter);
    if (target.subset.only_passing) out += " only-passing";
    if (!target.mesh_gateway.mode.empty())
        out += fmt::format(" gateway={}", target.mesh_gateway.mode);
    if (target.external) out += " external";
    return out + fmt::format(" sni={}\n", target.sni);
}

std::string render(const DiscoveryChain& chain) {
    std::string out =
        fmt::format("{} {} start={}{}\n", chain.service_name, chain.protocol, chain.start_node,
                    chain.customization_hash.empty() ? "" : " customized");
    for (const auto& [key, node] : chain.nodes) out += render(node);
    for (const auto& [id, target] : chain.targets) out += render(target);
    return out;
}

class Script {
public:
    std::string run(const ScriptCommand& command) {
        if (command.name == "entry") return entry(command);
        if (command.name == "put") return put(command);
        if (command.name == "delete") return erase(command);
        if (command.name == "plan") return plan(command);
        if (command.name == "chain" || command.name == "json") return chain(command);
        return "unknown command\n";
    }

private:
    static std::string entry(const ScriptCommand& command) {
        const auto read = checked(command.body);
        if (!read) return error_line(read.error());
        const auto stored = stored_form(read.value());
        return stored ? pretty(stored.value()) : error_line(stored.error());
    }

    std::string put(const ScriptCommand& command) {
        auto read = checked(command.body);
        if (!read) return error_line(read.error());
        const EntryKey key = key_of(read.value());
        if (!command.has("forced")) {
            const auto problems =
                check_changes(entries_, {{key, std::make_shared<const ConfigEntry>(read.value())}});
            if (!problems.empty()) return problems_text(problems);
        }
        entries_.put(std::move(read).value());
        return "ok\n";
    }

    std::string erase(const ScriptCommand& command) {
        const auto kind = entry_kind(command.get("kind"));
        const EntryKey key = entry_key(kind.value_or(EntryKind::Mesh), command.get("name"));
        const auto problems = check_changes(entries_, {{key, nullptr}});
        if (problems.empty()) entries_.erase(key);
        return problems_text(problems);
    }

    std::string plan(const ScriptCommand& command) const {
        const auto tree = parse_json(command.body);
        if (!tree) return error_line(tree.error());
        std::vector<EntryChange> changes;
        for (const JsonValue& item : tree.value().items) {
            auto read = checked(item);
            if (!read) return error_line(read.error());
            const EntryKey key = key_of(read.value());
            changes.push_back({key, std::make_shared<const ConfigEntry>(std::move(read).value())});
        }
        return problems_text(check_changes(entries_, changes));
    }

    std::string chain(const ScriptCommand& command) const {
        ChainOptions options;
        options.local_datacenter = "dc1";
        options.datacenter = command.get("dc", "dc1");
        options.trust_domain = "weft.consul";
        options.overrides.protocol = command.get("protocol");
        options.overrides.mesh_gateway.mode = command.get("gateway");
        options.overrides.connect_timeout = std::chrono::seconds(command.number("timeout"));
        const CompiledChain compiled = compile_chain(entries_, command.get("service"), options);
        if (!compiled.chain) return error_line(compiled.chain.error());
        if (command.name == "chain") return render(compiled.chain.value());
        std::string json;
        JsonWriter writer(json);
        write_chain(writer, compiled.chain.value());
        return pretty(json);
    }

    EntrySet entries_;
};

void run(const std::string& name) {
    Script script;
    test::run_script("tests/unit/agent/config_entry/testdata/" + name,
                     [&](const ScriptCommand& command) { return script.run(command); });
}

TEST(ConfigEntry, ServiceKinds) {
    run("service_entries.txt");
}
TEST(ConfigEntry, RoutingKinds) {
    run("routing_entries.txt");
}
TEST(ConfigEntry, GatewaysIntentionsAndTheRest) {
    run("other_entries.txt");
}
TEST(ConfigEntry, Sets) {
    run("sets.txt");
}
TEST(DiscoveryChain, Compilation) {
    run("chains.txt");
}

}  // namespace
}  // namespace weft::agent
