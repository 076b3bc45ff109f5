// weft debug: what a bug report needs, in one file.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/archive.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/target.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/file.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/run_blocking.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kLogMax = std::size_t{256} << 20;
constexpr Duration kDuration = std::chrono::seconds(10);
constexpr Duration kShortest = std::chrono::seconds(1);
constexpr Duration kLongest = std::chrono::hours(1);

struct Capture {
    const char* subject;  // what -capture calls it
    const char* file;
    const char* target;
};

// Answers of the agent, as they are: secrets are hidden by the agent itself.
constexpr Capture kCaptures[] = {
    {"agent", "agent.json", "/v1/agent/self"},
    {"host", "host.json", "/v1/agent/host"},
    {"cluster", "members.json", "/v1/agent/members?segment=_all"},
    {"agent", "checks.json", "/v1/agent/checks"},
    {"cluster", "raft.json", "/v1/operator/raft/configuration"},
    {"cluster", "coordinates.json", "/v1/coordinate/nodes"},
};
constexpr Capture kMetrics[] = {{"metrics", "metrics.json", "/v1/agent/metrics"},
                                {"metrics", "metrics.txt", "/metrics"}};
constexpr std::array<std::string_view, 5> kSubjects = {"agent", "cluster", "host", "logs",
                                                       "metrics"};

// What the flags ask for.
struct Wish {
    Duration duration, interval;  // no interval: metrics at the beginning and the end only
    std::vector<std::string> subjects;
    std::string level, path;
    bool as_archive = true;

    bool has(std::string_view subject) const {
        return std::find(subjects.begin(), subjects.end(), subject) != subjects.end();
    }
};

class DebugRun {
public:
    DebugRun(const AgentClient& client, CliConsole& console, Wish wish, std::int64_t unix_time)
        : client_(client),
          console_(console),
          wish_(std::move(wish)),
          folder_(fmt::format("weft-debug-{}/", unix_time)),
          archive_(unix_time) {}

    ExitCode run(const std::string& version) {
        // Without an agent there is nothing to keep.
        const ExitCode first =
            with_answer(console_, client_, client_.call("GET", kCaptures[0].target),
                        [](const HttpResponse&) { return ExitCode::Ok; });
        if (first != ExitCode::Ok) return first;
        if (!wish_.as_archive) {
            if (const auto made = make_folder(wish_.path); !made) return fail_written(made.error());
        }
        for (const Capture& capture : kCaptures)
            if (wish_.has(capture.subject)) keep(capture.file, client_.call("GET", capture.target));
        if (wish_.has("logs") || wish_.has("metrics")) {
            console_.err(fmt::format("capturing for {}\n", format_go_duration(wish_.duration)));
            const auto done = run_blocking(capture_for_a_while());
            if (!done) left_out_.push_back(done.error().message());
        }
        add("index.json", index(version));
        return write();
    }

private:
    void add(std::string_view name, std::string_view content) {
        const auto added = wish_.as_archive ? archive_.add(folder_ + std::string(name), content)
                                            : write_file_atomically(
                                                  fmt::format("{}/{}", wish_.path, name), content);
        if (!added)
            left_out_.push_back(fmt::format("{}: {}", name, added.error().message()));
        else
            files_.emplace_back(name);
    }

    void keep(const std::string& name, const Result<HttpResponse>& response) {
        if (response && response.value().status == 200) return add(name, response.value().body);
        left_out_.push_back(
            fmt::format("{}: {}", name,
                        response ? fmt::format("the agent answered {}", response.value().status)
                                 : response.error().message()));
    }

    asio::awaitable<void> take_metrics(std::string when) {
        for (const Capture& capture : kMetrics) {
            const auto response = co_await client_.fetch("GET", capture.target);
            keep(fmt::format("{}-{}", when, capture.file), response);
        }
    }

    // The log and, beside it, the metrics of each interval.
    asio::awaitable<Result<void>> capture_for_a_while() {
        using namespace asio::experimental::awaitable_operators;
        if (wish_.has("metrics")) co_await take_metrics("begin");
        co_await (take_log() && take_metrics_meanwhile());
        if (wish_.has("metrics")) co_await take_metrics("end");
        co_return success();
    }

    asio::awaitable<void> take_metrics_meanwhile() {
        if (!wish_.has("metrics")) co_return;
        const Duration step = wish_.interval == Duration::zero() ? wish_.duration : wish_.interval;
        Duration passed = Duration::zero();
        while (passed + step < wish_.duration) {
            co_await pause_for(step);
            passed += step;
            co_await take_metrics(format_go_duration(passed));
        }
        co_await pause_for(wish_.duration - passed);
    }

    asio::awaitable<void> take_log() {
        if (!wish_.has("logs")) co_return;
        std::string log;
        const auto on_line = [&](std::string_view line) {
            log.append(line);
            log += '\n';
            return log.size() < kLogMax;
        };
        HttpRequest request =
            client_.request("GET", "/v1/agent/monitor?loglevel=" + url_escape(wish_.level));
        request.lines_time = wish_.duration;
        const auto response = co_await http_stream_lines(std::move(request), on_line);
        if (response && response.value().status != 200) {
            left_out_.push_back(
                fmt::format("agent.log: the agent answered {}", response.value().status));
            co_return;
        }
        if (!response) left_out_.push_back("agent.log: " + response.error().message());
        add("agent.log", log);  // what came until then
    }

    std::string index(const std::string& version) const {
        std::string text;
        JsonWriter writer(text, true);
        writer.begin_object();
        writer.field("Schema", "weft.debug/1");
        writer.field("Version", version);
        writer.field("Agent", client_.address());
        writer.field("Duration", format_go_duration(wish_.duration));
        writer.key("Files");
        writer.begin_array();
        for (const std::string& file : files_) writer.value(file);
        writer.end_array();
        writer.key("LeftOut");
        writer.begin_array();
        for (const std::string& line : left_out_) writer.value(line);
        writer.end_array();
        writer.end_object();
        return text + "\n";
    }

    ExitCode fail_written(const Error& error) {
        return fail(console_, ExitCode::Failed,
                    {.what = "cannot write " + wish_.path,
                     .cause = error.message(),
                     .code = failure_code::kFile});
    }

    ExitCode write() {
        if (wish_.as_archive) {
            const auto bytes = archive_.compressed();
            const auto written = bytes ? write_file_atomically(wish_.path, bytes.value())
                                       : Result<void>(bytes.error());
            if (!written) return fail_written(written.error());
        }
        for (const std::string& line : left_out_) console_.err("left out: " + line + "\n");
        console_.out(wish_.path + "\n");
        return ExitCode::Ok;
    }

    const AgentClient& client_;
    CliConsole& console_;
    Wish wish_;
    std::string folder_;  // in the archive
    Archive archive_;
    std::vector<std::string> files_;
    std::vector<std::string> left_out_;
};

Error misuse(const std::string& sentence) {
    return make_error(Errc::InvalidArgument, sentence);
}

Result<Wish> wish_of(const CliArguments& arguments, std::int64_t unix_time) {
    Wish wish;
    WEFT_TRY(wish.duration, time_flag(arguments, "duration", kDuration));
    if (wish.duration < kShortest || wish.duration > kLongest)
        return misuse("-duration is a time from 1s to 1h, such as 30s");
    WEFT_TRY(wish.interval, time_flag(arguments, "interval"));
    if (arguments.has("interval") && (wish.interval < kShortest || wish.interval > wish.duration))
        return misuse("-interval is a time from 1s to that of -duration");
    for (const std::string& subject : arguments.all("capture")) {
        if (subject == "pprof") return misuse("weft has no profiles (pprof) to capture");
        if (std::find(kSubjects.begin(), kSubjects.end(), subject) == kSubjects.end())
            return misuse(fmt::format("-capture is one of {}, not \"{}\"",
                                      fmt::join(kSubjects, ", "), subject));
        wish.subjects.push_back(subject);
    }
    if (wish.subjects.empty()) wish.subjects.assign(kSubjects.begin(), kSubjects.end());
    for (const char* flag : {"duration", "interval"}) {
        if (arguments.has(flag) && !wish.has("logs") && !wish.has("metrics"))
            return misuse(fmt::format("-{} goes with -capture=logs or -capture=metrics", flag));
    }
    wish.level = arguments.text("log-level", "trace");
    wish.as_archive = arguments.text("archive", "true") == "true";
    wish.path = arguments.text("output", fmt::format("weft-debug-{}", unix_time));
    if (wish.as_archive && !wish.path.ends_with(".tar.gz")) wish.path += ".tar.gz";
    return wish;
}

ExitCode debug(const CliArguments& arguments, CliConsole& console, const std::string& version) {
    const std::int64_t unix_time = wall_now().unix_ns / 1'000'000'000;
    const auto wish = wish_of(arguments, unix_time);
    if (!wish) return fail_usage(console, wish.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        return DebugRun(client, console, wish.value(), unix_time).run(version);
    });
}

}  // namespace

CliCommand debug_command(std::string version) {
    return {
        .path = "debug",
        .group = "explain",
        .summary = "Collect what a bug report needs into an archive; secrets stay out of it.",
        .words = {},
        .words_max = 0,
        .flags = with_client_flags(
            {{"duration", "TIME", "how long the log is captured; 10s by default"},
             {"interval", "TIME", "metrics so often meanwhile; else at both ends only"},
             {"capture", "SUBJECT", "only this: agent, cluster, host, logs or metrics", true},
             {"archive", "", "false: leave the files in a folder"},
             {"log-level", "LEVEL", "trace (the default), debug, info, warn or err"},
             {"output", "FILE", "the archive, or the folder; weft-debug-TIME.tar.gz by default"}}),
        .examples = {"weft debug", "weft debug -duration=1m -output=/tmp/web1"},
        .run = [version](const CliArguments& arguments, CliConsole& console) {
            return debug(arguments, console, version);
        }};
}

}  // namespace weft::agent
