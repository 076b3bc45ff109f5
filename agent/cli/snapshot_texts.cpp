#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "agent/base/json_writer.hpp"
#include "agent/cli/snapshot_commands.hpp"
#include "agent/cli/table.hpp"

namespace weft::agent {
namespace {

std::string time_text(std::int64_t unix_millis) {
    const auto time = static_cast<std::time_t>(unix_millis / 1000);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

}  // namespace

// Consul's lines first, in its columns.
std::string snapshot_table(const SnapshotSummary& summary) {
    std::string text;
    const auto line = [&](std::string_view name, const auto& value) {
        text += fmt::format("{:<13}{}\n", name, value);
    };
    line("ID", summary.id);
    line("Size", summary.size);
    line("Index", summary.index);
    line("Term", summary.term);
    line("Version", 1);
    line("Created", time_text(summary.unix_millis));
    line("Datacenter", summary.datacenter);
    line("Node", summary.node);
    line("Program", "weft " + summary.program);
    if (summary.skipped > 0)
        line("Unknown", fmt::format("{} rows, which a restore leaves out", summary.skipped));
    TextTable table({"Type", "Count", "Size"});
    SnapshotSummary::Table total{"Total"};
    for (const auto& each : summary.tables) {
        table.add({each.name, std::to_string(each.rows), std::to_string(each.bytes)});
        total.rows += each.rows;
        total.bytes += each.bytes;
    }
    table.add({total.name, std::to_string(total.rows), std::to_string(total.bytes)});
    return text + "\n" + table.render();
}

std::string snapshot_json(const SnapshotSummary& summary) {
    std::string text;
    JsonWriter json(text, true);
    json.begin_object();
    json.field("Schema", "weft.snapshot/1");
    json.field("ID", summary.id);
    json.field("Size", summary.size);
    json.field("Index", summary.index);
    json.field("Term", summary.term);
    json.field("Version", 1);
    json.field("Created", time_text(summary.unix_millis));
    json.field("Datacenter", summary.datacenter);
    json.field("Node", summary.node);
    json.field("Program", summary.program);
    json.field("UnknownRows", summary.skipped);
    json.key("Types");
    json.begin_array();
    for (const auto& each : summary.tables) {
        json.begin_object();
        json.field("Name", each.name);
        json.field("Count", each.rows);
        json.field("Size", each.bytes);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return text + "\n";
}

std::string restore_effect(const SnapshotSummary& summary) {
    std::uint64_t rows = 0;
    for (const auto& table : summary.tables) rows += table.rows;
    return fmt::format("put {} rows, as {} had them at {}, in the place of the whole catalog", rows,
                       summary.node, time_text(summary.unix_millis));
}

}  // namespace weft::agent
