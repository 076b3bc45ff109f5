#pragma once

#include <spdlog/logger.h>

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/config/agent_config.hpp"
#include "agent/runtime/agent_identity.hpp"
#include "gossip/core/snapshot.hpp"
#include "gossip/net/ring_config.hpp"
#include "gossip/wire/keyring.hpp"

namespace weft::agent {

// What a ring needs at its birth, made of the configuration and of what the last life left behind.

// Files of the ring in the data directory. Empty paths, in dev mode: nothing is kept.
struct RingFiles {
    std::string snapshot;
    std::string keyring;

    // Makes their folder, data_dir/serf.
    static Result<RingFiles> in(const std::string& data_dir);
};

// Nothing yet: an empty one; so for a file that cannot be read, with a warning that names it: the
// agent can still start, and whoever it meets is written there again.
gossip::Snapshot read_snapshot(const std::string& path, spdlog::logger& log);

// The keys: of the file, once there is one, since the ring may have changed them; else `encrypt`.
// Empty: nothing is encrypted. Warns of an `encrypt` that the file does not have. Errc::
// InvalidArgument names the file or the key of the configuration.
Result<gossip::Keyring> read_keyring(const GossipConfig& gossip, const std::string& path,
                                     spdlog::logger& log);
std::string keyring_text(const gossip::Keyring& keyring);

Result<gossip::RingConfig> ring_config(const AgentConfig& config, const AgentIdentity& identity,
                                       const gossip::Snapshot& snapshot, WallTime now);

// As Consul's API shows it. Servers of weft say so in a tag of their own, since a member that has
// Consul's role of a server is taken for one that speaks Consul's RPC.
api::Member member_of(const gossip::MemberView& view);

}  // namespace weft::agent
