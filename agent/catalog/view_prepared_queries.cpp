#include "agent/catalog/root.hpp"
#include "agent/catalog/view.hpp"
#include "agent/catalog/watch_index.hpp"

namespace weft::agent {
namespace {

const PreparedQueryRow* row_of(const PreparedQueryPtr& entry) {
    return entry ? &entry->row : nullptr;
}

}  // namespace

Index prepared_query_index(const CatalogRoot& root, std::string_view id) {
    const PreparedQueryPtr entry = root.prepared_queries.find(id);
    return entry ? entry->row.modify_index : root.globals.prepared_query_removals;
}

const PreparedQueryRow* View::prepared_query(std::string_view id) const {
    return row_of(root_->prepared_queries.find(id));
}

const PreparedQueryRow* View::prepared_query_for(std::string_view name) const {
    if (const PreparedQueryPtr exact = root_->prepared_queries.find_name(name)) return &exact->row;
    return row_of(root_->prepared_queries.find_template(name));
}

std::vector<const PreparedQueryRow*> View::prepared_queries() const {
    std::vector<const PreparedQueryRow*> rows;
    root_->prepared_queries.scan([&](const PreparedQueryPtr& entry) {
        rows.push_back(&entry->row);
        return true;
    });
    return rows;
}

std::size_t View::prepared_query_count() const {
    return root_->prepared_queries.size();
}

}  // namespace weft::agent
