#include <future>
#include <utility>
#include <vector>

#include "agent/io/clock.hpp"
#include "agent/runtime/parts.hpp"
#include "agent/runtime/screen.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

// Of a client that has the agent leave: a farewell takes some 5 s.
constexpr auto kLeaveMax = std::chrono::seconds(20);

}  // namespace

// All of them before the first one runs anything: what one that is missing would have to do nobody
// else does, not even at the end.
Result<void> Runtime::Parts::start_threads() {
    std::vector<IoThread*> threads{&background, &snapshot_thread, &control};
    for (auto& worker : workers) threads.push_back(worker.get());
    Result<void> started = success();
    for (IoThread* thread : threads) {
        if (started) started = thread->start_held(options.thread_maker);
    }
    if (started && gossip_ring) started = gossip_ring->start_thread(options.thread_maker);
    if (!started) join_threads();
    return started;
}

Result<void> Runtime::Parts::start() {
    WEFT_TRY(start_threads());
    running = true;
    background.release();
    snapshot_thread.release();
    control.release();
    asio::post(telemetry_timer.get_executor(), [this] { wait_for_telemetry(); });

    std::promise<Result<void>> registered;
    auto answer = registered.get_future();
    asio::post(control.context(), [this, &registered] {
        health.on_services_changed([this] { local.changed(); });
        sessions.start();
        register_self([this, &registered](Result<void> result) {
            if (!result) return registered.set_value(std::move(result));
            entry_bootstrap.write(reloader.running().bootstrap_entries, [this, &registered] {
                // Unless it was told to stop meanwhile.
                if (!stopping) {
                    health.start();
                    if (gossip_ring) gossip_ring->start();
                    if (auto api = api_for_watches(reloader.running())) {
                        run_watches(reloader.running(), std::move(api.value()));
                    } else {
                        log->error("watches not started error={}", api.error().message());
                    }
                }
                // Here, as a reload may replace the configuration on this thread at any time.
                screen = screen_text();
                registered.set_value(success());
            });
        });
    });
    const Result<void> result = answer.get();
    // After a failure too: the listeners are closed on the workers.
    for (auto& worker : workers) worker->release();
    WEFT_TRY(result);
    log->info("agent ready node={} id={} datacenter={} services={} index={}", identity.node_name,
              identity.node_id, identity.datacenter, machine.view().service_count(),
              machine.view().applied_index().get());
    return success();
}

std::string Runtime::Parts::screen_text() const {
    const auto first = [](const std::vector<std::uint16_t>& ports) {
        return ports.empty() ? std::uint16_t{0} : ports.front();
    };
    return dev_screen(identity, reloader.running(), first(http->ports()), first(dns->ports()),
                      now() - began);
}

void Runtime::Parts::register_self(std::function<void(Result<void>)> done) {
    RegisterCommand command = self_registration(identity, reloader.running());
    if (is_registered(machine.view(), command)) {
        done(success());
        return;
    }
    commits.write(
        std::move(command), [done = std::move(done)](const Result<api::Written>& written) {
            if (written)
                done(success());
            else
                done(make_error(written.error().code,
                                "cannot register this node: " + written.error().message()));
        });
}

void Runtime::Parts::wait_for_telemetry() {
    telemetry_timer.expires_after(
        std::chrono::duration_cast<asio::steady_timer::duration>(Telemetry::kInterval));
    telemetry_timer.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        telemetry.tick(wall_now());
        freed_memory.give_back();
        wait_for_telemetry();
    });
}

void Runtime::Parts::leave(std::function<void()> done) {
    if (is_ring_closed) return done();
    // HTTP is closed after it, which answers the requests that are under way.
    when_left.push_back(std::move(done));
    begin_stop(true);
}

void Runtime::Parts::begin_stop(bool leave) {
    if (std::exchange(stopping, true)) return;
    log->info("agent stopping leave={}", leave);
    if (!gossip_ring) return stop_serving();
    if (leave) {
        leave_timer.expires_after(kLeaveMax);
        leave_timer.async_wait([this](const boost::system::error_code& cancelled) {
            if (!cancelled) tell_left();
        });
    }
    gossip_ring->close(leave, [this] { stop_serving(); });
}

void Runtime::Parts::tell_left() {
    for (const auto& done : std::exchange(when_left, {})) done();
}

// The watches first: they ask this API.
void Runtime::Parts::stop_serving() {
    is_ring_closed = true;
    leave_timer.cancel();
    tell_left();
    tasks.spawn(close_watches());
}

asio::awaitable<void> Runtime::Parts::close_watches() {
    co_await run_on(background.context().get_executor(), watch_runner.close());
    asio::post(control.context(), [this] { close_listeners(); });
}

void Runtime::Parts::close_listeners() {
    http->close(true, [this] {
        dns->close();
        tasks.spawn(close_health());
    });
}

asio::awaitable<void> Runtime::Parts::close_health() {
    co_await health.close();
    // The end of this task is not yet the end of its bookkeeping.
    asio::post(control.context(), [this] { finish_stop(); });
}

void Runtime::Parts::finish_stop() {
    if (tasks.running() > 0) {
        asio::post(control.context(), [this] { finish_stop(); });
        return;
    }
    // What was acknowledged is on disk already; this saves the next start its replay.
    sessions.stop();
    voter->close();
    if (write_behind) write_behind->close();
    if (lost) return ended.set_value(*lost);
    ended.set_value(success());
}

}  // namespace weft::agent
