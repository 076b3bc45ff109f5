#include "agent/catalog/import.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/catalog/catalog_state.hpp"
#include "agent/catalog/record_list.hpp"

namespace weft::agent {

Error Importer::corrupt(std::string_view what) {
    return make_error(Errc::Corrupt, fmt::format("stored catalog record: {}", what));
}

void Importer::raise(SubjectKind kind, std::string_view name, std::initializer_list<Aspect> aspects,
                     Index index, std::uint32_t members) {
    const SubjectPtr present = root_.subjects.find(kind, name);
    const auto is_raised = [&](Aspect aspect) {
        return present->current[static_cast<std::size_t>(aspect)] >= index;
    };
    if (present && members == 0 && std::all_of(aspects.begin(), aspects.end(), is_raised)) return;
    auto fresh = present ? make_ref<Subject>(*present) : make_ref<Subject>();
    if (!present) {
        fresh->kind = kind;
        fresh->name = SharedText(folded(name));
    }
    fresh->members += members;
    for (const Aspect aspect : aspects) {
        Index& current = fresh->current[static_cast<std::size_t>(aspect)];
        current = std::max(current, index);
    }
    root_.subjects.replace(present, SubjectPtr(fresh));
}

void Importer::raise_service(const ServiceRow& row, std::initializer_list<Aspect> aspects,
                             Index index, std::uint32_t members) {
    raise(SubjectKind::Service, row.name, aspects, index, members);
    if (const std::string_view connect = connect_name(row); !connect.empty()) {
        raise(SubjectKind::Connect, connect, aspects, index, members);
    }
}

// Checks come node by node, and those of one command have one index: one tells it for all.
void Importer::raise_services_of(std::string_view node, Index index) {
    if (raised_node_ == node && index <= raised_) return;
    raised_node_ = node;
    raised_ = index;
    for (const ServicePtr& service : services_of(root_, node))
        raise_service(service->row, {Aspect::Health}, index);
}

Result<void> Importer::add_node(const ParsedKey& key, const StoredRecord& record) {
    auto row = NodesTable::decode(record.value);
    if (!row || row->name.empty()) return corrupt("malformed node");
    auto entry = make_ref<NodeEntry>();
    entry->row = std::move(*row);
    if (NodesTable::key_of(*entry) != record.key) return corrupt("node under another's key");
    if (root_.nodes.find(key.name) || root_.nodes.find_by_id(entry->row.id))
        return corrupt("node given twice");
    interner_.share(entry->row);
    raise(SubjectKind::Node, entry->row.name, {Aspect::Members, Aspect::Health},
          entry->row.modify_index, 1);
    put(root_.nodes, NodePtr(entry));
    return success();
}

Result<void> Importer::add_service(const ParsedKey& key, const StoredRecord& record) {
    auto row = ServicesTable::decode(record.value);
    if (!row || row->name.empty()) return corrupt("malformed service");
    // Those of its node would have moved its index.
    if (root_.checks.size() > 0) return corrupt("service behind checks");
    auto entry = make_ref<ServiceEntry>();
    entry->node = root_.nodes.find(key.name);
    if (!entry->node) return corrupt("service of an unknown node");
    if (row->node != entry->node->row.name) return corrupt("service under another node's name");
    interner_.share(*row, entry->node->row);
    entry->row = std::move(*row);
    if (ServicesTable::key_of(*entry) != record.key) return corrupt("service under another's key");
    if (root_.services.find(key.name, key.id)) return corrupt("service given twice");
    raise(SubjectKind::Node, entry->row.node, {Aspect::Members, Aspect::Health},
          entry->row.modify_index);
    raise_service(entry->row, {Aspect::Members, Aspect::Health},
                  std::max(entry->row.modify_index, entry->node->row.modify_index), 1);
    ServiceNames::Toggles toggles;
    root_.names.add(entry->row, toggles);
    put(root_.services, ServicePtr(entry));
    return success();
}

Result<void> Importer::add_check(const ParsedKey& key, const StoredRecord& record) {
    auto row = ChecksTable::decode(record.value);
    if (!row) return corrupt("malformed check");
    const NodePtr node = root_.nodes.find(key.name);
    if (!node || row->node != node->row.name) return corrupt("check of an unknown node");
    row->node = node->row.name;
    const Index index = row->modify_index;
    raise(SubjectKind::Node, row->node, {Aspect::Health, Aspect::Checks}, index);
    if (row->service_id.empty()) {
        raise_services_of(row->node, index);
    } else {
        const ServicePtr service = root_.services.find(row->node, row->service_id);
        if (!service) return corrupt("check of an unknown service");
        row->service_id = service->row.id;
        row->service_name = service->row.name;
        row->service_tags = service->row.tags;
        raise_service(service->row, {Aspect::Health}, index);
        raise(SubjectKind::Service, service->row.name, {Aspect::Checks}, index);
    }
    interner_.share(*row);
    auto entry = make_ref<CheckEntry>();
    entry->row = std::move(*row);
    if (ChecksTable::key_of(*entry) != record.key) return corrupt("check under another's key");
    if (root_.checks.find(key.name, key.id)) return corrupt("check given twice");
    put(root_.checks, CheckPtr(entry));
    return success();
}

Result<void> Importer::add_autopilot(const ParsedKey& key, const StoredRecord& record) {
    auto row = AutopilotTable::decode(record.value);
    if (!row || check_autopilot(*row) || !key.name.empty() || !key.id.empty())
        return corrupt("malformed configuration of autopilot");
    if (root_.autopilot.entry()) return corrupt("configuration of autopilot given twice");
    auto entry = make_ref<AutopilotEntry>();
    entry->row = std::move(*row);
    put(root_.autopilot, AutopilotPtr(entry));
    return success();
}

Result<void> Importer::add_subject(const ParsedKey& key, const StoredRecord& record) {
    const auto kind = SubjectsTable::kind_of(key);
    const auto floors = SubjectsTable::decode(record.value);
    if (!kind || !floors) return corrupt("malformed index bookkeeping");
    raise(*kind, key.id, {}, Index());
    const SubjectPtr present = root_.subjects.find(*kind, key.id);
    if (present->is_stored()) return corrupt("index bookkeeping given twice");
    auto fresh = make_ref<Subject>(*present);
    fresh->floors = *floors;
    if (!fresh->is_stored()) return corrupt("index bookkeeping without an index");
    for (std::size_t i = 0; i < kAspects; ++i)
        fresh->current[i] = std::max(fresh->current[i], fresh->floors[i]);
    for (const Index floor : fresh->floors) saw(floor);
    const SubjectPtr entry(fresh);
    root_.subjects.replace(present, entry);
    root_.rows_digest += row_digest(record.key, SubjectsTable::encode(*entry));
    return success();
}

Result<void> Importer::add_globals(const StoredRecord& record) {
    const auto globals = Globals::decode(record.value);
    if (!globals || record.key != Globals::key())
        return corrupt("malformed index bookkeeping of tables");
    if (!(root_.globals == Globals())) return corrupt("index bookkeeping of tables given twice");
    const LockDelays::Ptr delay = root_.lock_delays.least();
    if (delay && delay->at <= globals->time) return corrupt("lock delay that is over");
    root_.globals = *globals;
    saw(globals->newest());
    return success();
}

Result<void> Importer::add(const StoredRecord& record) {
    const auto key = parse_record_key(record.key);
    if (!key) return corrupt("malformed key");
    switch (key->tag) {
        case TableTag::Nodes:
            return add_node(*key, record);
        case TableTag::Services:
            return add_service(*key, record);
        case TableTag::Checks:
            return add_check(*key, record);
        case TableTag::Sessions:
            return add_session(*key, record);
        case TableTag::Kv:
            return add_key(*key, record);
        case TableTag::KvTombstones:
            return add_kv_tombstone(*key, record);
        case TableTag::LockDelays:
            return add_lock_delay(*key, record);
        case TableTag::PreparedQueries:
            return add_prepared_query(*key, record);
        case TableTag::Autopilot:
            return add_autopilot(*key, record);
        case TableTag::ConfigEntries:
            return add_config_entry(*key, record);
        case TableTag::Subjects:
            return add_subject(*key, record);
        case TableTag::Globals:
            return add_globals(record);
    }
    return make_error(
        Errc::Unsupported,
        fmt::format("stored catalog record of a table that this program does not know "
                    "(tag {:#04x})",
                    static_cast<unsigned>(key->tag)));
}

void Catalog::export_records(const View& view,
                             const std::function<void(const StoredRecord&)>& sink) {
    const RecordList records(view);
    for (std::size_t i = 0; i < records.size(); ++i) sink(records[i]);
}

Result<void> Catalog::begin_import() {
    state_->reset();
    state_->import = std::make_unique<Import>(state_->interner);
    return success();
}

Result<void> Catalog::import_record(const StoredRecord& record) {
    if (!state_->import) return make_error(Errc::InvalidArgument, "no import has begun");
    auto added = state_->import->importer.add(record);
    if (!added) state_->import->failed = true;
    return added;
}

Result<void> Catalog::finish_import(Index applied, std::optional<Digest> expected) {
    if (!state_->import) return make_error(Errc::InvalidArgument, "no import has begun");
    const std::unique_ptr<Import> import = std::move(state_->import);
    if (import->failed)
        return make_error(Errc::Corrupt, "a record of the stored catalog could not be read");
    const Digest digest = import->root->digest();
    if (expected && !(digest == *expected)) {
        return make_error(
            Errc::Corrupt,
            fmt::format(
                "the stored catalog has digest {:016x}{:016x}, but {:016x}{:016x} was written",
                digest.high, digest.low, expected->high, expected->low));
    }
    state_->root = import->root;
    state_->applied(applied);
    return success();
}

}  // namespace weft::agent
