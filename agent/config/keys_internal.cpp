// Names that Consul's parser knows but does not document: its developers' knobs. Accepted, so that
// such files load.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kKnob = "an undocumented knob of Consul";

const KeyRow kRows[] = {
    no_effect("ae_interval", Period, kKnob),
    no_effect("check_deregister_interval_min", Period, kKnob),
    no_effect("check_reap_interval", Period, kKnob),
    no_effect("consul", Anything, kKnob),
    no_effect("revision", Text, kKnob),
    no_effect("segment_limit", Integer, kKnob),
    no_effect("segment_name_limit", Integer, kKnob),
    no_effect("sync_coordinate_interval_min", Period, kKnob),
    no_effect("sync_coordinate_rate_target", Decimal, kKnob),
    no_effect("version", Text, kKnob),
    no_effect("version_prerelease", Text, kKnob),
    no_effect("version_metadata", Text, kKnob),
};

}  // namespace

std::span<const KeyRow> internal_keys() {
    return kRows;
}

}  // namespace weft::agent
