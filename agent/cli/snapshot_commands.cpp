#include "agent/cli/snapshot_commands.hpp"

#include <fmt/format.h>

#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/confirm.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/interruption.hpp"
#include "agent/cli/target.hpp"
#include "agent/cli/transfer_progress.hpp"
#include "agent/io/file.hpp"
#include "agent/io/http_transfer.hpp"
#include "agent/io/run_blocking.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr const char* kNotSaved = "the snapshot was not saved";
constexpr const char* kNotRestored = "nothing was restored";

// A large state is applied in a few seconds; a busy agent may take longer.
constexpr Duration kRestoreTimeout = std::chrono::minutes(10);

// in_consul: how its command begins to say so.
ExitCode failed(CliConsole& console, const std::string& what, const Error& error,
                const std::string& in_consul = "Error saving snapshot: ") {
    return fail(console, ExitCode::Failed,
                {.what = what,
                 .cause = error.message(),
                 .code = failure_code::kFile,
                 .as_consul = in_consul + error.message()});
}

ExitCode fail_open(CliConsole& console, const std::string& what, const std::string& path,
                   const Error& error) {
    return fail(console, ExitCode::Failed,
                {.what = what,
                 .cause = error.message(),
                 .code = failure_code::kFile,
                 .as_consul = "Error opening snapshot file: " + go_file_error(path, error)});
}

ExitCode missing_file(CliConsole& console) {
    return fail_usage(console, "name the snapshot's file");
}

std::string target_of(const CliArguments& arguments) {
    std::string target = "/v1/snapshot";
    std::string query;
    if (arguments.is_on("stale")) query += "&stale";
    if (arguments.has("datacenter")) query += "&dc=" + url_escape(arguments.text("datacenter"));
    if (!query.empty()) query[0] = '?';
    return target + query;
}

// The file is replaced only by a snapshot that was read back and found right.
ExitCode keep(CliConsole& console, FileReplacement& file, const std::string& path,
              const SnapshotInspector& inspect) {
    if (auto synced = file.sync(); !synced) return failed(console, kNotSaved, synced.error());
    const auto summary = inspect(file.temporary());
    if (!summary)
        return failed(console, "what the agent sent is no whole snapshot", summary.error());
    if (auto committed = file.commit(); !committed)
        return failed(console, "the snapshot was not saved as " + path, committed.error());
    console.out(fmt::format("Saved and verified snapshot to index {}\n", summary.value().index));
    return ExitCode::Ok;
}

asio::awaitable<ExitCode> download(const AgentClient& client, CliConsole& console,
                                   HttpRequest request, std::string path,
                                   const SnapshotInspector& inspect) {
    auto interruption = Interruption::open(co_await asio::this_coro::executor);
    if (!interruption) co_return failed(console, kNotSaved, interruption.error());
    auto file = FileReplacement::open(path);
    if (!file) co_return failed(console, kNotSaved, file.error());
    TransferProgress progress(console, "saving " + path);
    Result<void> written = success();
    const auto on_piece = [&](std::string_view piece) {
        progress.moved(piece.size());
        written = file.value().write(piece);
        return written.has_value();
    };
    auto loading = http_download(std::move(request), on_piece);
    auto shown = progress.during(std::move(loading));
    const auto response = co_await interruption.value().unless(std::move(shown));
    if (interruption.value().came())
        co_return interruption.value().report(console,
                                              fmt::format("{}, {} is as it was", kNotSaved, path));
    if (!written) co_return failed(console, kNotSaved, written.error());
    const auto kept = [&](const HttpResponse&) {
        return keep(console, file.value(), path, inspect);
    };
    co_return with_answer(console, client, response, kept);
}

ExitCode save(const CliArguments& arguments, CliConsole& console,
              const SnapshotInspector& inspect) {
    if (arguments.words().empty()) return missing_file(console);
    return with_client(arguments, console, [&](const AgentClient& client) {
        return run_blocking(download(client, console, client.request("GET", target_of(arguments)),
                                     arguments.words().front(), inspect));
    });
}

// Reads the file first, so that it can be asked whether it is meant.
std::optional<ExitCode> confirm_restore(const CliArguments& arguments, CliConsole& console,
                                        const std::string& path, const SnapshotInspector& inspect) {
    const auto summary = inspect(path);
    if (!summary)
        return failed(console, "cannot restore " + path, summary.error(),
                      "Error verifying snapshot: ");
    return confirm(arguments, console, restore_effect(summary.value()));
}

ExitCode say_restored(CliConsole& console, const HttpResponse& answer) {
    console.out("Restored snapshot\n");
    if (const auto skipped = answer.header("X-Weft-Rows-Skipped"); !skipped.empty())
        console.err(fmt::format(
            "note: {} rows of kinds that only a later version of weft knows were left out\n",
            skipped));
    return ExitCode::Ok;
}

asio::awaitable<ExitCode> upload(const AgentClient& client, CliConsole& console,
                                 HttpRequest request, std::string path) {
    auto interruption = Interruption::open(co_await asio::this_coro::executor);
    if (!interruption) co_return fail_open(console, kNotRestored, path, interruption.error());
    auto file = FileReader::open(path);
    if (!file) co_return fail_open(console, kNotRestored, path, file.error());
    const std::uint64_t size = file.value().size();
    TransferProgress progress(console, "restoring " + path, size);
    HttpUpload body;
    body.size = size;
    body.read = [&](std::span<char> buffer) {
        auto read = file.value().read(buffer);
        if (read) progress.moved(read.value());
        return read;
    };
    auto sending = http_upload(std::move(request), std::move(body), kRestoreTimeout);
    auto shown = progress.during(std::move(sending));
    const auto response = co_await interruption.value().unless(std::move(shown));
    if (!response && interruption.value().came()) {
        const bool sent = progress.bytes_moved() >= size;
        co_return interruption.value().report(
            console, sent ? "all was sent; whether it was restored is not known"
                          : "nothing was restored: not all of the snapshot was sent");
    }
    const auto restored = [&](const HttpResponse& answer) { return say_restored(console, answer); };
    co_return with_answer(console, client, response, restored);
}

ExitCode restore(const CliArguments& arguments, CliConsole& console,
                 const SnapshotInspector& inspect) {
    if (arguments.words().empty()) return missing_file(console);
    const std::string path = arguments.words().front();
    return with_client(arguments, console, [&](const AgentClient& client) {
        if (asks_first(arguments, console)) {
            if (const auto end = confirm_restore(arguments, console, path, inspect)) return *end;
        }
        return run_blocking(
            upload(client, console, client.request("PUT", target_of(arguments)), path));
    });
}

ExitCode show(const CliArguments& arguments, CliConsole& console,
              const SnapshotInspector& inspect) {
    if (arguments.words().empty()) return missing_file(console);
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    const std::string path = arguments.words().front();
    const auto summary = inspect(path);
    if (!summary && summary.error().code == Errc::NotFound)
        return fail_open(console, "cannot inspect " + path, path, summary.error());
    if (!summary)
        return failed(console, "cannot inspect " + path, summary.error(),
                      "Error verifying snapshot: ");
    console.out(as_json.value() ? snapshot_json(summary.value()) : snapshot_table(summary.value()));
    return ExitCode::Ok;
}

std::vector<CliFlag> transfer_flags(bool reads) {
    std::vector<CliFlag> flags = {
        {"datacenter", "NAME", "datacenter of the catalog; the agent's own is the only one"}};
    if (reads)
        flags.push_back({"stale", "", "any agent may answer, also without a leader"});
    else
        flags.push_back({.name = "stale",
                         .value = {},
                         .help = {},
                         .refusal = "only the leader restores: leave -stale out"});
    return with_client_flags(std::move(flags));
}

}  // namespace

std::vector<CliCommand> snapshot_commands(const SnapshotInspector& inspect) {
    return {
        {.path = "snapshot save",
         .group = "operate",
         .summary = "Save the whole catalog as a file, and read it back to be sure.",
         .words = "FILE",
         .words_max = 1,
         .flags = transfer_flags(true),
         .examples = {"weft snapshot save backup.snap"},
         .run = [inspect](const CliArguments& arguments,
                          CliConsole& console) { return save(arguments, console, inspect); }},
        {.path = "snapshot restore",
         .group = "operate",
         .summary = "Put what a snapshot holds in the place of the whole catalog; asks first.",
         .words = "FILE",
         .words_max = 1,
         .flags = with_danger_flags(transfer_flags(false)),
         .examples = {"weft snapshot restore backup.snap"},
         .run = [inspect](const CliArguments& arguments,
                          CliConsole& console) { return restore(arguments, console, inspect); }},
        {.path = "snapshot inspect",
         .group = "operate",
         .summary = "Check a snapshot and show what it holds; asks no agent.",
         .words = "FILE",
         .words_max = 1,
         .flags = {format_flag()},
         .examples = {"weft snapshot inspect backup.snap",
                      "weft snapshot inspect -format=json backup.snap"},
         .run = [inspect](const CliArguments& arguments,
                          CliConsole& console) { return show(arguments, console, inspect); }},
    };
}

}  // namespace weft::agent
