// weft debug: what a bug report needs, in one file.
#include <fmt/format.h>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/archive.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {

namespace {

constexpr std::size_t kLogMax = std::size_t{256} << 20;
constexpr Duration kShortest = std::chrono::seconds(1);
constexpr Duration kLongest = std::chrono::hours(1);

struct Capture {
    const char* file;
    const char* target;
};

// Answers of the agent, as they are: secrets are hidden by the agent itself.
constexpr Capture kCaptures[] = {
    {"agent.json", "/v1/agent/self"},
    {"host.json", "/v1/agent/host"},
    {"members.json", "/v1/agent/members?segment=_all"},
    {"checks.json", "/v1/agent/checks"},
    {"raft.json", "/v1/operator/raft/configuration"},
    {"coordinates.json", "/v1/coordinate/nodes"},
};
constexpr Capture kMetrics[] = {{"metrics.json", "/v1/agent/metrics"}, {"metrics.txt", "/metrics"}};

class DebugRun {
public:
    DebugRun(const AgentClient& client, CliConsole& console, std::int64_t unix_time)
        : client_(client),
          console_(console),
          folder_(fmt::format("weft-debug-{}/", unix_time)),
          archive_(unix_time) {}

    ExitCode run(Duration duration, const std::string& level, const std::string& path,
                 const std::string& version) {
        // Without an agent there is nothing to keep.
        const ExitCode first =
            with_answer(console_, client_, client_.call("GET", kCaptures[0].target),
                        [](const HttpResponse&) { return ExitCode::Ok; });
        if (first != ExitCode::Ok) return first;
        for (const Capture& capture : kCaptures) take(capture, capture.file);
        take_metrics("begin");
        console_.err(fmt::format("capturing the log for {}\n", format_go_duration(duration)));
        take_log(duration, level);
        take_metrics("end");
        add("index.json", index(duration, version));
        return write(path);
    }

private:
    void add(std::string_view name, std::string_view content) {
        if (const auto added = archive_.add(folder_ + std::string(name), content); !added)
            left_out_.push_back(fmt::format("{}: {}", name, added.error().message()));
        else
            files_.emplace_back(name);
    }

    void take(const Capture& capture, const std::string& name) {
        const auto response = client_.call("GET", capture.target);
        if (response && response.value().status == 200) return add(name, response.value().body);
        left_out_.push_back(
            fmt::format("{}: {}", name,
                        response ? fmt::format("the agent answered {}", response.value().status)
                                 : response.error().message()));
    }

    void take_metrics(std::string_view when) {
        for (const Capture& capture : kMetrics)
            take(capture, fmt::format("{}-{}", when, capture.file));
    }

    void take_log(Duration duration, const std::string& level) {
        std::string log;
        const auto response = client_.lines(
            "/v1/agent/monitor?loglevel=" + url_escape(level),
            [&](std::string_view line) {
                log.append(line);
                log += '\n';
                return log.size() < kLogMax;
            },
            duration);
        if (response && response.value().status != 200)
            return left_out_.push_back(
                fmt::format("agent.log: the agent answered {}", response.value().status));
        if (!response) left_out_.push_back("agent.log: " + response.error().message());
        add("agent.log", log);  // what came until then
    }

    std::string index(Duration duration, const std::string& version) const {
        std::string text;
        JsonWriter writer(text, true);
        writer.begin_object();
        writer.field("Schema", "weft.debug/1");
        writer.field("Version", version);
        writer.field("Agent", client_.address());
        writer.field("Duration", format_go_duration(duration));
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

    ExitCode write(const std::string& path) {
        const auto bytes = archive_.compressed();
        const auto written =
            bytes ? write_file_atomically(path, bytes.value()) : Result<void>(bytes.error());
        if (!written) {
            console_.err(fmt::format("error: cannot write the archive\ncause: {}\ncode:  W2010\n",
                                     written.error().message()));
            return ExitCode::Failed;
        }
        for (const std::string& line : left_out_) console_.err("left out: " + line + "\n");
        console_.out(path + "\n");
        return ExitCode::Ok;
    }

    const AgentClient& client_;
    CliConsole& console_;
    std::string folder_;
    Archive archive_;
    std::vector<std::string> files_;
    std::vector<std::string> left_out_;
};

ExitCode debug(const CliArguments& arguments, CliConsole& console, const std::string& version) {
    const auto duration = parse_go_duration(arguments.text("duration", "10s"));
    if (!duration || duration.value() < kShortest || duration.value() > kLongest) {
        console.err("weft debug: -duration is a time from 1s to 1h, such as 30s\n");
        return ExitCode::Usage;
    }
    const std::int64_t unix_time = wall_now().unix_ns / 1'000'000'000;
    std::string path = arguments.text("output", fmt::format("weft-debug-{}", unix_time));
    if (!path.ends_with(".tar.gz")) path += ".tar.gz";
    return with_client(arguments, console, [&](const AgentClient& client) {
        return DebugRun(client, console, unix_time)
            .run(duration.value(), arguments.text("log-level", "trace"), path, version);
    });
}

}  // namespace

CliCommand debug_command(std::string version) {
    return {.path = "debug",
            .group = "explain",
            .summary = "Collect what a bug report needs into an archive; secrets stay out of it.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags(
                {{"duration", "TIME", "how long the log is captured; 10s by default"},
                 {"log-level", "LEVEL", "trace (the default), debug, info, warn or err"},
                 {"output", "FILE", "the archive; weft-debug-TIME.tar.gz by default"}}),
            .examples = {"weft debug", "weft debug -duration=1m -output=/tmp/web1"},
            .run = [version](const CliArguments& arguments, CliConsole& console) {
                return debug(arguments, console, version);
            }};
}

}  // namespace weft::agent
