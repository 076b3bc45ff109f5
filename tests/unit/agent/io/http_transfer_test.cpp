#include "agent/io/http_transfer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>

#include "agent/io/run_blocking.hpp"
#include "tests/support/loopback_server.hpp"

namespace weft {

using namespace std::chrono_literals;
using Socket = LoopbackServer::Socket;

namespace {

HttpRequest request(const std::string& method, const std::string& url) {
    HttpRequest made;
    made.method = method;
    made.url = url;
    made.timeout = 5s;
    return made;
}

HttpUpload upload_of(std::string text) {
    HttpUpload upload;
    upload.size = text.size();
    upload.read = [text = std::move(text), at = std::size_t{0}](std::span<char> buffer) mutable {
        const std::size_t size = std::min(buffer.size(), text.size() - at);
        std::copy_n(text.data() + at, size, buffer.data());
        at += size;
        return Result<std::size_t>(size);
    };
    return upload;
}

std::string read_bytes(Socket& socket, std::size_t size) {
    std::string text(size, '\0');
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::buffer(text), error);
    return text;
}

}  // namespace

TEST(HttpTransfer, SendsTheBodyOnceItIsWanted) {
    const std::string file(300'000, 'x');
    std::string head;
    std::string body;
    LoopbackServer server([&](Socket& socket) {
        head = LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
        body = read_bytes(socket, file.size());
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const auto response =
        run_blocking(http_upload(request("PUT", server.url("/a")), upload_of(file), 5s));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().status, 200);
    EXPECT_EQ(response.value().body, "ok");
    EXPECT_NE(head.find("Content-Length: 300000\r\nExpect: 100-continue\r\n"), std::string::npos);
    EXPECT_EQ(body, file);
}

// A server need not say so.
TEST(HttpTransfer, SendsTheBodyAlsoWhereNobodySaysThatItIsWanted) {
    const std::string file(1000, 'x');
    std::string body;
    LoopbackServer server([&](Socket& socket) {
        LoopbackServer::read_header(socket);
        body = read_bytes(socket, file.size());
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    HttpRequest patient = request("PUT", server.url());
    patient.timeout = 60s;
    const auto response = run_blocking(http_upload(patient, upload_of(file), 5s));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().body, "ok");
    EXPECT_EQ(body, file);
}

TEST(HttpTransfer, ARefusalComesBeforeTheBody) {
    LoopbackServer server([&](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmore");
    });
    int reads = 0;
    HttpUpload upload{1000, [&](std::span<char> buffer) {
                          ++reads;
                          return Result<std::size_t>(buffer.size());
                      }};
    const auto response =
        run_blocking(http_upload(request("PUT", server.url()), std::move(upload), 5s));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().status, 413);
    EXPECT_EQ(response.value().body, "more");
    EXPECT_EQ(reads, 0);
}

TEST(HttpTransfer, HandsABodyOnPieceByPiece) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket,
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        LoopbackServer::send(socket, "2\r\nde\r\n0\r\n\r\n");
    });
    std::string got;
    const auto take = [&](std::string_view piece) {
        got += piece;
        return true;
    };
    const auto response = run_blocking(http_download(request("GET", server.url()), take));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().body, "");
    EXPECT_EQ(got, "abcde");
}

TEST(HttpTransfer, ABodyThatIsCutOffIsAnError) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket,
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    });
    const auto take = [](std::string_view) { return true; };
    EXPECT_FALSE(run_blocking(http_download(request("GET", server.url()), take)));
}

TEST(HttpTransfer, TheTextOfAnErrorIsNoBody) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 500 X\r\nContent-Length: 5\r\n\r\nwrong");
    });
    std::string got;
    const auto take = [&](std::string_view piece) {
        got += piece;
        return true;
    };
    const auto response = run_blocking(http_download(request("GET", server.url()), take));
    ASSERT_TRUE(response);
    EXPECT_EQ(response.value().body, "wrong");
    EXPECT_EQ(got, "");
}

}  // namespace weft
