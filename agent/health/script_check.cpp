#include <fmt/format.h>

#include <utility>

#include "agent/base/go_duration.hpp"
#include "agent/health/check_output.hpp"
#include "agent/health/probe.hpp"
#include "agent/io/process.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

ProbeResult judge(const ProcessResult& ended, Duration timeout) {
    ProbeResult result;
    result.output = describe_script_output(ended.output, ended.output_total);
    if (ended.end == ProcessEnd::TimedOut) {
        result.timed_out = true;
        result.output = fmt::format("Timed out ({}) running check", format_go_duration(timeout));
        if (!ended.output.empty()) {
            result.output +=
                ", captured output:\n" + describe_script_output(ended.output, ended.output_total);
        }
    } else if (ended.end == ProcessEnd::Exited && ended.code == 0) {
        result.status = Status::Passing;
    } else if (ended.end == ProcessEnd::Exited && ended.code == 1) {
        result.status = Status::Warning;
    }
    return result;
}

}  // namespace

asio::awaitable<ProbeResult> run_script_check(ProbeSpec spec) {
    ProcessSpec process;
    process.args = spec.definition.args;
    process.timeout = spec.timeout;
    process.output_max = spec.output_max;
    auto ended = co_await run_process(std::move(process));
    if (ended) co_return judge(ended.value(), spec.timeout);
    ProbeResult failed;
    failed.output = ended.error().message();
    co_return failed;
}

}  // namespace weft::agent
