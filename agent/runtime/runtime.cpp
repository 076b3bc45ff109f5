#include "agent/runtime/runtime.hpp"

#include <utility>

#include "agent/base/uuid.hpp"
#include "agent/config/advertised.hpp"
#include "agent/runtime/host_route.hpp"
#include "agent/runtime/parts.hpp"

namespace weft::agent {

namespace asio = boost::asio;

Runtime::Runtime(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Runtime::~Runtime() {
    if (!parts_->running) return;
    stop(false);
    (void)wait();
}

Result<std::unique_ptr<Runtime>> Runtime::open(AgentConfig config, RuntimeOptions options) {
    const auto route = advertise_by_route(config.gossip);
    if (route) set_advertised(config, route->address);
    WEFT_TRY(auto logging, Logging::open(config, options.presentation == Presentation::Screen));
    if (route) {
        logging->logger("gossip")->info(
            "gossip advertises the address of the route to one that it joins address={} peer={}",
            route->address, route->target);
    }
    std::optional<DataDirectory> data;
    std::string node_id = config.node_id;
    if (!config.dev_mode) {
        WEFT_TRY(auto directory, DataDirectory::open(config.data_dir, config.node_id));
        node_id = directory.node_id();
        if (!directory.warning().empty())
            logging->logger("agent")->warn("{} folder={}", directory.warning(), config.data_dir);
        data.emplace(std::move(directory));
    } else if (node_id.empty()) {
        node_id = random_uuid();
    }
    auto parts = std::make_unique<Parts>(std::move(config), std::move(options), std::move(logging),
                                         std::move(data), std::move(node_id));
    WEFT_TRY(parts->open_ring());
    WEFT_TRY(parts->open_listeners());
    WEFT_TRY(parts->open_storage());
    return std::unique_ptr<Runtime>(new Runtime(std::move(parts)));
}

Result<void> Runtime::start() {
    auto started = parts_->start();
    // Without its threads it has nothing to stop, and nobody who could.
    if (!started && parts_->running) {
        stop(false);
        (void)wait();
    }
    return started;
}

void Runtime::stop(bool leave) {
    asio::post(parts_->control.context(),
               [parts = parts_.get(), leave] { parts->begin_stop(leave); });
}

void Runtime::reload(std::function<void(Result<void>)> done) {
    asio::post(parts_->control.context(), [parts = parts_.get(), done = std::move(done)]() mutable {
        parts->reloader.reload(std::move(done));
    });
}

Result<void> Runtime::wait() {
    auto result = parts_->ended.get_future().get();
    parts_->join_threads();
    parts_->running = false;
    return result;
}

std::vector<std::uint16_t> Runtime::http_ports() const {
    return parts_->http->ports();
}
std::vector<std::uint16_t> Runtime::dns_ports() const {
    return parts_->dns->ports();
}

std::string Runtime::screen() const {
    return parts_->screen;
}

asio::any_io_executor Runtime::control() {
    return parts_->control.context().get_executor();
}

std::shared_ptr<spdlog::logger> Runtime::log() {
    return parts_->log;
}

}  // namespace weft::agent
