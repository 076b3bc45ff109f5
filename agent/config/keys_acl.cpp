// Access control: keys of a later version, and the flat names that Consul used before 1.4.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kAcl = "access control comes with a later version of weft";
constexpr std::string_view kPolicies[] = {"allow", "deny"};
constexpr std::string_view kDown[] = {"allow", "deny", "extend-cache", "async-cache"};

const KeyRow kRows[] = {
    refused("acl.enabled", Bool, kAcl),
    no_effect("acl.default_policy", Choice, kAcl).one_of(kPolicies),
    no_effect("acl.down_policy", Choice, kAcl).one_of(kDown),
    no_effect("acl.policy_ttl", Period, kAcl),
    no_effect("acl.role_ttl", Period, kAcl),
    no_effect("acl.token_ttl", Period, kAcl),
    no_effect("acl.disabled_ttl", Period, kAcl),
    no_effect("acl.enable_key_list_policy", Bool, kAcl),
    no_effect("acl.enable_token_replication", Bool, kAcl),
    no_effect("acl.enable_token_persistence", Bool, kAcl),
    no_effect("acl.msp_disable_bootstrap", Bool, kAcl),
    no_effect("acl.tokens.initial_management", Text, kAcl).secret(),
    no_effect("acl.tokens.agent", Text, kAcl).secret(),
    no_effect("acl.tokens.agent_recovery", Text, kAcl).secret(),
    no_effect("acl.tokens.default", Text, kAcl).secret(),
    no_effect("acl.tokens.dns", Text, kAcl).secret(),
    no_effect("acl.tokens.replication", Text, kAcl).secret(),
    no_effect("acl.tokens.config_file_service_registration", Text, kAcl).secret(),
    no_effect("acl.tokens.managed_service_provider", Anything, kAcl).secret(),
    renamed("acl.tokens.master", Text, "acl.tokens.initial_management").secret(),
    renamed("acl.tokens.agent_master", Text, "acl.tokens.agent_recovery").secret(),
    refused("acl_datacenter", Text, kAcl),
    renamed("acl_token", Text, "acl.tokens.default").secret(),
    renamed("acl_agent_token", Text, "acl.tokens.agent").secret(),
    renamed("acl_agent_master_token", Text, "acl.tokens.agent_recovery").secret(),
    renamed("acl_master_token", Text, "acl.tokens.initial_management").secret(),
    renamed("acl_replication_token", Text, "acl.tokens.replication").secret(),
    renamed("acl_default_policy", Choice, "acl.default_policy"),
    renamed("acl_down_policy", Choice, "acl.down_policy"),
    renamed("acl_ttl", Period, "acl.token_ttl"),
    renamed("acl_enable_key_list_policy", Bool, "acl.enable_key_list_policy"),
    renamed("acl_disabled_ttl", Period, "acl.disabled_ttl"),
    renamed("enable_acl_replication", Bool, "acl.enable_token_replication"),
    refused("default_intention_policy", Choice, "intentions are not enforced in this version")
        .one_of(kPolicies)
        .off("allow"),
};

}  // namespace

std::span<const KeyRow> acl_keys() {
    return kRows;
}

}  // namespace weft::agent
