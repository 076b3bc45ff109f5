#include "api/http/request_parser.hpp"

#include <gtest/gtest.h>

namespace weft::api {
namespace {

using Progress = RequestParser::Progress;

int fault_of(std::string_view bytes, std::size_t header_max = 8192, std::size_t body_max = 1000) {
    RequestParser parser({header_max, body_max, body_max});
    return parser.feed(bytes) == Progress::Failed ? parser.fault().status : 0;
}

TEST(RequestParser, ReadsRequestByteByByte) {
    std::string_view bytes =
        "PUT /v1/x?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nx-Name:  v \r\n\r\nhello";
    RequestParser parser({8192, 1000, 5000});
    std::string kept;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        kept.push_back(bytes[i]);
        std::string_view input = kept;
        Progress progress = parser.feed(input);
        kept = std::string(input);
        ASSERT_EQ(progress, i + 1 == bytes.size() ? Progress::Done : Progress::NeedMore) << i;
    }
    EXPECT_EQ(parser.request().method, "PUT");
    EXPECT_EQ(parser.target(), "/v1/x?a=b");
    EXPECT_EQ(parser.request().body, "hello");
    EXPECT_EQ(parser.request().header("X-NAME"), "v");
    EXPECT_TRUE(parser.keep_alive());
    EXPECT_TRUE(kept.empty());
}

TEST(RequestParser, LeavesTheNextRequestAlone) {
    RequestParser parser({8192, 1000, 5000});
    std::string_view input = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.0\r\n\r\nX";
    ASSERT_EQ(parser.feed(input), Progress::Done);
    EXPECT_EQ(parser.target(), "/1");
    parser.reset({8192, 1000, 5000});
    ASSERT_EQ(parser.feed(input), Progress::Done);
    EXPECT_EQ(parser.target(), "/2");
    EXPECT_TRUE(parser.http_1_0());
    EXPECT_FALSE(parser.keep_alive());
    EXPECT_EQ(input, "X");
}

TEST(RequestParser, JoinsChunks) {
    RequestParser parser({8192, 1000, 5000});
    std::string_view input =
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    ASSERT_EQ(parser.feed(input), Progress::Done);
    EXPECT_EQ(parser.request().body, "abcde");
}

// Without a bound they were kept, and read again from the start with each piece that came.
TEST(RequestParser, HeadersOfChunksAndTrailersAreBounded) {
    for (const std::string begin : {"1;", "0\r\nX: ", "0000"}) {
        RequestParser parser({8192, 1000, 5000});
        std::string bytes =
            "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + begin;
        bytes.append(16'000, '0');
        std::string_view input = bytes;
        EXPECT_EQ(parser.feed(input), Progress::NeedMore) << begin;
        std::string rest(input);
        rest.append(16'000, '0');
        input = rest;
        EXPECT_EQ(parser.feed(input), Progress::Failed) << begin;
        EXPECT_EQ(parser.fault().status, 400);
    }
}

TEST(RequestParser, WhatCannotBeHonouredIsRefused) {
    const std::string begin = "PUT / HTTP/1.1\r\nHost: h\r\n";
    EXPECT_EQ(fault_of(begin + "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
    EXPECT_EQ(fault_of(begin + "Transfer-Encoding: Chunked\r\n\r\n"), 0);
    EXPECT_EQ(fault_of(begin + "Expect: money\r\n\r\n"), 417);
    EXPECT_EQ(fault_of(begin + "Expect:\r\n\r\n"), 0);
    EXPECT_EQ(fault_of(begin + "Content-Length: 1\r\nExpect: x, 100-Continue\r\n\r\n"), 0);
    EXPECT_EQ(fault_of(begin + "Host: h\r\n\r\n"), 400);
}

TEST(RequestParser, SaysOnceThatTheClientWaits) {
    RequestParser parser({8192, 1000, 5000});
    std::string_view input =
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    ASSERT_EQ(parser.feed(input), Progress::NeedMore);
    EXPECT_TRUE(parser.takes_continue());
    EXPECT_FALSE(parser.takes_continue());
}

TEST(RequestParser, FaultsHaveTheirStatus) {
    EXPECT_EQ(fault_of("nonsense\r\n\r\n"), 400);
    EXPECT_EQ(fault_of("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
    EXPECT_EQ(fault_of("GET / HTTP/2.0\r\n\r\n"), 505);
    EXPECT_EQ(fault_of("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), 413);
    EXPECT_EQ(fault_of("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"), 400);
    EXPECT_EQ(
        fault_of("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        400);
    EXPECT_EQ(fault_of("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              400)
        << "two lengths: how requests are smuggled";
    std::string large = "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(9000, 'x') + "\r\n\r\n";
    EXPECT_EQ(fault_of(large), 431);
    std::string chunked = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                          std::string(2000, 'x') + "\r\n0\r\n\r\n";
    EXPECT_EQ(fault_of(chunked), 413);
}

// A megabyte, whatever others may have.
TEST(RequestParser, ASetOfConfigurationEntriesHasALimitOfItsOwn) {
    const auto put = [](std::string_view target, std::size_t length) {
        return "PUT " + std::string(target) +
               " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
    };
    const std::string set = "/v1/internal/weft/config-entries?dry-run";
    EXPECT_EQ(fault_of(put(set, 1 << 20)), 0);
    EXPECT_EQ(fault_of(put(set, (1 << 20) + 1)), 413);
    EXPECT_EQ(fault_of(put(set, (1 << 20) + 1), 8192, 2 << 20), 0);
    EXPECT_EQ(fault_of(put("/v1/config", 1001)), 413);
}

}  // namespace
}  // namespace weft::api
