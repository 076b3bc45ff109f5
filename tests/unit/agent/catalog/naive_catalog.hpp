#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// The catalog's rules once more, as plainly as possible: rows in maps, each list by going through
// all of them.
class NaiveCatalog {
public:
    // Whether the command was accepted.
    bool apply(Index index, const RegisterCommand& command);
    bool apply(Index index, const DeregisterCommand& command);

    // By folded name; by folded name and, so that the order is the catalog's, folded and exact id.
    using Key = std::pair<std::string, std::pair<std::string, std::string>>;
    static Key key(std::string_view node, std::string_view id);

    // Nodes that went, and checks that went or were put as critical: sessions end by them.
    struct Losses {
        std::set<std::string> nodes;
        std::set<Key> checks;
    };
    Losses take_losses() { return std::exchange(losses_, {}); }

    const NodeRow* find_node(std::string_view name) const;
    const NodeRow* find_node_by_id(std::string_view id) const;
    const std::map<Key, ServiceRow>& services() const { return services_; }
    const std::map<Key, CheckRow>& checks() const { return checks_; }

    // All rows, and lists of them by service, connect name, state and address, as text; and the
    // same of a real one.
    std::string render_all() const;
    static std::string render_all(const View& view);

private:
    bool is_name_free(const NodeRow& row, bool renaming) const;
    void put_service(Index index, ServiceRow row);
    void put_check(Index index, CheckRow row);
    void remove_node(const std::string& name);
    void remove_service(const std::string& node, const std::string& id);
    template <class Gone>
    void remove_checks(Gone gone);

    Losses losses_;
    std::map<std::string, NodeRow> nodes_;
    std::map<Key, ServiceRow> services_;
    std::map<Key, CheckRow> checks_;
};

}  // namespace weft::agent
