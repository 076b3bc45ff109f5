// A member of a ring and nothing else: what gossip costs is measured of it (tests/bench/README.md).
//
//   gossip_agent --name NAME --bind ADDR:PORT [--advertise ADDR:PORT] [--join ADDR:PORT ..]
//                [--key HEX] [--tag K=V ..] [--profile lan|wan|local] [--label TEXT]
//
// A line for each event on stdout, with the time in seconds since 1970 that no clock step moves:
//   1732600000.123456 joined NAME 127.0.0.2:7946
// Commands on stdin, SIGTERM is a leave:
//   members, stats, leave, join ADDR:PORT, force-leave NAME, tags K=V .., event NAME PAYLOAD,
//   query NAME PAYLOAD, query-relayed NAME PAYLOAD, keys list|install|use|remove [KEY in base64]
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/io/clock.hpp"
#include "agent/io/dial.hpp"
#include "agent/io/task_scope.hpp"
#include "gossip/core/internal_queries.hpp"
#include "gossip/net/ring.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {
namespace {

namespace asio = boost::asio;

constexpr std::uint8_t kRelayFactor = 2;  // of query-relayed

struct Options {
    RingConfig ring;
    Keyring keyring;
    std::vector<Endpoint> seeds;
};

Result<Endpoint> parse_endpoint(std::string_view text) {
    WEFT_TRY(const auto parts, split_host_port(text));
    const auto address = IpAddress::parse(parts.host);
    std::uint16_t port = 0;
    const char* end = parts.port.data() + parts.port.size();
    const auto [stopped, error] = std::from_chars(parts.port.data(), end, port);
    if (!address || error != std::errc() || stopped != end)
        return make_error(Errc::InvalidArgument, fmt::format("{}: not ADDR:PORT", text));
    return Endpoint{*address, port};
}

Result<std::string> parse_hex(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        unsigned byte = 0;
        const auto [stopped, error] = std::from_chars(&text[i], &text[i] + 2, byte, 16);
        if (error != std::errc() || stopped != &text[i] + 2)
            return make_error(Errc::InvalidArgument, "--key: not hexadecimal");
        bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
}

Result<void> set_profile(NodeConfig& config, std::string_view profile) {
    if (profile == "wan") {
        set_wan(config);
    } else if (profile == "local") {
        set_local(config);
    } else if (profile != "lan") {
        return make_error(Errc::InvalidArgument, "--profile: lan, wan or local");
    }
    return success();
}

Result<Options> parse(int count, char** words) {
    constexpr std::int64_t kYear2020 = 1'577'836'800;
    Options options;
    NodeConfig& node = options.ring.node;
    node.incarnation = static_cast<std::uint32_t>(wall_now().unix_ns / 1'000'000'000 - kYear2020);
    std::vector<std::pair<std::string_view, std::string_view>> tags;
    for (int i = 1; i < count; ++i) {
        const std::string_view flag = words[i];
        if (i + 1 == count)
            return make_error(Errc::InvalidArgument, fmt::format("{} needs a value", flag));
        const std::string_view value = words[++i];
        if (flag == "--name") {
            node.name = value;
        } else if (flag == "--bind") {
            WEFT_TRY(options.ring.bind, parse_endpoint(value));
        } else if (flag == "--advertise") {
            WEFT_TRY(node.advertise, parse_endpoint(value));
        } else if (flag == "--join") {
            WEFT_TRY(const auto seed, parse_endpoint(value));
            options.seeds.push_back(seed);
        } else if (flag == "--key") {
            WEFT_TRY(const auto key, parse_hex(value));
            WEFT_TRY(options.keyring.add(key));
        } else if (flag == "--tag") {
            const auto equals = value.find('=');
            if (equals == std::string_view::npos)
                return make_error(Errc::InvalidArgument, "--tag: not K=V");
            tags.emplace_back(value.substr(0, equals), value.substr(equals + 1));
        } else if (flag == "--profile") {
            WEFT_TRY(set_profile(node, value));
        } else if (flag == "--label") {
            options.ring.label = value;
        } else {
            return make_error(Errc::InvalidArgument, fmt::format("unknown flag {}", flag));
        }
    }
    WEFT_TRY(encode_tags(node.meta, tags));
    return options;
}

// Seconds since 1970: the wall clock at the start, and the monotonic one from there.
class Stamp {
public:
    std::string str() const {
        const std::int64_t ns = wall_.unix_ns + (now() - start_).count();
        return fmt::format("{}.{:06}", ns / 1'000'000'000, ns % 1'000'000'000 / 1000);
    }

private:
    WallTime wall_ = wall_now();
    Instant start_ = now();
};

class Agent {
public:
    explicit Agent(asio::io_context& context)
        : context_(context), input_(context), retry_(context), end_(context) {
        end_.expires_at(asio::steady_timer::time_point::max());
    }

    Result<void> open(Options options) {
        seeds_ = std::move(options.seeds);
        WEFT_TRY(ring_,
                 Ring::open(
                     context_.get_executor(), std::move(options.ring), std::move(options.keyring),
                     [this](const Event& event) {
                         std::visit([this](const auto& e) { hear(e); }, event);
                     },
                     nullptr));
        say("listening {}", ring_->local().str());
        return success();
    }

    asio::awaitable<void> run() {
        TaskScope scope(context_.get_executor());
        scope.spawn(ring_->run());
        scope.spawn(read_commands());
        scope.spawn(await_signal());
        scope.spawn(leave_when_told());
        scope.spawn(keep_joining());
        co_await end_.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await scope.close();
    }

private:
    template <class... Args>
    void say(fmt::format_string<Args...> format, Args&&... args) {
        const std::string line =
            stamp_.str() + ' ' + fmt::format(format, std::forward<Args>(args)...) + '\n';
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fflush(stdout);
    }
    void say_member(const char* what, const DescriptionPtr& member) {
        say("{} {} {}", what, member->name, member->endpoint.str());
    }

    // ---- events
    void hear(const event::MemberJoined& event) { say_member("joined", event.member); }
    void hear(const event::MemberUpdated& event) { say_member("updated", event.member); }
    void hear(const event::MemberLeaving& event) { say_member("leaving", event.member); }
    void hear(const event::MemberLeft& event) { say_member("left", event.member); }
    void hear(const event::MemberFailed& event) { say_member("failed", event.member); }
    void hear(const event::MemberReaped& event) { say_member("reaped", event.member); }
    void hear(const event::UdpBlocked& event) { say_member("udp-blocked", event.member); }
    void hear(const event::NameConflict& event) {
        say("conflict {} {} {}", event.name, event.kept.str(), event.refused.str());
    }
    void hear(const event::UserEvent& event) { say("event {} {}", event.name, event.payload); }
    void hear(const event::JoinFinished& event) {
        has_joined_ |= event.joined;
        say("join {} {}", event.at.str(), event.joined ? "ok" : event.error);
    }
    void hear(const event::MergeRefused& event) {
        say("merge-refused {} {}", event.from.str(), event.why);
    }
    void hear(const event::NameLost&) {
        say("name-lost");
        is_told_to_leave_ = true;
        retry_.cancel();
        end_.cancel();
    }
    void hear(const event::LeaveFinished& event) {
        say("leave-finished {}", event.spread ? "spread" : "not spread");
    }
    // A query is answered with its payload, so that stock tools see that it works.
    void hear(const event::QueryReceived& event) {
        say("query {} {}", event.name, event.source);
        const auto answered = ring_->call([&](Node& node, Instant at, Output& out) {
            return node.answer(event.time, event.id, event.payload, at, out);
        });
        if (!answered) say("error {}", answered.error().message());
    }
    void hear(const event::QueryAcknowledged& event) {
        if (!is_key_query(event.id)) say("ack {}", event.from);
    }
    void hear(const event::QueryAnswered& event) {
        if (!is_key_query(event.id)) return say("answer {} {}", event.from, event.payload);
        const auto answer = decode_key_answer(event.payload);
        if (answer && answer.value().result) ++keys_changed_;
    }
    void hear(const event::QueryFinished& event) {
        if (!is_key_query(event.id)) {
            return say("query-finished {} acks {} answers", event.acks, event.answers);
        }
        key_query_.reset();
        say("keys {} {} of {}", key_operation_, keys_changed_, ring_->node().members().size());
    }
    template <class Other>
    void hear(const Other&) {}

    bool is_key_query(std::uint32_t id) const { return key_query_ == id; }

    // ---- commands
    asio::awaitable<void> read_commands() {
        boost::system::error_code error;
        input_.assign(dup(STDIN_FILENO), error);
        std::string text;
        while (!error) {
            auto [failed, size] =
                co_await asio::async_read_until(input_, asio::dynamic_buffer(text, 64 << 10), '\n',
                                                asio::as_tuple(asio::use_awaitable));
            error = failed;
            if (error) break;
            const std::string line = text.substr(0, size - 1);
            text.erase(0, size);
            command(line);
        }
        // Without a terminal it goes on by itself.
    }

    void command(std::string_view line) {
        const std::string_view word = line.substr(0, line.find(' '));
        const std::string_view rest = word.size() < line.size() ? line.substr(word.size() + 1) : "";
        if (word == "members") return list_members();
        if (word == "stats") return say_stats();
        if (word == "leave") return begin_leave();
        const std::string_view name = rest.substr(0, rest.find(' '));
        const std::string_view text = name.size() < rest.size() ? rest.substr(name.size() + 1) : "";
        if (word == "event") {
            return complain(ring_->call([&](Node& node, Instant at, Output& out) {
                return node.fire_event(name, text, false, at, out);
            }));
        }
        if (word == "force-leave") {
            return complain(ring_->call([&](Node& node, Instant at, Output& out) {
                return node.force_leave(name, false, at, out);
            }));
        }
        if (word == "query") return (void)ask(name, std::string(text), true);
        if (word == "query-relayed") return (void)ask(name, std::string(text), true, kRelayFactor);
        if (word == "keys") return ask_keys(name, text);
        if (word == "tags") return set_tags(rest);
        if (word == "join") {
            const auto seed = parse_endpoint(rest);
            if (!seed) return say("error {}", seed.error().message());
            return join({seed.value()});
        }
        say("error unknown command");
    }

    void complain(const Result<void>& done) {
        if (!done) say("error {}", done.error().message());
    }

    std::optional<std::uint32_t> ask(std::string_view name, std::string payload, bool wants_ack,
                                     std::uint8_t relay_factor = 0) {
        QueryParams params;
        params.name = name;
        params.payload = std::move(payload);
        params.wants_ack = wants_ack;
        params.relay_factor = relay_factor;
        const auto asked = ring_->call(
            [&](Node& node, Instant at, Output& out) { return node.ask(params, at, out); });
        if (asked) return asked.value();
        say("error {}", asked.error().message());
        return std::nullopt;
    }

    void ask_keys(std::string_view operation, std::string_view text) {
        const std::string_view query = operation == "install"  ? kInstallKeyQuery
                                       : operation == "use"    ? kUseKeyQuery
                                       : operation == "remove" ? kRemoveKeyQuery
                                                               : kListKeysQuery;
        const auto key = text.empty() ? Result<std::string>(std::string()) : key_from_text(text);
        if (!key) return say("error {}", key.error().message());
        key_operation_ = operation;
        keys_changed_ = 0;
        key_query_ = ask(query, key_query_payload(key.value()), false);
    }

    void set_tags(std::string_view text) {
        std::vector<std::pair<std::string_view, std::string_view>> tags;
        while (!text.empty()) {
            const std::string_view word = text.substr(0, text.find(' '));
            text.remove_prefix(std::min(word.size() + 1, text.size()));
            const std::size_t equals = std::min(word.find('='), word.size() - 1);
            tags.emplace_back(word.substr(0, equals), word.substr(equals + 1));
        }
        complain(ring_->call(
            [&](Node& node, Instant at, Output& out) { return node.set_tags(tags, at, out); }));
    }

    void list_members() {
        const auto members = ring_->node().members();
        for (const MemberView& view : members) {
            std::string tags;
            const auto decoded = decode_tags(std::string_view(view.member->meta));
            for (const auto& [tag, value] : decoded ? decoded.value() : TagList()) {
                tags += fmt::format("{}{}={}", tags.empty() ? "" : ",", tag, value);
            }
            say("member {} {} {} {}", view.member->name, view.member->endpoint.str(),
                to_string(view.status), tags);
        }
        say("members {}", members.size());
    }

    void say_stats() {
        const Counters& node = ring_->node().counters();
        const NetCounters& net = ring_->counters();
        say("stats health={} probes={} probes_answered={} probes_answered_indirect={} "
            "probes_answered_stream={} probes_failed={} suspicions={} refutations={} "
            "declared_dead={} datagrams_received={} datagram_bytes_received={} datagrams_sent={} "
            "datagram_bytes_sent={} lost={} limited={} unsent={} refused={} ports_unreachable={} "
            "streams={} dials={} stream_bytes_received={} stream_bytes_sent={} ticks={} "
            "late_ms_max={} late_ms={}",
            ring_->node().health_score(), node.probes, node.probes_answered,
            node.probes_answered_indirect, node.probes_answered_stream, node.probes_failed,
            node.suspicions, node.refutations, node.declared_dead, net.datagrams_received,
            net.datagram_bytes_received, net.datagrams_sent, net.datagram_bytes_sent,
            net.datagrams_lost, net.datagrams_limited, net.datagrams_unsent,
            net.datagrams_refused.total(), net.ports_unreachable, net.streams_accepted, net.dials,
            net.stream_bytes_received, net.stream_bytes_sent, net.ticks,
            net.late_max.count() / 1'000'000, net.late_total.count() / 1'000'000);
    }

    // ---- joining and leaving
    void join(const std::vector<Endpoint>& seeds) {
        ring_->call([&](Node& node, Instant at, Output& out) { node.join(seeds, true, at, out); });
    }

    // Tries again until one of the seeds has answered.
    asio::awaitable<void> keep_joining() {
        while (!seeds_.empty() && !has_joined_ && !is_told_to_leave_) {
            join(seeds_);
            retry_.expires_after(std::chrono::seconds(1));
            const auto [error] = co_await retry_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
        }
    }

    asio::awaitable<void> await_signal() {
        asio::signal_set signals(context_, SIGTERM, SIGINT);
        const auto [error, number] =
            co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!error) begin_leave();
    }

    void begin_leave() {
        is_told_to_leave_ = true;
        retry_.cancel();
        told_.cancel();
    }

    asio::awaitable<void> leave_when_told() {
        told_.expires_at(asio::steady_timer::time_point::max());
        co_await told_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!is_told_to_leave_) co_return;
        co_await ring_->leave();
        end_.cancel();
    }

    asio::io_context& context_;
    asio::posix::stream_descriptor input_;
    asio::steady_timer retry_;
    asio::steady_timer told_{context_};
    asio::steady_timer end_;
    Stamp stamp_;
    std::vector<Endpoint> seeds_;
    std::unique_ptr<Ring> ring_;
    std::optional<std::uint32_t> key_query_;
    std::string key_operation_;
    std::size_t keys_changed_ = 0;
    bool has_joined_ = false;
    bool is_told_to_leave_ = false;
};

int main_of(int count, char** words) {
    auto options = parse(count, words);
    if (!options) {
        fmt::print(stderr, "{}\n", options.error().message());
        return 2;
    }
    asio::io_context context(1);
    Agent agent(context);
    if (const auto opened = agent.open(std::move(options.value())); !opened) {
        fmt::print(stderr, "{}\n", opened.error().message());
        return 1;
    }
    asio::co_spawn(context, agent.run(), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    context.run();
    return 0;
}

}  // namespace
}  // namespace weft::gossip

int main(int count, char** words) {
    return weft::gossip::main_of(count, words);
}
