#include "agent/health/probe_runner.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "agent/io/tls_context.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> run_and_tell(ProbeSpec spec, asio::any_io_executor control,
                                   ProbeRunner::Done done) {
    ProbeResult result = co_await run_probe(std::move(spec));
    auto tell = [done = std::move(done), result = std::move(result)]() mutable {
        done(std::move(result));
    };
    asio::post(control, std::move(tell));
}

asio::awaitable<void> close_scope(TaskScope& scope) {
    co_await scope.close();
}

}  // namespace

ProbeRunner::ProbeRunner(asio::any_io_executor control, asio::any_io_executor background)
    : control_(std::move(control)),
      background_(std::move(background)),
      scope_(std::make_unique<TaskScope>(background_)) {}

std::shared_ptr<asio::ssl::context> ProbeRunner::client_tls(bool skip_verify) {
    auto& context = skip_verify ? trusting_ : verifying_;
    if (!context) {
        auto made = make_client_tls(TlsFiles{}, skip_verify);
        if (made) context = std::move(made).value();
    }
    return context;
}

void ProbeRunner::run(ProbeSpec spec, Done done) {
    if (closed_) return;
    if (uses_tls(spec.definition)) spec.tls = client_tls(spec.definition.tls_skip_verify);
    asio::post(background_, [this, spec = std::move(spec), done = std::move(done)]() mutable {
        scope_->spawn(run_and_tell(std::move(spec), control_, std::move(done)));
    });
}

asio::awaitable<void> ProbeRunner::close() {
    closed_ = true;
    co_await run_on(background_, close_scope(*scope_));
}

}  // namespace weft::agent
