#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// The catalog's rules once more, as plainly as possible: rows in maps, each list by going through
// all of them.
class NaiveCatalog {
public:
    // Whether the command was accepted.
    bool apply(Index index, const Command& command);

    // All rows, and lists of them by service, connect name, state and address, as text; and the
    // same of a real one.
    std::string render_all() const;
    static std::string render_all(const View& view);

private:
    bool apply(Index index, const RegisterCommand& command);
    bool apply(Index index, const DeregisterCommand& command);
    bool is_name_free(const NodeRow& row, bool renaming) const;
    void put_service(Index index, ServiceRow row);
    void put_check(Index index, CheckRow row);
    void remove_node(const std::string& name);
    void remove_service(const std::string& node, const std::string& id);
    const NodeRow* find_node(std::string_view name) const;
    const NodeRow* find_node_by_id(std::string_view id) const;

    // By folded name; by folded name and, so that the order is the catalog's, folded and exact id.
    using Key = std::pair<std::string, std::pair<std::string, std::string>>;
    static Key key(std::string_view node, std::string_view id);

    std::map<std::string, NodeRow> nodes_;
    std::map<Key, ServiceRow> services_;
    std::map<Key, CheckRow> checks_;
};

}  // namespace weft::agent
