#include "agent/runtime/ring_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "agent/base/ip_address.hpp"
#include "agent/io/file.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::agent {

namespace {

// More than the largest ring fills, whose names are the longest.
constexpr std::size_t kSnapshotBytesMax = 64 << 20;
constexpr std::size_t kKeyringBytesMax = 64 << 10;
constexpr std::string_view kServerTag = "weft_server";
constexpr Duration kLeavePropagateDelay = std::chrono::seconds(3);

Error broken_keyring(const std::string& path, std::string_view why) {
    return make_error(Errc::InvalidArgument,
                      fmt::format("keyring file {}: {}; mend it, or remove it to begin with "
                                  "`encrypt` again",
                                  path, why));
}

// A key that was corrected in the configuration alone changes nothing.
void warn_of_unused_key(const GossipConfig& gossip, const gossip::Keyring& keyring,
                        const std::string& path, spdlog::logger& log) {
    if (gossip.encrypt.empty()) return;
    const auto key = gossip::key_from_text(gossip.encrypt);
    const auto& known = keyring.keys();
    if (!key || std::find(known.begin(), known.end(), key.value()) != known.end()) return;
    log.warn(
        "`encrypt` is not used, the keyring file has other keys: if the ring has that of "
        "`encrypt`, "
        "remove the file and restart, or bring it in by `weft keyring -install` and `-use`; else "
        "set `encrypt` to one of the file file={}",
        path);
}

}  // namespace

Result<RingFiles> RingFiles::in(const std::string& data_dir) {
    if (data_dir.empty()) return RingFiles{};
    const std::string folder = data_dir + "/serf";
    WEFT_TRY(make_folder(folder, 0700));
    return RingFiles{folder + "/local.snapshot", folder + "/local.keyring"};
}

gossip::Snapshot read_snapshot(const std::string& path, spdlog::logger& log) {
    if (path.empty()) return {};
    const auto text = read_file(path, kSnapshotBytesMax);
    if (text) return gossip::Snapshot::parse(text.value());
    if (text.error().code != Errc::NotFound) {
        log.warn(
            "members of the last life not read, so that this agent finds its ring only by "
            "start_join and retry_join: mend the file or remove it file={} error=\"{}\"",
            path, text.error().message());
    }
    return {};
}

Result<gossip::Keyring> read_keyring(const GossipConfig& gossip, const std::string& path,
                                     spdlog::logger& log) {
    gossip::Keyring keyring;
    const bool is_kept = !path.empty() && !gossip.disable_keyring_file;
    const auto text = is_kept ? read_file(path, kKeyringBytesMax)
                              : Result<std::string>(make_error(Errc::NotFound));
    if (!text && text.error().code != Errc::NotFound) return text.error();
    if (!text) {
        if (gossip.encrypt.empty()) return keyring;
        WEFT_TRY(const auto key, gossip::key_from_text(gossip.encrypt));
        WEFT_TRY(keyring.add(key));
        return keyring;
    }
    boost::system::error_code failure;
    const auto json = boost::json::parse(text.value(), failure);
    if (failure || !json.is_array() || json.as_array().empty()) {
        return broken_keyring(path, "it is no JSON array of keys");
    }
    for (const auto& element : json.as_array()) {
        if (!element.is_string()) return broken_keyring(path, "a key is no text");
        const auto key = gossip::key_from_text(std::string_view(element.as_string()));
        if (!key) return broken_keyring(path, key.error().message());
        WEFT_TRY(keyring.add(key.value()));
    }
    warn_of_unused_key(gossip, keyring, path, log);
    return keyring;
}

std::string keyring_text(const gossip::Keyring& keyring) {
    std::string text = "[";
    for (const std::string& key : keyring.keys()) {
        text += fmt::format("{}\"{}\"", text.size() > 1 ? ", " : "", gossip::key_to_text(key));
    }
    return text + "]\n";
}

Result<gossip::RingConfig> ring_config(const AgentConfig& config, const AgentIdentity& identity,
                                       const gossip::Snapshot& snapshot, WallTime now) {
    const GossipConfig& gossip = config.gossip;
    gossip::RingConfig ring;
    ring.node = gossip.node;
    ring.node.name = identity.node_name;
    const auto bind = IpAddress::parse(gossip.bind_addr);
    const auto advertise = IpAddress::parse(identity.address);
    if (!bind || !advertise) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("gossip needs addresses to listen on and to advertise; there "
                                      "are \"{}\" and \"{}\"",
                                      gossip.bind_addr, identity.address));
    }
    ring.bind = {*bind, *gossip.port};
    ring.node.advertise = {*advertise, *gossip.port};
    ring.accepts_plain = !gossip.encrypt_verify_incoming;
    ring.sends_plain = !gossip.encrypt_verify_outgoing;
    ring.leave_propagate_delay = kLeavePropagateDelay;

    api::Member self = self_member(identity);
    std::vector<std::pair<std::string_view, std::string_view>> tags;
    for (const auto& [name, value] : self.tags) {
        const bool is_servers = name == "expect" || name == "bootstrap" || name == "port" ||
                                name == "raft_vsn" || name == "wan_join_port";
        if (is_servers) continue;
        tags.emplace_back(name, name == "role" ? std::string_view("node") : value);
    }
    if (identity.server) tags.emplace_back(kServerTag, "1");
    WEFT_TRY(gossip::encode_tags(ring.node.meta, tags));
    ring.node.ring_tag = "dc";
    ring.node.ring_tag_value = identity.datacenter;
    gossip::resume(ring.node, snapshot, now.unix_ns / 1'000'000'000);
    // Consul's first event is the news that there is a leader, which weft's agents do not gossip.
    if (identity.server)
        ring.node.event_time_min = std::max<std::uint64_t>(ring.node.event_time_min, 2);
    return ring;
}

api::Member member_of(const gossip::MemberView& view) {
    const gossip::Description& description = *view.member;
    api::Member member;
    member.name = description.name;
    member.address = description.endpoint.unmapped().address.str();
    member.port = description.endpoint.port;
    member.status = static_cast<int>(view.status);
    const auto tags = gossip::decode_tags(std::string_view(description.meta));
    bool is_server = false;
    for (const auto& [name, value] : tags ? tags.value() : gossip::TagList()) {
        is_server |= name == kServerTag;
        member.tags.emplace_back(name, value);
    }
    for (auto& [name, value] : member.tags) {
        if (name == "role" && is_server) value = "consul";
    }
    std::sort(member.tags.begin(), member.tags.end());
    const gossip::Versions& versions = description.versions;
    member.protocol_min = versions.protocol_min;
    member.protocol_max = versions.protocol_max;
    member.protocol_current = versions.protocol_current;
    member.delegate_min = versions.delegate_min;
    member.delegate_max = versions.delegate_max;
    member.delegate_current = versions.delegate_current;
    return member;
}

}  // namespace weft::agent
