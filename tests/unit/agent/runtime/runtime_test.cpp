#include "agent/runtime/runtime.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>
#include <utility>

#include "agent/io/http_client.hpp"
#include "agent/io/tls_context.hpp"
#include "agent/runtime/data_directory.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/refused_threads.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// The texts are HCL. The ports are replaced by free ones once loaded: 0 turns a listener off in a
// configuration.
LoadRequest request_for(std::vector<std::string> texts, bool dev_mode) {
    LoadRequest request;
    request.dev_mode = dev_mode;
    request.fragments = {
        "node_name = \"n1\" bind_addr = \"127.0.0.1\" log_level = \"OFF\" "
        "ports { http = 1 dns = 2 server = 8300 }"};
    for (std::string& text : texts) request.fragments.push_back(std::move(text));
    return request;
}

std::unique_ptr<Runtime> open(const LoadRequest& request, ThreadMaker thread_maker = make_thread) {
    LoadResult loaded = load(request);
    EXPECT_TRUE(loaded.ok()) << loaded.text();
    if (!loaded.ok()) return nullptr;
    for (auto& listener : loaded.config->http.listeners) listener.port = 0;
    for (auto& listener : loaded.config->dns.listeners) listener.port = 0;
    loaded.config->gossip.port = 0;
    auto runtime = Runtime::open(*loaded.config, {.version = "1.2.3",
                                                  .reload_from = request,
                                                  .screen = {},
                                                  .thread_maker = std::move(thread_maker)});
    EXPECT_TRUE(runtime) << runtime.error().message();
    return runtime ? std::move(runtime.value()) : nullptr;
}

std::unique_ptr<Runtime> start(const LoadRequest& request) {
    auto runtime = open(request);
    if (!runtime) return nullptr;
    const auto started = runtime->start();
    EXPECT_TRUE(started) << started.error().message();
    return started ? std::move(runtime) : nullptr;
}

HttpResponse call(const Runtime& runtime, const std::string& method, const std::string& target,
                  const std::string& body = {}) {
    HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(runtime.http_ports().at(0)) + target;
    request.body = body;
    auto response = http_fetch_blocking(std::move(request));
    EXPECT_TRUE(response) << response.error().message();
    return response ? std::move(response.value()) : HttpResponse{};
}

// What came in answer to one A query; empty: nothing did.
std::string ask_dns(const Runtime& runtime, const std::string& name) {
    std::string packet("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
    std::size_t begin = 0;
    while (begin < name.size()) {
        const auto end = std::min(name.find('.', begin), name.size());
        packet += static_cast<char>(end - begin);
        packet += name.substr(begin, end - begin);
        begin = end + 1;
    }
    packet += std::string("\0\0\1\0\1", 5);
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    const timeval limit{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(runtime.dns_ports().at(0));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sendto(fd, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&address),
             sizeof address);
    unsigned char answer[512];
    const auto size = ::recv(fd, answer, sizeof answer, 0);
    ::close(fd);
    if (size < 12) return {};
    return {reinterpret_cast<const char*>(answer), static_cast<std::size_t>(size)};
}

// The response code and count of answers of one A query.
std::pair<int, int> dig(const Runtime& runtime, const std::string& name) {
    const std::string answer = ask_dns(runtime, name);
    if (answer.empty()) return {-1, 0};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(answer[i]); };
    return {byte(3) & 15, byte(6) << 8 | byte(7)};
}

void stop(Runtime& runtime) {
    runtime.stop(false);
    EXPECT_TRUE(runtime.wait());
}

// Whichever it is: one of its three own, a worker, or the ring's.
TEST(Runtime, AThreadThatTheSystemRefusesIsAnErrorOfTheStart) {
    const unsigned workers = std::max(1u, std::thread::hardware_concurrency());
    for (const int most : {0, 1, 2, 3, 3 + static_cast<int>(workers)}) {
        SCOPED_TRACE(most);
        const auto runtime = open(request_for({}, true), threads_up_to(most));
        ASSERT_TRUE(runtime);
        const auto started = runtime->start();
        ASSERT_FALSE(started);
        EXPECT_EQ(started.error().code, Errc::Unavailable);
        EXPECT_THAT(started.error().message(), HasSubstr("TasksMax="));
    }
}

TEST(Runtime, ADevAgentRegistersAndFindsAService) {
    const auto runtime = start(request_for({"advertise_addr_ipv6 = \"2001:db8::7\""}, true));
    ASSERT_TRUE(runtime);
    const std::string node = call(*runtime, "GET", "/v1/catalog/node/n1").body;
    EXPECT_THAT(node, HasSubstr("\"consul\""));
    EXPECT_THAT(node, HasSubstr("\"lan_ipv6\": \"2001:db8::7\""));
    EXPECT_EQ(call(*runtime, "PUT", "/v1/agent/service/register", R"({"Name": "web", "Port": 80})")
                  .status,
              200);
    EXPECT_THAT(call(*runtime, "GET", "/v1/health/service/web?passing").body, HasSubstr("\"web\""));
    EXPECT_EQ(dig(*runtime, "web.service.consul"), std::pair(0, 1));
    EXPECT_EQ(dig(*runtime, "no.service.consul"), std::pair(3, 0));
    EXPECT_THAT(call(*runtime, "GET", "/v1/agent/self").body, HasSubstr("\"state\": \"Leader\""));
    EXPECT_THAT(call(*runtime, "GET", "/metrics").body, HasSubstr("weft_catalog_services 2"));
    EXPECT_THAT(runtime->screen(), HasSubstr("ready in "));
    stop(*runtime);
}

TEST(Runtime, RegistrationsSurviveARestart) {
    std::string form = (fs::temp_directory_path() / "weft-runtime-XXXXXX").string();
    const fs::path folder = ::mkdtemp(form.data());
    const LoadRequest request = request_for(
        {"server = true bootstrap = true data_dir = \"" + (folder / "data").string() + "\""},
        false);
    {
        const auto runtime = start(request);
        ASSERT_TRUE(runtime);
        call(*runtime, "PUT", "/v1/agent/service/register", R"({"Name": "db", "Port": 5432})");
        stop(*runtime);
    }
    const auto runtime = start(request);
    ASSERT_TRUE(runtime);
    EXPECT_THAT(call(*runtime, "GET", "/v1/agent/services").body, HasSubstr("\"db\""));
    EXPECT_EQ(dig(*runtime, "db.service.consul"), std::pair(0, 1));
    stop(*runtime);
    fs::remove_all(folder);
}

TEST(Runtime, ATakenPortIsAnErrorThatNamesIt) {
    const auto first = start(request_for({}, true));
    ASSERT_TRUE(first);
    const std::uint16_t port = first->http_ports().at(0);
    const LoadRequest request = request_for({}, true);
    LoadResult loaded = load(request);
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    loaded.config->http.listeners.at(0).port = port;
    const auto second =
        Runtime::open(*loaded.config, {.version = "1", .reload_from = request, .screen = {}});
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message(), HasSubstr(std::to_string(port)));
    stop(*first);
}

// In a child, which may never raise its limit again.
TEST(Runtime, TooFewDescriptorsAreAnErrorNotTheEndOfTheProcess) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto start_with_few = [] {
        const LoadRequest request = request_for({}, true);
        LoadResult loaded = load(request);
        const auto open_now = std::distance(fs::directory_iterator("/proc/self/fd"), {});
        const auto few = static_cast<rlim_t>(open_now) + 8;
        const rlimit limit{few, few};
        ::setrlimit(RLIMIT_NOFILE, &limit);
        const auto complain = [](std::string_view text) {
            std::fprintf(stderr, "%s", std::string(text).c_str());
        };
        const bool ran =
            run_runtime(std::move(*loaded.config),
                        {.version = "1", .reload_from = request, .screen = {}}, complain);
        ::_exit(ran ? 1 : 0);
    };
    EXPECT_EXIT(start_with_few(), ::testing::ExitedWithCode(0), "error: .*[Tt]oo many open files");
}

TEST(Runtime, ReloadIsWholeOrNothing) {
    std::string form = (fs::temp_directory_path() / "weft-reload-XXXXXX").string();
    const fs::path folder = ::mkdtemp(form.data());
    const auto write = [&](const std::string& text) {
        std::FILE* file = std::fopen((folder / "a.hcl").c_str(), "w");
        std::fputs(text.c_str(), file);
        std::fclose(file);
    };
    write("service { name = \"one\" }");
    LoadRequest request = request_for({}, true);
    request.paths = {folder.string()};
    const auto runtime = start(request);
    ASSERT_TRUE(runtime);
    const auto services = [&] { return call(*runtime, "GET", "/v1/agent/services").body; };
    EXPECT_THAT(services(), HasSubstr("\"one\""));

    write("services = [{ name = \"two\" }] nodename = \"x\"");
    EXPECT_EQ(call(*runtime, "PUT", "/v1/agent/reload").status, 500);
    EXPECT_THAT(services(), HasSubstr("\"one\""));

    write("service { name = \"two\" } node_name = \"other\"");
    EXPECT_EQ(call(*runtime, "PUT", "/v1/agent/reload").status, 200);
    EXPECT_THAT(services(), HasSubstr("\"two\""));
    EXPECT_THAT(services(), ::testing::Not(HasSubstr("\"one\"")));
    stop(*runtime);
    fs::remove_all(folder);
}

TEST(Runtime, AReloadHasDnsGiveTheNearestFirst) {
    const ::weft::testing::TemporaryFolder folder;
    const std::string file = folder / "dns.hcl";
    const auto write = [&](const std::string& text) {
        std::ofstream(file, std::ios::trunc) << "dns_config { a_record_limit = 1 " << text << " }";
    };
    write("");
    LoadRequest request = request_for({}, true);
    request.paths = {file};
    const auto runtime = start(request);
    ASSERT_TRUE(runtime);
    ASSERT_EQ(call(*runtime, "PUT", "/v1/agent/service/register", R"({"Name": "web"})").status,
              200);
    ASSERT_EQ(call(*runtime, "PUT", "/v1/catalog/register",
                   R"({"Node": "other", "Address": "127.0.0.2", "Service": {"Service": "web"}})")
                  .status,
              200);
    // Whether the own node, which is the nearest, comes so often that it is no chance.
    const auto is_sorted = [&] {
        for (int i = 0; i < 30; ++i) {
            const std::string answer = ask_dns(*runtime, "web.service.consul");
            if (answer.empty() || answer.back() != 1) return false;
        }
        return true;
    };
    EXPECT_FALSE(is_sorted());

    write("sort_by_distance = true");
    ASSERT_EQ(call(*runtime, "PUT", "/v1/agent/reload").status, 200);
    // The distances come to the workers a moment later.
    constexpr int kPatience = 100'000;
    bool sorted = false;
    for (int i = 0; i < kPatience && !sorted; ++i) sorted = is_sorted();
    EXPECT_TRUE(sorted);

    write("");
    ASSERT_EQ(call(*runtime, "PUT", "/v1/agent/reload").status, 200);
    for (int i = 0; i < kPatience && sorted; ++i) sorted = is_sorted();
    EXPECT_FALSE(sorted);
    stop(*runtime);
}

// The status of a GET over TLS; 0 when the certificate is not the one in cert_file.
int get_over_tls(const Runtime& runtime, const std::string& cert_file) {
    HttpRequest request;
    request.url =
        "https://127.0.0.1:" + std::to_string(runtime.http_ports().at(1)) + "/v1/status/leader";
    request.tls = make_client_tls(
                      {.cert_file = {}, .key_file = {}, .ca_file = cert_file, .ca_path = {}}, false)
                      .value();
    const auto response = http_fetch_blocking(std::move(request));
    return response ? response.value().status : 0;
}

TEST(Runtime, AReloadTakesACertificateThatWasRenewedInPlace) {
    const ::weft::testing::TemporaryFolder folder;
    const std::string cert = folder / "cert.pem", key = folder / "key.pem";
    const std::string renewed = folder / "renewed.pem", renewed_key = folder / "renewed-key.pem";
    ASSERT_TRUE(::weft::testing::make_certificate(cert, key));
    ASSERT_TRUE(::weft::testing::make_certificate(renewed, renewed_key));
    const auto runtime = start(request_for(
        {"ports { https = 3 } cert_file = \"" + cert + "\" key_file = \"" + key + "\""}, true));
    ASSERT_TRUE(runtime);
    EXPECT_EQ(get_over_tls(*runtime, renewed), 0);

    fs::copy_file(renewed, cert, fs::copy_options::overwrite_existing);
    fs::copy_file(renewed_key, key, fs::copy_options::overwrite_existing);
    EXPECT_EQ(call(*runtime, "PUT", "/v1/agent/reload").status, 200);
    EXPECT_EQ(get_over_tls(*runtime, renewed), 200);
    stop(*runtime);
}

TEST(Runtime, AStartThatCannotRegisterItsNodeReportsWhyAndEnds) {
    const ::weft::testing::TemporaryFolder folder;
    const auto request_as = [&](const std::string& name) {
        return request_for({"server = true bootstrap = true data_dir = \"" + (folder / "data") +
                            "\" node_name = \"" + name + "\""},
                           false);
    };
    {
        const auto runtime = start(request_as("n1"));
        ASSERT_TRUE(runtime);
        const auto taken = call(*runtime, "PUT", "/v1/catalog/register",
                                R"({"Node": "n2", "ID": "40e4a748-2192-161a-0510-9bf59fe950b5",
                     "Address": "127.0.0.2",
                     "Check": {"CheckID": "serfHealth", "Name": "s", "Status": "passing"}})");
        EXPECT_EQ(taken.status, 200) << taken.body;
        stop(*runtime);
    }
    auto runtime = open(request_as("n2"));
    ASSERT_TRUE(runtime);
    const auto started = runtime->start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message(), HasSubstr("n2"));
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(runtime->http_ports().at(0)) + "/v1/x";
    EXPECT_FALSE(http_fetch_blocking(std::move(request))) << "nothing listens any more";
}

TEST(Runtime, ASecondAgentLeavesThePidFileOfTheFirstAlone) {
    const ::weft::testing::TemporaryFolder folder;
    const std::string pid_file = folder / "weft.pid", data = folder / "data";
    const auto first = DataDirectory::open(data, "");
    ASSERT_TRUE(first);
    std::ofstream(pid_file) << "123\n";
    const LoadResult loaded = load(request_for({"server = true bootstrap = true data_dir = \"" +
                                                data + "\" pid_file = \"" + pid_file + "\""},
                                               false));
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    AgentConfig config = *loaded.config;
    for (auto& listener : config.http.listeners) listener.port = 0;
    for (auto& listener : config.dns.listeners) listener.port = 0;
    std::string complaint;
    EXPECT_FALSE(run_runtime(std::move(config), {.version = "1", .reload_from = {}, .screen = {}},
                             [&](std::string_view text) { complaint = text; }));
    EXPECT_THAT(complaint, HasSubstr("in use by another agent"));
    std::string pid;
    std::ifstream(pid_file) >> pid;
    EXPECT_EQ(pid, "123");
}

}  // namespace
}  // namespace weft::agent
