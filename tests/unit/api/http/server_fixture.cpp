#include "tests/unit/api/http/server_fixture.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <future>
#include <thread>

namespace weft::api {
namespace {

constexpr int kPatienceMs = 5000;
constexpr int kMomentMs = 80;

// GET /v1/services/<name>: the ports of its instances; one rendering a version is kept.
WorkerOutcome list_ports(const Request& request) {
    CatalogQuery query;
    query.watch = {agent::WatchKind::Service, request.rest};
    query.cache_key = "ports/" + request.rest;
    query.agent_cached = true;
    query.render = [name = request.rest](const agent::View& view) -> Result<std::string> {
        std::string json = "[";
        for (const agent::Instance& instance : view.instances(name)) {
            if (json.size() > 1) json.push_back(',');
            json.append(std::to_string(instance.service->port));
        }
        return json + "]";
    };
    return query;
}

std::vector<Route> basic_routes() {
    Route ports{"/v1/services/", {{"GET", WorkerHandler(list_ports)}}, "services"};
    Route echo{"/v1/echo", {}, "echo"};
    echo.methods.emplace_back("GET", WorkerHandler([](const Request& request) -> WorkerOutcome {
                                  return Response::json("{\"a\":[1]}" + request.body);
                              }));
    echo.methods.emplace_back("PUT", WorkerHandler([](const Request& request) -> WorkerOutcome {
                                  return Response::text(200, request.body);
                              }));
    return {ports, echo};
}

}  // namespace

std::string ClientAnswer::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return {};
}

RawClient RawClient::tcp(std::uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return RawClient(fd);
}

RawClient RawClient::unix_socket(const std::string& path) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return RawClient(fd);
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

RawClient::~RawClient() {
    if (socket_ >= 0) ::close(socket_);
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::get(std::string_view target, std::string_view headers) {
    send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", target, headers));
}

bool RawClient::more(int wait_ms) {
    pollfd waited{socket_, POLLIN, 0};
    if (poll(&waited, 1, wait_ms) != 1) return false;
    char buffer[16 * 1024];
    ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
}

std::optional<ClientAnswer> RawClient::answer(bool has_body) {
    std::size_t head_end = 0;
    while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
        if (!more(kPatienceMs)) return std::nullopt;
    }
    ClientAnswer answer;
    std::string head = received_.substr(0, head_end + 2);
    received_.erase(0, head_end + 4);
    answer.status = std::stoi(head.substr(9, 3));
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
        auto end = head.find("\r\n", at);
        std::string line = head.substr(at, end - at);
        auto colon = line.find(": ");
        answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        at = end + 2;
    }
    std::string length = answer.header("Content-Length");
    std::size_t size = !has_body || length.empty() ? 0 : std::stoul(length);
    while (received_.size() < size) {
        if (!more(kPatienceMs)) return std::nullopt;
    }
    answer.body = received_.substr(0, size);
    received_.erase(0, size);
    return answer;
}

std::string RawClient::until(std::string_view text) {
    while (received_.find(text) == std::string::npos) {
        if (!more(kPatienceMs)) return {};
    }
    return std::exchange(received_, {});
}

bool RawClient::is_closed_by_server() {
    pollfd waited{socket_, POLLIN, 0};
    if (poll(&waited, 1, kPatienceMs) != 1) return false;
    char byte = 0;
    return recv(socket_, &byte, 1, 0) <= 0;
}

bool RawClient::is_silent() {
    return received_.empty() && !more(kMomentMs);
}

void RawClient::finish_sending() {
    shutdown(socket_, SHUT_WR);
}

void RawClient::reset() {
    linger hard{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(socket_, -1));
}

HttpConfig TestServer::local() {
    HttpConfig config;
    config.listeners.push_back({"127.0.0.1", 0, "", false});
    return config;
}

TestServer::TestServer(std::vector<Route> more_routes, HttpConfig config) {
    std::vector<Route> routes = basic_routes();
    for (Route& route : more_routes) routes.push_back(std::move(route));
    AgentFacts facts;
    facts.datacenter = "dc1";
    auto log = std::make_shared<spdlog::logger>("http", log_);
    auto server = HttpServer::open(std::move(config), facts, std::move(routes), *this,
                                   {&worker_.context(), &second_worker_.context()},
                                   control_.context().get_executor(), metrics_, log);
    if (!server) throw std::runtime_error(server.error().message());
    server_ = std::move(server.value());
    EXPECT_TRUE(worker_.start());
    EXPECT_TRUE(second_worker_.start());
    EXPECT_TRUE(control_.start());
}

TestServer::~TestServer() {
    close(false);
    // A worker may still be in the call that told the control thread that it is done.
    worker_.stop();
    second_worker_.stop();
    worker_.join();
    second_worker_.join();
}

void TestServer::close(bool graceful) {
    if (!server_) return;
    auto done = std::make_shared<std::promise<void>>();
    server_->close(graceful, [done] { done->set_value(); });
    EXPECT_EQ(done->get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
    server_.reset();
}

ClientAnswer TestServer::get(std::string_view target, std::string_view headers) const {
    RawClient client = connect();
    client.get(target, headers);
    return client.answer().value_or(ClientAnswer{});
}

agent::View TestServer::view() const {
    std::unique_lock lock(mutex_);
    agent::View seen = view_;
    const auto then = std::exchange(after_view_, nullptr);
    lock.unlock();
    if (then) then();
    return seen;
}

void TestServer::after_next_view(std::function<void()> f) {
    std::lock_guard lock(mutex_);
    after_view_ = std::move(f);
}

std::uint64_t TestServer::register_service(const std::string& node, const std::string& service,
                                           int port) {
    agent::RegisterCommand command;
    command.node.name = node;
    command.node.address = "127.0.0.1";
    command.service.emplace();
    command.service->id = service;
    command.service->name = service;
    command.service->port = port;
    return apply(command);
}

std::uint64_t TestServer::apply(const agent::Command& command) {
    catalog_.apply(agent::Index(++index_), command);
    auto changed = catalog_.take_changed_watches();
    liveness_.applied(catalog_.view(), changed);
    publish(std::move(changed));
    return index_;
}

void TestServer::hold(std::vector<agent::NodeLiveness> nodes) {
    auto changed = liveness_.hold(catalog_.view(), std::move(nodes));
    if (changed) publish(std::move(*changed));
}

void TestServer::publish(std::vector<agent::Watch> changed) {
    {
        std::lock_guard lock(mutex_);
        view_ = liveness_.over(catalog_.view());
    }
    server_->catalog_changed(std::make_shared<const std::vector<agent::Watch>>(std::move(changed)));
}

void TestServer::wait_until_waiting(int queries) {
    EXPECT_TRUE(eventually([&] { return metrics_.waiting.Value() == queries; }));
}

bool eventually(const std::function<bool()>& condition) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace weft::api
