#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config/key_table.hpp"
#include "agent/config/parser.hpp"

namespace weft::agent {

// A value set outside of files: by a flag or by the environment.
struct Override {
    std::string key;     // "ports.http"
    std::string value;   // as typed
    std::string origin;  // "-http-port"
};

// One key's value after merging, and the place that set it last.
struct Setting {
    const KeyRow* row = nullptr;
    KeyValue value;
    Place place;
};

// What all sources together say, merged in their order by the rule of each key.
class Settings {
public:
    // Checks names and types on the way; what is wrong is reported and left out.
    void add(const Document& document, Diagnostics& diagnostics);
    void add(const Override& given, Diagnostics& diagnostics);

    const Setting* find(std::string_view path) const;
    std::optional<Place> place_of(
        std::string_view path) const;  // none when the key is at its default
    bool was_tried(std::string_view path) const {
        return tried_.contains(path);
    }  // set, even if to a wrong value
    const std::map<std::string_view, Setting>& all() const { return settings_; }

    // The file that KEY_file names for a secret; null if there is none.
    struct SecretFile {
        std::string path;
        Place place;
    };
    const SecretFile* secret_file(std::string_view key) const;

    struct Definitions {
        std::vector<ServiceEntry> services;
        std::vector<CheckEntry> checks;
        std::vector<BootstrapEntry> entries;
        std::vector<WatchEntry> watches;
        std::vector<Place> service_places;
        std::vector<Place> check_places;
        std::vector<Place> entry_places;
        std::vector<Place> watch_places;
    };
    const Definitions& definitions() const { return definitions_; }

private:
    void add_section(const TreeNode& section, const std::string& path, const Document& document,
                     Diagnostics& diagnostics);
    void add_member(const TreeNode::Member& member, const std::string& path,
                    const Document& document, Diagnostics& diagnostics);
    void add_key(const KeyRow& row, const TreeNode::Member& member, const Document& document,
                 Diagnostics& diagnostics);
    void add_secret_file(const KeyRow& secret, const TreeNode::Member& member,
                         const Document& document, Diagnostics& diagnostics);
    void add_definition(const KeyRow& row, const TreeNode& node, Place place,
                        Diagnostics& diagnostics);
    void merge(const KeyRow& row, KeyValue value, Place place);

    std::map<std::string_view, Setting> settings_;
    std::map<std::string_view, SecretFile> secret_files_;
    std::set<std::string_view> tried_;
    std::vector<const KeyRow*> set_in_document_;
    Definitions definitions_;
};

// The key that WEFT_CONFIG_PORTS_HTTP means; empty if none.
std::string key_of_variable(std::string_view variable);

}  // namespace weft::agent
