#include "agent/health/probe.hpp"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>
#include <signal.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <chrono>

#include "agent/io/clock.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/name_server.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Socket = LoopbackServer::Socket;

namespace {

asio::awaitable<Result<ProbeResult>> as_result(asio::awaitable<ProbeResult> probe) {
    co_return co_await std::move(probe);
}

ProbeResult run_spec(ProbeSpec spec) {
    asio::io_context context(1);
    if (spec.timeout == Duration{}) spec.timeout = probe_timeout(spec.definition);
    return run(context, as_result(run_probe(std::move(spec)))).value();
}

ProbeSpec http(const LoopbackServer& server) {
    ProbeSpec spec;
    spec.definition.http = server.url("/health");
    return spec;
}

std::function<void(Socket&)> answer(std::string response) {
    return [response](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, response);
    };
}

ProbeSpec script(std::string text) {
    ProbeSpec spec;
    spec.definition.args = {"/bin/sh", "-c", std::move(text)};
    return spec;
}

std::string address(unsigned short port) {
    return "127.0.0.1:" + std::to_string(port);
}

unsigned short closed_port() {
    LoopbackServer server([](Socket&) {});
    return server.port();
}

// Answers HTTP/2 with nghttp2's server side: PINGs by itself, a request with the given message and
// grpc-status 0.
class H2Server {
public:
    explicit H2Server(std::string message)
        : message_(std::move(message)), server_([this](Socket& s) { serve(s); }) {}

    std::string address() const { return weft::agent::address(server_.port()); }
    std::string path_seen() const { return path_; }

private:
    static H2Server& self(void* user) { return *static_cast<H2Server*>(user); }

    static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                         std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                         std::uint8_t, void* user) {
        const std::string_view key(reinterpret_cast<const char*>(name), name_size);
        if (key == ":path")
            self(user).path_.assign(reinterpret_cast<const char*>(value), value_size);
        return 0;
    }

    static nghttp2_nv pair(std::string_view name, std::string_view value) {
        auto bytes = [](std::string_view text) {
            return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        };
        return nghttp2_nv{bytes(name), bytes(value), name.size(), value.size(),
                          NGHTTP2_NV_FLAG_NONE};
    }

    static ssize_t read_message(nghttp2_session* session, std::int32_t id, std::uint8_t* buffer,
                                std::size_t, std::uint32_t* flags, nghttp2_data_source*,
                                void* user) {
        const std::string& message = self(user).message_;
        std::copy(message.begin(), message.end(), buffer);
        *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const std::array<nghttp2_nv, 1> trailer = {pair("grpc-status", "0")};
        nghttp2_submit_trailer(session, id, trailer.data(), trailer.size());
        return static_cast<ssize_t>(message.size());
    }

    static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void*) {
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 || frame->hd.stream_id == 0) return 0;
        const std::array<nghttp2_nv, 2> head = {pair(":status", "200"),
                                                pair("content-type", "application/grpc")};
        nghttp2_data_provider provider;
        provider.source.ptr = nullptr;
        provider.read_callback = read_message;
        nghttp2_submit_response(session, frame->hd.stream_id, head.data(), head.size(), &provider);
        return 0;
    }

    void serve(Socket& socket) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session* session = nullptr;
        nghttp2_session_server_new(&session, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
        std::array<char, 4096> block;
        boost::system::error_code error;
        while (!error) {
            const std::uint8_t* piece = nullptr;
            ssize_t size = 0;
            while ((size = nghttp2_session_mem_send(session, &piece)) > 0) {
                LoopbackServer::send(
                    socket, {reinterpret_cast<const char*>(piece), static_cast<std::size_t>(size)});
            }
            const auto received = socket.read_some(asio::buffer(block), error);
            if (error) break;
            if (nghttp2_session_mem_recv(session, reinterpret_cast<std::uint8_t*>(block.data()),
                                         received) < 0)
                break;
        }
        nghttp2_session_del(session);
    }

    std::string message_;
    std::string path_;
    LoopbackServer server_;
};

}  // namespace

TEST(HttpCheck, JudgesByStatusAndShowsTheBody) {
    struct Case {
        const char* status;
        Status expected;
    };
    for (const auto& [status, expected] :
         {Case{"200 OK", Status::Passing}, Case{"299 Fine", Status::Passing},
          Case{"429 Too Many Requests", Status::Warning},
          Case{"500 Internal Server Error", Status::Critical},
          Case{"404 Not Found", Status::Critical}}) {
        LoopbackServer server(
            answer(std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 4\r\n\r\nbody"));
        const auto result = run_spec(http(server));
        EXPECT_EQ(result.status, expected) << status;
        EXPECT_EQ(result.output,
                  "HTTP GET " + server.url("/health") + ": " + status + " Output: body");
    }
}

TEST(HttpCheck, SendsConsulsHeadersAndTheDefinitions) {
    std::string seen;
    LoopbackServer server([&](Socket& socket) {
        seen = LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    auto spec = http(server);
    spec.definition.method = "POST";
    spec.definition.body = "probe body";
    spec.definition.header = {{"X-Probe", {"a", "b"}}};
    EXPECT_EQ(run_spec(spec).status, Status::Passing);
    EXPECT_TRUE(seen.starts_with("POST /health HTTP/1.1\r\n"));
    for (const auto* line :
         {"User-Agent: Consul Health Check\r\n", "Accept: text/plain, text/*, */*\r\n",
          "X-Probe: a\r\n", "X-Probe: b\r\n", "Content-Length: 10\r\n"}) {
        EXPECT_NE(seen.find(line), std::string::npos) << line;
    }
}

TEST(HttpCheck, ASilentServerAndAFloodEndInTime) {
    LoopbackServer silent([](Socket& socket) { LoopbackServer::wait_closed(socket); });
    auto spec = http(silent);
    spec.timeout = 100ms;
    const auto late = run_spec(spec);
    EXPECT_TRUE(late.timed_out);
    EXPECT_EQ(late.status, Status::Critical);
    EXPECT_NE(late.output.find("context deadline exceeded"), std::string::npos);

    LoopbackServer flood([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\n\r\n");
        while (LoopbackServer::send(socket, std::string(100'000, 'x'))) continue;
    });
    const auto bounded = run_spec(http(flood));
    EXPECT_EQ(bounded.status, Status::Passing);
    EXPECT_LE(bounded.output.size(), 4096u + 200u);
}

TEST(TcpCheck, ConnectsOrTellsWhyNot) {
    LoopbackServer server([](Socket&) {});
    ProbeSpec spec;
    spec.definition.tcp = address(server.port());
    EXPECT_EQ(run_spec(spec).status, Status::Passing);
    EXPECT_EQ(run_spec(spec).output, "TCP connect " + spec.definition.tcp + ": Success");
    spec.definition.tcp = address(closed_port());
    EXPECT_EQ(run_spec(spec).status, Status::Critical);
    EXPECT_EQ(run_spec(spec).output,
              "dial tcp " + spec.definition.tcp + ": connect: connection refused");
    spec.definition.tcp = "no-port";
    EXPECT_EQ(run_spec(spec).status, Status::Critical);
}

TEST(UdpCheck, SilencePassesAndRefusalDoesNot) {
    asio::io_context context(1);
    asio::ip::udp::socket open(context, {asio::ip::make_address("127.0.0.1"), 0});
    ProbeSpec spec;
    spec.timeout = 100ms;
    spec.definition.udp = address(open.local_endpoint().port());
    EXPECT_EQ(run_spec(spec).status, Status::Passing);
    open.close();
    EXPECT_EQ(run_spec(spec).status, Status::Critical);
    EXPECT_NE(run_spec(spec).output.find("connection refused"), std::string::npos);
    for (const char* broken : {"no-port", "127.0.0.1:port", "127.0.0.1:70000"}) {
        spec.definition.udp = broken;
        EXPECT_EQ(run_spec(spec).status, Status::Critical) << broken;
    }
}

TEST(UdpCheck, ASilentNameServerIsATimeout) {
    name_server().set_stuck(true);
    asio::io_context context(1);
    ProbeSpec spec;
    spec.timeout = 50ms;
    spec.definition.udp = "slow.test:53";
    const auto result = run(context, as_result(run_probe(spec))).value();
    name_server().set_stuck(false);
    EXPECT_EQ(result.status, Status::Critical);
    EXPECT_TRUE(result.timed_out);
    EXPECT_EQ(result.output, "dial udp slow.test:53: i/o timeout");
}

TEST(ScriptCheck, JudgesByExitStatus) {
    EXPECT_EQ(run_spec(script("echo good")).status, Status::Passing);
    EXPECT_EQ(run_spec(script("echo good")).output, "good\n");
    EXPECT_EQ(run_spec(script("exit 1")).status, Status::Warning);
    EXPECT_EQ(run_spec(script("exit 2")).status, Status::Critical);
    EXPECT_EQ(run_spec(script("kill -9 $$")).status, Status::Critical);
    ProbeSpec missing;
    missing.definition.args = {"/no/such/program"};
    EXPECT_EQ(run_spec(missing).output, "fork/exec /no/such/program: no such file or directory");
}

TEST(ScriptCheck, AHangingScriptIsKilledWithItsGroup) {
    auto spec = script("trap '' TERM; echo $$; sleep 30 & wait; sleep 30");
    spec.timeout = 200ms;
    const Instant start = now();
    const auto result = run_spec(spec);
    EXPECT_LT(now() - start, 10s);
    EXPECT_TRUE(result.timed_out);
    EXPECT_EQ(result.status, Status::Critical);
    EXPECT_TRUE(result.output.starts_with("Timed out (200ms) running check")) << result.output;
    const auto pid = std::atoi(
        result.output.substr(result.output.rfind('\n', result.output.size() - 2)).c_str());
    ASSERT_GT(pid, 1);
    EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ScriptCheck, AFloodIsBounded) {
    auto spec = script("head -c 3000000 /dev/zero | tr '\\0' x");
    const auto result = run_spec(spec);
    EXPECT_EQ(result.status, Status::Passing);
    EXPECT_TRUE(result.output.starts_with("Captured 4096 of 3000000 bytes\n...\nxxx"));
    EXPECT_LE(result.output.size(), 4200u);
}

TEST(GrpcCheck, AsksTheHealthService) {
    using namespace std::string_literals;
    H2Server serving("\0\0\0\0\2\x08\1"s);
    ProbeSpec spec;
    spec.definition.grpc = serving.address() + "/web";
    const auto result = run_spec(spec);
    EXPECT_EQ(result.status, Status::Passing) << result.output;
    EXPECT_EQ(result.output, "gRPC check " + spec.definition.grpc + ": success");
    H2Server failing("\0\0\0\0\2\x08\2"s);
    spec.definition.grpc = failing.address();
    EXPECT_EQ(run_spec(spec).output, "gRPC application didn't report service healthy");
    spec.definition.grpc = address(closed_port());
    EXPECT_EQ(run_spec(spec).status, Status::Critical);
    LoopbackServer other(answer("HTTP/1.1 400 Bad Request\r\n\r\n"));
    spec.definition.grpc = address(other.port());
    spec.timeout = 2s;
    EXPECT_EQ(run_spec(spec).status, Status::Critical);
}

TEST(H2PingCheck, WaitsForTheAnswer) {
    H2Server server("");
    ProbeSpec spec;
    spec.definition.h2ping = server.address();
    spec.definition.h2ping_use_tls = false;
    EXPECT_EQ(run_spec(spec).output, "HTTP2 ping was successful");
    EXPECT_EQ(run_spec(spec).status, Status::Passing);
    LoopbackServer silent([](Socket& socket) { LoopbackServer::wait_closed(socket); });
    spec.definition.h2ping = address(silent.port());
    spec.timeout = 100ms;
    EXPECT_TRUE(run_spec(spec).timed_out);
}

TEST(H2PingCheck, AFloodOfUnknownFramesIsNotReadToItsEnd) {
    LoopbackServer flood([](Socket& socket) {
        using namespace std::string_literals;
        LoopbackServer::send(socket, "\0\0\0\4\0\0\0\0\0"s);
        std::string frames;
        for (int i = 0; i < 1000; ++i) frames += "\0\0\0\xbe\0\0\0\0\0"s;
        while (LoopbackServer::send(socket, frames)) continue;
    });
    ProbeSpec spec;
    spec.definition.h2ping = address(flood.port());
    spec.definition.h2ping_use_tls = false;
    const auto result = run_spec(spec);
    EXPECT_EQ(result.status, Status::Critical);
    EXPECT_NE(result.output.find("bytes came without an answer"), std::string::npos)
        << result.output;
}

}  // namespace weft::agent
