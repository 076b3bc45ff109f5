#include "api/http/server.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <utility>

#include "agent/io/random_seed.hpp"
#include "agent/io/tls_context.hpp"
#include "api/http/worker.hpp"

namespace weft::api {
namespace {

bool has_tls(const HttpListener& listener) {
    return listener.tls;
}

Result<WorkerSettings> make_settings(HttpConfig config) {
    WEFT_TRY(config.validate());
    WorkerSettings settings;
    if (std::any_of(config.listeners.begin(), config.listeners.end(), has_tls)) {
        TlsFiles files;
        files.cert_file = config.tls.cert_file;
        files.key_file = config.tls.key_file;
        files.ca_file = config.tls.ca_file;
        WEFT_TRY(settings.tls, make_server_tls(files, config.tls.verify_incoming));
    }
    settings.policy = std::make_shared<const AccessPolicy>(config);
    settings.config = std::make_shared<const HttpConfig>(std::move(config));
    return settings;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::open(
    HttpConfig config, AgentFacts facts, std::vector<Route> routes, CatalogReader& catalog,
    std::vector<boost::asio::io_context*> workers, boost::asio::any_io_executor control,
    HttpMetrics& metrics, std::shared_ptr<spdlog::logger> log) {
    WEFT_TRY(WorkerSettings settings, make_settings(std::move(config)));
    std::vector<ListeningSocket> sockets;
    std::unique_ptr<HttpServer> server(new HttpServer());
    for (const HttpListener& listener : settings.config->listeners) {
        WEFT_TRY(BoundListener bound, bind_listener(listener, *settings.config));
        server->ports_.push_back(bound.port);
        sockets.push_back(std::move(bound.socket));
    }
    server->shared_ = std::make_shared<WorkerShared>(
        std::make_shared<const Router>(std::move(routes)), catalog, std::move(facts),
        std::move(control), metrics, std::move(log), workers.size());
    server->shared_->limits.configure(settings.config->max_connections_per_client,
                                      settings.config->max_connections);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        auto worker =
            std::make_shared<Worker>(*workers[i], i, server->shared_, settings, random_seed());
        server->shared_->workers.push_back(worker);
        server->members_.push_back({workers[i], std::move(worker)});
    }
    Member& first = server->members_.front();
    boost::asio::post(*first.io, [worker = first.worker, bound = std::move(sockets)]() mutable {
        worker->start(std::move(bound));
    });
    return server;
}

HttpServer::~HttpServer() {
    close(false);
}

void HttpServer::catalog_changed(std::shared_ptr<const std::vector<agent::Watch>> watches) {
    for (Member& member : members_) {
        // To wake a thread for nothing costs more than most writes do.
        if (watches && !member.worker->waits().anyone_waits()) continue;
        boost::asio::post(*member.io, [worker = member.worker, watches] {
            worker->catalog_changed(watches.get());
        });
    }
}

Result<void> HttpServer::reconfigure(HttpConfig config) {
    if (config.tls.cert_file.empty()) std::erase_if(config.listeners, has_tls);
    WEFT_TRY(WorkerSettings settings, make_settings(std::move(config)));
    shared_->limits.configure(settings.config->max_connections_per_client,
                              settings.config->max_connections);
    for (Member& member : members_) {
        boost::asio::post(*member.io,
                          [worker = member.worker, settings] { worker->configure(settings); });
    }
    return success();
}

void HttpServer::close(bool graceful, std::function<void()> done) {
    if (members_.empty()) {
        if (done) boost::asio::post(shared_->control, std::move(done));
        return;
    }
    auto left = std::make_shared<std::atomic<std::size_t>>(members_.size());
    std::function<void()> closed = [left, done, control = shared_->control] {
        if (left->fetch_sub(1) == 1 && done) boost::asio::post(control, done);
    };
    // The one that accepts goes first: what it has handed over then reaches the others before they
    // are told to end.
    boost::asio::io_context& first = *members_.front().io;
    boost::asio::post(
        first, [members = std::exchange(members_, {}), graceful, closed = std::move(closed)] {
            members.front().worker->close(graceful, closed);
            for (std::size_t i = 1; i < members.size(); ++i) {
                boost::asio::post(*members[i].io, [worker = members[i].worker, graceful, closed] {
                    worker->close(graceful, closed);
                });
            }
        });
}

}  // namespace weft::api
