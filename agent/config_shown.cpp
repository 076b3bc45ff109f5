#include "agent/config_shown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "agent/base/json_writer.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/table.hpp"
#include "agent/config/hcl_writer.hpp"
#include "agent/config/key_table.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

// "conf.d/a.hcl:3" back into its parts.
ValueOrigin origin_of(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    ValueOrigin origin{text, 0};
    if (colon == std::string::npos) return origin;
    std::uint32_t line = 0;
    const char* end = text.data() + text.size();
    const auto [at, failure] = std::from_chars(text.data() + colon + 1, end, line);
    if (failure == std::errc{} && at == end && line > 0) origin = {text.substr(0, colon), line};
    return origin;
}

// "\"a\"" back into a; other values as they are.
std::string plain_text(const std::string& canonical) {
    if (canonical.size() < 2 || canonical.front() != '"') return canonical;
    std::string out;
    for (std::size_t i = 1; i + 1 < canonical.size(); ++i) {
        if (canonical[i] == '\\') ++i;
        out += canonical[i];
    }
    return out;
}

bool is_flag(const ValueOrigin& origin) {
    return origin.name.starts_with('-');
}
bool is_variable(const ValueOrigin& origin) {
    return origin.line == 0 && origin.name.starts_with("WEFT_CONFIG_");
}
// systemd's, which has the name of its key.
bool is_credential(const AgentConfig::SetKey& key) {
    return key.origin.line == 0 && key.origin.name.ends_with("/" + key.key);
}

// Whether a text says it all and a later source replaces it.
bool can_be_given(const AgentConfig::SetKey& key) {
    const KeyRow* row = key_table().find(key.key);
    return row != nullptr && !row->is_secret && row->merge == Merge::Replace &&
           row->type != ValueType::Anything;
}

// "[a, b]" starts with "[a]"; all lists and maps with one that is not set.
bool starts_with_list(const std::string& whole, const std::string& part) {
    if (part.size() < 3) return true;
    const std::string open = part.substr(0, part.size() - 1);
    return whole == part || whole.starts_with(open + ",");
}

const json::object* object_at(const json::value& value, std::string_view name) {
    if (!value.is_object()) return nullptr;
    const json::value* found = value.as_object().if_contains(name);
    return found == nullptr ? nullptr : found->if_object();
}

}  // namespace

ShownConfig shown_of(const AgentConfig& config) {
    return {config.set_keys,
            {{"node_name", quoted_text(config.node_name)},
             {"datacenter", quoted_text(config.datacenter)},
             {"primary_datacenter", quoted_text(config.primary_datacenter)},
             {"bind_addr", quoted_text(config.bind_addr)},
             {"advertise_addr", quoted_text(config.advertise_addr)}},
            config.dev_mode};
}

std::optional<ShownConfig> shown_of_agent(const json::value& self) {
    if (!self.is_object()) return {};
    const json::value* debug = self.as_object().if_contains("DebugConfig");
    if (debug == nullptr) return {};
    const json::object* keys = object_at(*debug, "SetKeys");
    const json::object* origins = object_at(*debug, "SetKeyOrigins");
    if (keys == nullptr || origins == nullptr) return {};
    ShownConfig shown;
    for (const auto& [key, value] : *keys) {
        if (!value.is_string()) continue;
        const json::value* origin = origins->if_contains(key);
        const bool known = origin != nullptr && origin->is_string();
        shown.keys.push_back({std::string(key), std::string(value.as_string()),
                              origin_of(known ? std::string(origin->as_string()) : "")});
    }
    for (const auto& [key, name] : {std::pair{"node_name", "NodeName"},
                                    {"datacenter", "Datacenter"},
                                    {"primary_datacenter", "PrimaryDatacenter"},
                                    {"bind_addr", "BindAddr"},
                                    {"advertise_addr", "AdvertiseAddrLAN"}})
        shown.computed[key] = quoted_text(json_text(*debug, name));
    const json::value* dev = debug->as_object().if_contains("DevMode");
    shown.dev_mode = dev != nullptr && dev->is_bool() && dev->as_bool();
    return shown;
}

LoadRequest as_reloaded(LoadRequest request, const ShownConfig& running) {
    request.dev_mode = request.dev_mode || running.dev_mode;
    request.environment.clear();
    std::vector<Override> given;
    for (const auto& key : running.keys) {
        if (!can_be_given(key)) continue;
        if (is_variable(key.origin))
            request.environment.emplace_back(key.origin.name, plain_text(key.value));
        if (is_flag(key.origin)) given.push_back({key.key, plain_text(key.value), key.origin.name});
    }
    // Those of the command line come later and count.
    request.overrides.insert(request.overrides.begin(), given.begin(), given.end());
    return request;
}

void keep_given(std::vector<AgentConfig::SetKey>& next, const ShownConfig& running) {
    for (const auto& key : running.keys) {
        const bool is_given = is_flag(key.origin) || is_variable(key.origin) || is_credential(key);
        if (!is_given || can_be_given(key)) continue;
        const auto own = std::find_if(next.begin(), next.end(),
                                      [&](const auto& other) { return other.key == key.key; });
        const KeyRow* row = key_table().find(key.key);
        const bool is_secret = row != nullptr && row->is_secret;
        if (own == next.end()) {
            next.push_back(key);
            continue;
        }
        // A file's own text is the weakest source of a secret.
        const bool is_weaker = own->origin.line > 0 && !is_flag(own->origin);
        if (is_secret ? is_weaker || is_credential(key) : starts_with_list(key.value, own->value))
            *own = key;
    }
    std::sort(next.begin(), next.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
}

std::vector<AgentConfig::SetKey> rows_of(const ShownConfig& shown, bool effective) {
    std::vector<AgentConfig::SetKey> rows = shown.keys;
    if (effective) {
        std::set<std::string_view> set;
        for (const auto& key : shown.keys) set.insert(key.key);
        for (const KeyRow* row : key_table().rows()) {
            if (row->key_class != KeyClass::Implemented || row->type == ValueType::Definitions ||
                set.contains(row->path))
                continue;
            const auto computed = shown.computed.find(std::string(row->path));
            const bool known = computed != shown.computed.end();
            const std::string value = known ? computed->second : std::string(row->default_text);
            rows.push_back({std::string(row->path),
                            value.empty() ? "(none)" : value,
                            {known ? "computed" : "default", 0}});
        }
    }
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    return rows;
}

std::string rows_text(const std::vector<AgentConfig::SetKey>& rows, bool with_origin) {
    std::vector<std::string> header = {"Key", "Value"};
    if (with_origin) header.push_back("Origin");
    TextTable table(header);
    for (const auto& row : rows) {
        std::vector<std::string> cells = {row.key, row.value};
        if (with_origin) cells.push_back(row.origin.text());
        table.add(std::move(cells));
    }
    return table.render();
}

std::string rows_json(const std::vector<AgentConfig::SetKey>& rows) {
    std::string out;
    JsonWriter writer(out, true);
    writer.begin_object();
    writer.field("Schema", "weft.config/1");
    writer.key("Keys");
    writer.begin_array();
    for (const auto& row : rows) {
        writer.begin_object();
        writer.field("Key", row.key);
        writer.field("Value", row.value);
        writer.field("Origin", row.origin.name);
        writer.field("Line", row.origin.line);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return out + "\n";
}

}  // namespace weft::agent
