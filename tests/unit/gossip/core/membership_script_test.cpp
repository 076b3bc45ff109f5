#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <variant>

#include "gossip/core/membership.hpp"
#include "tests/support/datadriven.hpp"

// tests/unit/gossip/core/testdata: what one agent makes of what it hears, as text.
namespace weft::gossip {
namespace {

using test::ScriptCommand;

std::string address_bytes(const std::string& text) {
    in_addr address{};
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &address), 1) << text;
    return {reinterpret_cast<const char*>(&address), sizeof address};
}

std::string described(const Message& message) {
    if (const auto* alive = std::get_if<Alive>(&message)) {
        return fmt::format("alive {} inc={}", alive->node, alive->incarnation);
    }
    if (const auto* suspect = std::get_if<Suspect>(&message)) {
        return fmt::format("suspect {} inc={} from={}", suspect->node, suspect->incarnation,
                           suspect->from);
    }
    const auto& dead = std::get<Dead>(message);
    return fmt::format("dead {} inc={} from={}", dead.node, dead.incarnation, dead.from);
}

// One agent called "me", and the messages that it is sent.
class Script {
public:
    std::string run(const ScriptCommand& command) {
        MembershipOutput out;
        if (command.name == "new") {
            start(command);
        } else if (command.name == "alive") {
            said_ = address_bytes(command.get("at", "127.0.0.2"));
            node_ = command.get("node");
            meta_ = command.get("meta");
            if (meta_ == "bad-tags") meta_ = "\xff\x81";
            membership_->handle(alive(command), now_, out);
        } else if (command.name == "suspect") {
            membership_->handle(Suspect{inc(command), node(command), from(command)}, now_, out);
        } else if (command.name == "dead") {
            membership_->handle(Dead{inc(command), node(command), from(command)}, now_, out);
        } else if (command.name == "merge") {
            return merge(command);
        } else if (command.name == "wait") {
            now_ += std::chrono::milliseconds(command.number("ms"));
            membership_->tick(now_, out);
        } else if (command.name == "forget") {
            std::string names;
            for (const auto& [id, name] : membership_->forget(now_)) names += name + "\n";
            return names;
        } else if (command.name == "meta") {
            membership_->set_meta(command.get("is"), out);
        } else if (command.name == "leave") {
            membership_->leave(now_, out);
        } else if (command.name == "members") {
            return members();
        } else {
            return "unknown command\n";
        }
        membership_->check_invariants();
        return printed(out);
    }

private:
    static std::uint32_t inc(const ScriptCommand& command) {
        return static_cast<std::uint32_t>(command.number("inc", 1));
    }
    std::string_view node(const ScriptCommand& command) { return node_ = command.get("node"); }
    std::string_view from(const ScriptCommand& command) { return from_ = command.get("from"); }

    void start(const ScriptCommand& command) {
        config_ = {};
        config_.name = "me";
        config_.advertise = {IpAddress::v4({127, 0, 0, 1}), 7946};
        config_.members_max = command.number("members_max", config_.members_max);
        config_.reclaim_after = std::chrono::milliseconds(command.number("reclaim_ms"));
        now_ = Instant(std::chrono::hours(1));
        membership_.emplace(config_, pool_, now_);
    }

    Alive alive(const ScriptCommand& command) {
        versions_ = command.has("vsn") ? command.get("vsn") : std::string("\1\5\2\2\5\5");
        if (versions_ == "odd") versions_ = "\1\5\7\2\5\5";
        const auto port = static_cast<std::uint16_t>(command.number("port", 7946));
        return {inc(command), node_, said_, port, meta_, versions_};
    }

    // A line of the body: name state incarnation.
    std::string merge(const ScriptCommand& command) {
        std::string bytes;
        ValueWriter writer(bytes);
        std::size_t count = 0;
        std::istringstream lines(command.body);
        std::string name, state;
        std::uint32_t incarnation = 0;
        const std::string address = address_bytes("127.0.0.2");
        const std::string versions = command.has("odd") ? "\1\5\7\2\5\5" : "\1\5\2\2\5\5";
        while (lines >> name >> state >> incarnation) {
            const std::int64_t number = state == "alive"     ? 0
                                        : state == "suspect" ? 1
                                        : state == "dead"    ? 2
                                                             : 3;
            write_record(writer, NodeRecord{name, address, 7946, std::string_view("\xff\x80"),
                                            incarnation, number, versions});
            ++count;
        }
        MembershipOutput out;
        const auto merged = membership_->merge(NodeRecords(bytes, count), now_, out);
        membership_->check_invariants();
        return merged ? printed(out) : "refused: " + merged.error().context + "\n";
    }

    std::string members() const {
        std::map<std::string, std::string> lines;
        membership_->table().for_each([&](MemberId id, const Member& member) {
            std::string& line = lines[member.name()];
            line = fmt::format("{} {} inc={}", member.name(), to_string(member.state),
                               member.incarnation);
            if (const Suspicion* running = membership_->suspicion(id)) {
                line += fmt::format(" accusers={}", running->accusers().size());
            }
        });
        std::string text;
        for (const auto& [name, line] : lines) text += line + "\n";
        return text;
    }

    static std::string printed(const MembershipOutput& out) {
        std::string text;
        for (const MemberEvent& event : out.events) {
            text += fmt::format("event {} {}\n", to_string(event.kind), event.name);
        }
        for (const auto& broadcast : out.broadcasts) {
            text += fmt::format("gossip {}\n", described(decode_message(broadcast.bytes).value()));
        }
        for (const auto& direct : out.direct) {
            text += fmt::format("send {}: {}\n", direct.to->name,
                                described(decode_message(direct.bytes).value()));
        }
        if (out.refutations > 0) text += fmt::format("refutations {}\n", out.refutations);
        return text;
    }

    NodeConfig config_;
    DescriptionPool pool_;
    std::optional<Membership> membership_;
    Instant now_{};
    // What views of a message point into.
    std::string node_, from_, said_, meta_, versions_;
};

TEST(Membership, Script) {
    Script script;
    test::run_script("tests/unit/gossip/core/testdata/membership.txt",
                     [&](const ScriptCommand& command) { return script.run(command); });
}

}  // namespace
}  // namespace weft::gossip
