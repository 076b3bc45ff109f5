#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/errc.hpp"
#include "agent/catalog/mutation.hpp"

namespace weft::agent {
namespace {

// When the newest change of any entry happened, a restore of them all included; 0 if there was
// none.
Index last_change(const CatalogRoot& root) {
    const SubjectPtr all = root.subjects.find(SubjectKind::ConfigKind, {});
    const Index changed =
        all ? all->current[static_cast<std::size_t>(Aspect::Members)] : root.globals.forgotten;
    return std::max(changed, root.globals.restored);
}

bool holds(const CatalogRoot& root, std::string_view kind, std::string_view name, Index cas) {
    const ConfigEntryPtr present = root.config_entries.find(kind, name);
    return (present ? present->row.modify_index : Index(0)) == cas;
}

// Whether the command may be carried out. The condition comes first: a client that lost a race is
// told so, whatever else has changed.
ApplyOutcome check(const CatalogRoot& root, std::string_view kind, std::string_view name,
                   const std::optional<Index>& cas, Index seen) {
    if (kind.empty() || name.empty() || !is_folded(kind)) {
        return {.refusal =
                    make_error(Errc::InvalidArgument,
                               "a configuration entry has a kind, in lower case, and a name")};
    }
    if (cas && !holds(root, kind, name, *cas)) return {.held = false};
    if (last_change(root) > seen) return {.refusal = make_error(CatalogErrc::Outdated)};
    return {};
}

// What is there already stays changeable as long as it does not grow.
std::optional<Error> over_limit(const ConfigEntriesTable& entries,
                                std::span<const ConfigEntryPut> puts) {
    std::size_t count = entries.size();
    std::size_t before = 0;
    std::size_t after = 0;
    for (const ConfigEntryPut& put : puts) {
        const ConfigEntryPtr present = entries.find(put.entry.kind, put.entry.name);
        if (present) before += ConfigEntriesTable::bytes_of(present->row);
        if (!present) ++count;
        after += ConfigEntriesTable::bytes_of(put.entry);
    }
    if (count > entries.size() && count > kMaxConfigEntries) {
        return make_error(
            Errc::Limit,
            fmt::format("there are {} configuration entries, the limit is {}: delete one first",
                        entries.size(), kMaxConfigEntries));
    }
    const std::size_t all = entries.bytes() - before + after;
    if (after <= before || all <= kMaxConfigEntryBytes) return std::nullopt;
    const ConfigEntryRow& first = puts.front().entry;
    return make_error(
        Errc::Limit,
        fmt::format("with {}/{}{} all configuration entries would be {} bytes, the "
                    "limit is {}: delete one first",
                    first.kind.view(), first.name.view(), puts.size() == 1 ? "" : " and the others",
                    all, kMaxConfigEntryBytes));
}

ApplyOutcome put_all(Mutation& mutation, std::span<const ConfigEntryPut> puts, Index seen) {
    for (const auto& [entry, cas] : puts) {
        ApplyOutcome outcome = check(mutation.root(), entry.kind, entry.name, cas, seen);
        if (outcome.refusal || !outcome.held) return outcome;
    }
    if (auto over = over_limit(mutation.root().config_entries, puts))
        return {.refusal = std::move(over)};
    for (const auto& [entry, cas] : puts) {
        ConfigEntryRow row = entry;
        row.create_index = {};
        mutation.put_config_entry(std::move(row));
    }
    return {};
}

}  // namespace

ApplyOutcome apply_command(Mutation& mutation, const PutConfigEntryCommand& command) {
    const ConfigEntryPut put{command.entry, command.cas};
    return put_all(mutation, {&put, 1}, command.seen_index);
}

ApplyOutcome apply_command(Mutation& mutation, const PutConfigEntriesCommand& command) {
    return put_all(mutation, command.puts, command.seen_index);
}

ApplyOutcome apply_command(Mutation& mutation, const DeleteConfigEntryCommand& command) {
    ApplyOutcome outcome =
        check(mutation.root(), command.kind, command.name, command.cas, command.seen_index);
    if (!outcome.refusal && outcome.held) mutation.remove_config_entry(command.kind, command.name);
    return outcome;
}

}  // namespace weft::agent
