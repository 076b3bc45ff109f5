#include "agent/runtime/watch_runner.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "agent/base/go_duration.hpp"
#include "agent/base/go_quote.hpp"
#include "agent/base/ip_address.hpp"
#include "agent/io/child_process.hpp"
#include "agent/io/pause.hpp"
#include "agent/io/process.hpp"
#include "agent/io/tls_context.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr Duration kRetry = std::chrono::seconds(5);
constexpr int kRetryGrowsUntil = 6;                         // failures: three minutes
constexpr Duration kConnectTime = std::chrono::minutes(1);  // beside the longest wait
constexpr Duration kProgramTime = std::chrono::hours(24 * 365);
constexpr Duration kKillGrace = std::chrono::seconds(1);
constexpr std::size_t kOutputMax = 4096;
constexpr int kRedirectsMax = 10;

// Where a listener can be reached from here.
std::string host_of(const std::string& address) {
    const auto parsed = IpAddress::parse(address);
    if (!parsed || parsed->is_v4())
        return parsed && parsed->is_unspecified() ? "127.0.0.1" : address;
    return parsed->is_unspecified() ? "[::1]" : "[" + address + "]";
}

}  // namespace

Result<OwnApi> own_api(const api::HttpConfig& config, const std::vector<std::uint16_t>& ports) {
    const auto& listeners = config.listeners;
    auto chosen = std::find_if(listeners.begin(), listeners.end(),
                               [](const api::HttpListener& one) { return !one.tls; });
    if (chosen == listeners.end()) chosen = listeners.begin();
    const auto place = static_cast<std::size_t>(chosen - listeners.begin());
    if (place >= ports.size())
        return make_error(Errc::Unavailable, "watches need the HTTP API, which is off");
    OwnApi api;
    api.longest_wait = config.default_query_time;
    api.unix_socket = chosen->unix_path;
    const std::string host = api.unix_socket.empty() ? host_of(chosen->address) : "localhost";
    api.base = fmt::format("{}://{}:{}", chosen->tls ? "https" : "http", host, ports[place]);
    if (!api.unix_socket.empty()) api.base = chosen->tls ? "https://localhost" : "http://localhost";
    if (chosen->tls) {
        TlsFiles files;
        files.cert_file = config.tls.cert_file;
        files.key_file = config.tls.key_file;
        WEFT_TRY(api.tls, make_client_tls(files, true));
    }
    return api;
}

struct WatchRunner::Running {
    Running(WatchDefinition what, std::unique_ptr<WatchedView> shown,
            const asio::any_io_executor& executor)
        : definition(std::move(what)), view(std::move(shown)), scope(executor) {}

    // What is to be handed on, if that is something new. Indexes also move when something beside
    // the view changes.
    Result<bool> take(const HttpResponse& response);

    const WatchDefinition definition;
    const std::unique_ptr<WatchedView> view;
    std::string index;  // of what was seen last; texts: event indexes are hashes
    std::string text;   // what was handed on last
    bool is_first = true;
    TaskScope scope;
};

Result<bool> WatchRunner::Running::take(const HttpResponse& response) {
    if (response.status != 200 && response.status != 404)
        return make_error(Errc::Unavailable,
                          fmt::format("HTTP {}: {}", response.status, response.body));
    const std::string seen(response.header("X-Consul-Index"));
    if (seen.empty() || seen == "0")
        return make_error(Errc::Corrupt, "the answer has no index to wait for");
    if (seen == index) return false;
    WEFT_TRY(auto shown, view->show(response.status == 200 ? response.body : std::string()));
    index = seen;
    if (!std::exchange(is_first, false) && shown == text) return false;
    text = std::move(shown);
    return true;
}

WatchRunner::WatchRunner(MakeWatchedView make, asio::any_io_executor executor,
                         std::shared_ptr<spdlog::logger> log)
    : make_(std::move(make)),
      executor_(std::move(executor)),
      log_(std::move(log)),
      endings_(executor_) {}

void WatchRunner::set(std::vector<WatchDefinition> watches, OwnApi api) {
    asio::post(executor_, [this, watches = std::move(watches), api = std::move(api)]() mutable {
        api_ = std::move(api);
        if (!endings_.is_closing()) change(watches);
    });
}

void WatchRunner::change(const std::vector<WatchDefinition>& watches) {
    std::list<RunningPtr> before = std::exchange(running_, {});
    for (const WatchDefinition& watch : watches) {
        const auto same = std::find_if(before.begin(), before.end(), [&](const RunningPtr& one) {
            return one->definition == watch;
        });
        if (same != before.end()) {
            running_.splice(running_.end(), before, same);
        } else if (RunningPtr begun = begin(watch)) {
            running_.push_back(std::move(begun));
        }
    }
    for (RunningPtr& gone : before) endings_.spawn(end(std::move(gone)));
}

WatchRunner::RunningPtr WatchRunner::begin(const WatchDefinition& watch) {
    if (!make_) return nullptr;
    auto view = make_(watch);
    if (!view) {
        log_->error("watch not started watch={} error={}", go_quote(watch.description()),
                    view.error().message());
        return nullptr;
    }
    auto running = std::make_shared<Running>(watch, std::move(view.value()), executor_);
    running->scope.spawn(follow(*running));
    return running;
}

asio::awaitable<void> WatchRunner::end(RunningPtr running) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await running->scope.close();
}

asio::awaitable<void> WatchRunner::close() {
    change({});
    co_await endings_.close();
}

asio::awaitable<Result<HttpResponse>> WatchRunner::look(const Running& watch) {
    HttpRequest request;
    request.url = api_.base + watch.view->target();
    if (!watch.index.empty()) {
        const bool has_query = request.url.find('?') != std::string::npos;
        request.url += fmt::format("{}index={}", has_query ? '&' : '?', watch.index);
    }
    request.unix_socket = api_.unix_socket;
    request.tls = api_.tls;
    request.timeout = api_.longest_wait + api_.longest_wait / 8 + kConnectTime;
    if (!watch.definition.token.empty())
        request.headers.emplace_back("X-Consul-Token", watch.definition.token);
    co_return co_await http_fetch(std::move(request));
}

asio::awaitable<void> WatchRunner::follow(Running& watch) {
    for (int failures = 0;;) {
        const auto answer = co_await look(watch);
        if (watch.scope.is_closing()) co_return;
        const Result<bool> is_new =
            answer ? watch.take(answer.value()) : Result<bool>(answer.error());
        if (is_new) {
            failures = 0;
            if (is_new.value()) co_await handle(watch);
            // A program that was ended has ended the cancellation with it.
            if (watch.scope.is_closing()) co_return;
            continue;
        }
        failures = std::min(failures + 1, kRetryGrowsUntil);
        const Duration pause = kRetry * failures * failures;
        log_->warn("watch failed watch={} retry={} error={}",
                   go_quote(watch.definition.description()), format_go_duration(pause),
                   is_new.error().message());
        const bool waited = co_await pause_for(pause);
        if (!waited) co_return;
    }
}

asio::awaitable<void> WatchRunner::handle(const Running& watch) {
    if (watch.definition.http_handler)
        co_await send(watch);
    else
        co_await run_program(watch);
}

asio::awaitable<void> WatchRunner::run_program(const Running& watch) {
    const WatchDefinition& definition = watch.definition;
    const std::string shown = go_quote(definition.description());
    const auto input = file_of_text(watch.text + "\n");
    if (!input) {
        log_->error("watch handler not run watch={} error={}", shown, input.error().message());
        co_return;
    }
    ProcessSpec spec;
    spec.args = definition.args;
    if (spec.args.empty()) spec.args = {"/bin/sh", "-c", definition.handler};
    spec.environment = {{"CONSUL_INDEX", watch.index}, {"WEFT_INDEX", watch.index}};
    spec.input = input.value();
    spec.timeout = kProgramTime;
    spec.kill_grace = kKillGrace;
    spec.output_max = kOutputMax;
    const auto ended = co_await run_process(std::move(spec));
    ::close(input.value());
    if (!ended) {
        log_->error("watch handler not run watch={} error={}", shown, ended.error().message());
    } else if (watch.scope.is_closing()) {
        log_->info("watch handler ended with its watch watch={}", shown);
    } else if (ended.value().end != ProcessEnd::Exited || ended.value().code != 0) {
        const bool by_itself = ended.value().end == ProcessEnd::Exited;
        log_->error("watch handler failed watch={} {}={} output={}", shown,
                    by_itself ? "status" : "signal", ended.value().code,
                    go_quote(ended.value().output));
    } else {
        log_->debug("watch handler done watch={} output={}", shown, go_quote(ended.value().output));
    }
}

asio::awaitable<void> WatchRunner::send(const Running& watch) {
    const WatchHttpHandler& handler = *watch.definition.http_handler;
    const std::string shown = go_quote(watch.definition.description());
    HttpRequest request;
    request.method = handler.method;
    request.url = handler.path;
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("X-Consul-Index", watch.index);
    for (const auto& [name, values] : handler.header)
        for (const std::string& value : values.texts) request.headers.emplace_back(name, value);
    request.body = watch.text + "\n";
    request.timeout = handler.timeout;
    request.redirects_max = kRedirectsMax;
    request.body_max = kOutputMax;
    request.body_overflow = BodyOverflow::KeepTail;
    // Also where the first server speaks plain text: it may send on to one that does not.
    auto tls = make_client_tls(TlsFiles(), handler.tls_skip_verify);
    if (!tls) {
        log_->error("watch handler not run watch={} error={}", shown, tls.error().message());
        co_return;
    }
    request.tls = std::move(tls.value());
    const auto response = co_await http_fetch(std::move(request));
    if (watch.scope.is_closing()) co_return;
    if (!response) {
        log_->error("watch handler failed watch={} error={}", shown, response.error().message());
    } else if (response.value().status < 200 || response.value().status > 299) {
        log_->error("watch handler failed watch={} status={} output={}", shown,
                    response.value().status, go_quote(response.value().body));
    } else {
        log_->debug("watch handler done watch={} output={}", shown,
                    go_quote(response.value().body));
    }
}

}  // namespace weft::agent
