#include "agent/io/http_client.hpp"

#include <gtest/gtest.h>

#include <future>

#include "agent/io/clock.hpp"
#include "tests/support/loopback_server.hpp"

namespace weft {

using namespace std::chrono_literals;
using Socket = LoopbackServer::Socket;

namespace {

std::string plain_response(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

HttpRequest get(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return request;
}

}  // namespace

TEST(HttpClient, SendsTheRequestAsGiven) {
    std::string seen;
    LoopbackServer server([&](Socket& socket) {
        seen = LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, plain_response("fine"));
    });
    auto request = get(server.url("/a/b?c=d"));
    request.method = "PUT";
    request.body = "hello";
    request.headers = {{"X-One", "1"}, {"host", "other.example"}};
    const auto response = http_fetch_blocking(request);
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().status, 200);
    EXPECT_EQ(response.value().reason, "OK");
    EXPECT_EQ(response.value().body, "fine");
    EXPECT_EQ(response.value().header("content-length"), "4");
    EXPECT_EQ(seen,
              "PUT /a/b?c=d HTTP/1.1\r\nHost: other.example\r\nX-One: 1\r\nContent-Length: 5\r\n"
              "Connection: close\r\n\r\n");
}

TEST(HttpClient, CredentialsOfTheUrlAreAHeaderAndNeverShown) {
    std::string seen;
    LoopbackServer server([&](Socket& socket) {
        seen = LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, plain_response("fine"));
    });
    const std::string place = "127.0.0.1:" + std::to_string(server.port()) + "/";
    ASSERT_TRUE(http_fetch_blocking(get("http://me:a%40b@" + place)));
    EXPECT_NE(seen.find("Authorization: Basic bWU6YUBi\r\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find("Host: " + place.substr(0, place.size() - 1) + "\r\n"), std::string::npos);
    const auto refused = http_fetch_blocking(get("ftp://me:hidden@x/a:b@c"));
    EXPECT_EQ(refused.error().message(),
              "Get \"ftp://me:***@x/a:b@c\": unsupported protocol scheme \"ftp\"");
}

TEST(HttpClient, ReadsChunksAndInterimResponses) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(
            socket,
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        LoopbackServer::send(socket, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    });
    const auto response = http_fetch_blocking(get(server.url()));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().body, "abcde");
}

TEST(HttpClient, SkipsInterimResponsesThatComeTogether) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket,
                             "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" +
                                 plain_response("fine"));
    });
    const auto response = http_fetch_blocking(get(server.url()));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().status, 200);
    EXPECT_EQ(response.value().body, "fine");
}

TEST(HttpClient, HeadersOfChunksAndTrailersAreBounded) {
    for (const std::string begin : {"1;", "0\r\nX: "}) {
        LoopbackServer server([&](Socket& socket) {
            LoopbackServer::read_header(socket);
            LoopbackServer::send(socket,
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + begin);
            // Far more than is allowed, and still an end should the client take it all.
            for (int i = 0; i < 1000 && LoopbackServer::send(socket, std::string(1000, 'x')); ++i)
                continue;
        });
        const auto response = http_fetch_blocking(get(server.url()));
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code, Errc::Limit) << response.error().message();
    }
}

TEST(HttpClient, ReadsToTheEndWithoutLengthButNotShortOfOne) {
    LoopbackServer open_ended([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
    });
    EXPECT_EQ(http_fetch_blocking(get(open_ended.url())).value().body, "until the end");
    LoopbackServer broken([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    });
    const auto response = http_fetch_blocking(get(broken.url()));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().message(), "Get \"" + broken.url() + "\": unexpected EOF");
}

TEST(HttpClient, ACutBodyIsEnoughForWhoSaysSo) {
    for (const std::string answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nnonsense\r\n"}) {
        LoopbackServer server([&](Socket& socket) {
            LoopbackServer::read_header(socket);
            LoopbackServer::send(socket, answer);
        });
        HttpRequest request = get(server.url());
        request.body_may_be_cut = true;
        const auto response = http_fetch_blocking(request);
        ASSERT_TRUE(response) << response.error().message();
        EXPECT_EQ(response.value().body, "short");
    }
    LoopbackServer headless([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-");
    });
    // One that never ends is cut by the time.
    std::promise<void> done;
    LoopbackServer endless([&](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\n\r\nfirst");
        done.get_future().wait();
    });
    HttpRequest streamed = get(endless.url());
    streamed.body_may_be_cut = true;
    streamed.timeout = 500ms;
    const auto begun = http_fetch_blocking(streamed);
    done.set_value();
    ASSERT_TRUE(begun) << begun.error().message();
    EXPECT_EQ(begun.value().status, 200);
    EXPECT_EQ(begun.value().body, "first");
    HttpRequest request = get(headless.url());
    request.body_may_be_cut = true;
    const auto response = http_fetch_blocking(request);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().message(), "Get \"" + headless.url() + "\": unexpected EOF");
}

// Small servers behind health checks write such heads, and Go's client reads them.
TEST(HttpClient, HeadsNeedNotBeStrict) {
    for (const std::string answer :
         {"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.0 200 OK\n\nok",
          "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0"
          "\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX Y: z\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok"}) {
        LoopbackServer server([&](Socket& socket) {
            LoopbackServer::read_header(socket);
            // Byte for byte in two parts, so that lines are cut.
            LoopbackServer::send(socket, answer.substr(0, 13));
            LoopbackServer::send(socket, answer.substr(13));
        });
        const auto response = http_fetch_blocking(get(server.url()));
        ASSERT_TRUE(response) << answer << response.error().message();
        EXPECT_EQ(response.value().status, 200) << answer;
        EXPECT_EQ(response.value().body, "ok") << answer;
    }
}

TEST(HttpClient, AHeadWithoutItsEmptyLineIsMalformed) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.0 200 OK\r\nhello world\r\n\r\n");
    });
    EXPECT_FALSE(http_fetch_blocking(get(server.url())));
}

TEST(HttpClient, WhatIsNoHttpIsToldAtOnce) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "SSH-2.0-OpenSSH_9.2\r\n");
        char byte = 0;
        boost::system::error_code ignored;
        socket.read_some(boost::asio::buffer(&byte, 1), ignored);  // until the client leaves
    });
    const auto response = http_fetch_blocking(get(server.url()));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::Corrupt) << response.error().message();
}

TEST(HttpClient, LocationsNeedNotBeEncoded) {
    std::string seen;
    LoopbackServer server([&](Socket& socket) {
        seen = LoopbackServer::read_header(socket);
        const bool is_first = seen.starts_with("GET / ");
        LoopbackServer::send(
            socket, is_first ? "HTTP/1.1 302 Found\r\nLocation: /a b/\xC3\xBC?q[]=%20|%\r\n"
                               "Content-Length: 0\r\n\r\n"
                             : plain_response("fine"));
    });
    HttpRequest request = get(server.url());
    request.redirects_max = 1;
    const auto response = http_fetch_blocking(request);
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_TRUE(seen.starts_with("GET /a%20b/%C3%BC?q%5B%5D=%20%7C%25 ")) << seen;
}

TEST(HttpClient, FollowsRedirectsOnlyWhenAllowed) {
    LoopbackServer server([](Socket& socket) {
        const auto header = LoopbackServer::read_header(socket);
        if (header.starts_with("POST /first")) {
            LoopbackServer::send(
                socket, "HTTP/1.1 302 Found\r\nLocation: /second\r\nContent-Length: 0\r\n\r\n");
        } else if (header.starts_with("GET /loop")) {
            LoopbackServer::send(
                socket, "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
        } else {
            LoopbackServer::send(socket, plain_response(header.substr(0, header.find(' ', 5))));
        }
    });
    auto request = get(server.url("/first"));
    request.method = "POST";
    request.redirects_max = 10;
    EXPECT_EQ(http_fetch_blocking(request).value().body, "GET /second");
    request.redirects_max = 0;
    EXPECT_EQ(http_fetch_blocking(request).value().status, 302);
    auto loop = get(server.url("/loop"));
    loop.redirects_max = 3;
    EXPECT_EQ(http_fetch_blocking(loop).error().message(),
              "Get \"" + server.url("/loop") + "\": stopped after 3 redirects");
}

TEST(HttpClient, RedirectsTakeSecretsToTheSameServerOnly) {
    std::string seen_elsewhere;
    LoopbackServer elsewhere([&](Socket& socket) {
        seen_elsewhere = LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, plain_response("elsewhere"));
    });
    std::string seen_here;
    LoopbackServer server([&](Socket& socket) {
        seen_here = LoopbackServer::read_header(socket);
        const std::string to = seen_here.starts_with("GET /first") ? "/second" : elsewhere.url();
        LoopbackServer::send(
            socket, "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n");
    });
    auto request = get(server.url("/first"));
    request.headers = {{"authorization", "secret"},
                       {"Cookie", "secret"},
                       {"Cookie2", "secret"},
                       {"Host", "secret"},
                       {"X-Plain", "value"}};
    request.redirects_max = 10;
    EXPECT_EQ(http_fetch_blocking(request).value().body, "elsewhere");
    EXPECT_EQ(seen_here,
              "GET /second HTTP/1.1\r\nHost: secret\r\nauthorization: secret\r\nCookie: secret\r\n"
              "Cookie2: secret\r\nX-Plain: value\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(seen_elsewhere,
              "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(elsewhere.port()) +
                  "\r\nX-Plain: value\r\nConnection: close\r\n\r\n");
}

TEST(HttpClient, ATimeoutCoversASilentServer) {
    LoopbackServer server([](Socket& socket) { LoopbackServer::wait_closed(socket); });
    auto request = get(server.url());
    request.timeout = 100ms;
    const auto response = http_fetch_blocking(request);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::Timeout);
    EXPECT_NE(response.error().message().find("context deadline exceeded"), std::string::npos);
}

TEST(HttpClient, AFloodIsCutOrRefused) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\n\r\n");
        while (LoopbackServer::send(socket, std::string(100'000, 'x'))) continue;
    });
    auto request = get(server.url());
    request.body_max = 1000;
    EXPECT_EQ(http_fetch_blocking(request).error().code, Errc::Limit);
    request.body_overflow = BodyOverflow::KeepTail;
    request.body_read_max = 1'000'000;
    const auto response = http_fetch_blocking(request);
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().body, std::string(1000, 'x'));
    EXPECT_GE(response.value().body_total, 1'000'000u);
    EXPECT_LT(response.value().body_total, 1'100'000u);
}

TEST(HttpClient, ErrorsAreInGosWords) {
    unsigned short closed = 0;
    {
        LoopbackServer server([](Socket&) {});
        closed = server.port();
    }
    const auto url = "http://127.0.0.1:" + std::to_string(closed) + "/";
    EXPECT_EQ(http_fetch_blocking(get(url)).error().message(),
              "Get \"" + url + "\": dial tcp 127.0.0.1:" + std::to_string(closed) +
                  ": connect: connection refused");
    EXPECT_EQ(http_fetch_blocking(get("ftp://x/")).error().message(),
              "Get \"ftp://x/\": unsupported protocol scheme \"ftp\"");
    EXPECT_EQ(http_fetch_blocking(get("::")).error().code, Errc::InvalidArgument);
    auto split = get("http://127.0.0.1:1/");
    split.headers = {{"X", "a\r\nY: b"}};
    EXPECT_EQ(http_fetch_blocking(split).error().code, Errc::InvalidArgument);
    LoopbackServer garbage([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "SSH-2.0-OpenSSH\r\n\r\n");
    });
    EXPECT_EQ(http_fetch_blocking(get(garbage.url())).error().code, Errc::Corrupt);
}

TEST(HttpClient, StreamsLinesUntilToldToStop) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\n\r\none\ntw");
        LoopbackServer::send(socket, "o\nthree\nfour\n");
        LoopbackServer::wait_closed(socket);
    });
    std::vector<std::string> lines;
    const auto response = http_stream_lines_blocking(get(server.url()), [&](std::string_view line) {
        lines.emplace_back(line);
        return lines.size() < 3;
    });
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
}

TEST(HttpClient, ALineThatWasHandedOnIsNotHandedOnAgain) {
    std::promise<void> first_line;
    LoopbackServer server([&](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\n\r\none\n");
        first_line.get_future().wait();  // the rest comes when the stream is under way
        LoopbackServer::send(socket, "two\nthree\n");
        LoopbackServer::wait_closed(socket);
    });
    std::vector<std::string> lines;
    const auto response = http_stream_lines_blocking(get(server.url()), [&](std::string_view line) {
        lines.emplace_back(line);
        if (lines.size() == 1) first_line.set_value();
        return lines.size() < 2;
    });
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "two"}));
}

TEST(HttpClient, AStreamThatIsRefusedGivesTheBody) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad");
    });
    const auto response =
        http_stream_lines_blocking(get(server.url()), [](std::string_view) { return true; });
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().status, 400);
    EXPECT_EQ(response.value().body, "bad");
}

}  // namespace weft
