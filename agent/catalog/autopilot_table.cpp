#include "agent/catalog/autopilot_table.hpp"

#include "agent/catalog/stored_value.hpp"

namespace weft::agent {

const AutopilotRow& AutopilotTable::defaults() {
    static const AutopilotRow row = [] {
        AutopilotRow defaults;
        defaults.create_index = defaults.modify_index = Index(1);
        return defaults;
    }();
    return row;
}

std::string AutopilotTable::encode(const AutopilotEntry& entry) {
    return encode_value(entry.row);
}

std::optional<AutopilotRow> AutopilotTable::decode(std::string_view value) {
    return decode_value<AutopilotRow>(value);
}

}  // namespace weft::agent
