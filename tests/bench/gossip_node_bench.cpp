// What a large ring costs one node: to read a whole view of it in which nothing is new, beside
// msgpack-c reading the same bytes, and to know it.
//
//   gossip_node_bench [--members 10000] [--rounds 21]
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <msgpack.hpp>
#include <string>
#include <vector>

#include "agent/base/assert.hpp"
#include "agent/base/rng.hpp"
#include "gossip/core/node.hpp"
#include "gossip/wire/stream.hpp"
#include "gossip/wire/tags.hpp"

namespace {

namespace gossip = weft::gossip;
namespace options = boost::program_options;

const weft::Instant kNow{std::chrono::seconds(1)};

// As long as Consul's.
std::string consul_like_tags(std::size_t number) {
    const std::string id = fmt::format("{:08x}-0000-4000-8000-000000000000", number);
    const std::vector<std::pair<std::string_view, std::string_view>> tags{
        {"role", "node"}, {"dc", "dc1"},      {"id", id},
        {"vsn", "2"},     {"build", "1.8.7"}, {"weft", "1"}};
    std::string meta;
    WEFT_ASSERT(gossip::encode_tags(meta, tags).has_value());
    return meta;
}

gossip::NodeConfig config_of(std::size_t number) {
    gossip::NodeConfig config;
    config.name = fmt::format("node-{}", number);
    config.advertise = {weft::IpAddress::v4({10, static_cast<std::uint8_t>(number >> 16),
                                             static_cast<std::uint8_t>(number >> 8),
                                             static_cast<std::uint8_t>(number)}),
                        7946};
    config.meta = consul_like_tags(number);
    return config;
}

// A node alone, with all that it needs.
struct Host {
    explicit Host(std::size_t number)
        : rng(number), node(config_of(number), gossip::Keyring(), rng, pool, kNow) {}

    weft::Rng rng;
    gossip::DescriptionPool pool;
    gossip::Node node;
};

double cpu_milliseconds_of(const auto& work) {
    const auto used = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
    };
    const double before = used();
    work();
    return used() - before;
}

double median(std::vector<double> numbers) {
    std::sort(numbers.begin(), numbers.end());
    return numbers[numbers.size() / 2];
}

std::size_t bytes_allocated() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

// It knows members 1 to that number, but for itself, as if it had for long.
void know(Host& host, std::size_t members) {
    std::vector<gossip::Node::Known> known;
    for (std::size_t number = 1; number <= members; ++number) {
        const gossip::NodeConfig config = config_of(number);
        if (config.name == host.node.self()->name) continue;
        auto description = weft::make_ref<gossip::Description>();
        description->name = config.name;
        description->endpoint = config.advertise;
        description->versions = config.versions;
        description->meta = config.meta;
        known.push_back({host.pool.intern(std::move(description)), config.incarnation});
    }
    host.node.preload(known, kNow);
}

// What a peer that knows all of them answers to who joins it, as bytes of a stream.
std::string whole_view(std::size_t members) {
    Host peer(1);
    know(peer, members);
    gossip::PushPull join;
    join.join = true;
    gossip::Output out;
    const std::string answer =
        peer.node.accept({weft::IpAddress::v4({127, 0, 0, 1}), 50000}, join, kNow, out);
    gossip::Keyring no_keys;
    std::string bytes;
    gossip::write_stream(bytes, answer, {}, no_keys, gossip::StreamSide::Listener, {});
    return bytes;
}

// The node joins that peer, which answers so.
void take_in(Host& host, std::string_view view) {
    gossip::Output out;
    const std::array peer{config_of(1).advertise};
    host.node.join(peer, true, kNow, out);
    WEFT_ASSERT(out.dials.size() == 1);
    const gossip::DialId dial = out.dials[0].id;
    host.node.dial_opened(dial, kNow, out);
    gossip::Keyring no_keys;
    const gossip::StreamConfig config;
    gossip::StreamReader reader(config, no_keys, gossip::StreamSide::Initiator);
    const auto message = reader.add(view);
    WEFT_ASSERT(message.has_value() && message.value().has_value());
    host.node.dial_answered(dial, *message.value(), kNow, out);
}

// The same bytes, but for the first, which names the kind, read by a library.
void read_by_msgpack(std::string_view view, std::size_t members) {
    std::size_t offset = 1;
    for (std::size_t i = 0; i < members + 1; ++i) {
        const msgpack::object_handle one = msgpack::unpack(view.data(), view.size(), offset);
        WEFT_ASSERT(one.get().type == msgpack::type::MAP);
    }
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t members = 10'000;
    int rounds = 21;
    options::options_description known("gossip_node_bench");
    known.add_options()("members", options::value(&members))("rounds", options::value(&rounds));
    options::variables_map given;
    options::store(options::parse_command_line(count, arguments, known), given);
    options::notify(given);

    const std::string view = whole_view(members);
    Host host(members + 1);
    const std::size_t before = bytes_allocated();
    know(host, members);
    const std::size_t kept = bytes_allocated() - before;
    WEFT_ASSERT(host.node.members().size() == members + 1);

    std::vector<double> ours;
    std::vector<double> msgpacks;
    for (int i = 0; i < rounds; ++i) {
        ours.push_back(cpu_milliseconds_of([&] { take_in(host, view); }));
        msgpacks.push_back(cpu_milliseconds_of([&] { read_by_msgpack(view, members); }));
    }
    fmt::print(
        "a view of {} members, {:.2f} MB, nothing new: {:.1f} ms of CPU to read and merge; "
        "msgpack-c to read its nodes {:.1f} ms; ratio {:.2f}\n",
        members, static_cast<double>(view.size()) / 1e6, median(ours), median(msgpacks),
        median(ours) / median(msgpacks));
    fmt::print("a known member keeps {:.0f} bytes, {} of them its name and tags\n",
               static_cast<double>(kept) / static_cast<double>(members),
               config_of(members).name.size() + config_of(members).meta.size());
}
