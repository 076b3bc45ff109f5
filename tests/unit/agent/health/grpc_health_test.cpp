#include "agent/health/grpc_health.hpp"

#include <gtest/gtest.h>

namespace weft::agent {

using namespace std::string_literals;

TEST(GrpcHealth, EncodesTheRequest) {
    EXPECT_EQ(encode_grpc_health_request(""), "\0\0\0\0\0"s);
    EXPECT_EQ(encode_grpc_health_request("web"), "\0\0\0\0\5\x0a\3web"s);
}

TEST(GrpcHealth, ParsesTheResponse) {
    EXPECT_EQ(parse_grpc_health_response("\0\0\0\0\2\x08\1"s).value(), GrpcServing::Serving);
    EXPECT_EQ(parse_grpc_health_response("\0\0\0\0\2\x08\2"s).value(), GrpcServing::NotServing);
    EXPECT_EQ(parse_grpc_health_response("\0\0\0\0\0"s).value(), GrpcServing::Unknown);
    // An unknown text field before the status.
    EXPECT_EQ(parse_grpc_health_response("\0\0\0\0\5\x12\1x\x08\1"s).value(), GrpcServing::Serving);
}

TEST(GrpcHealth, RefusesGarbage) {
    for (const auto& bytes :
         {""s, "\0\0\0"s, "\1\0\0\0\0"s, "\0\xff\xff\xff\xff"s, "\0\0\0\0\1\x08"s,
          "\0\0\0\0\2\x12\x7f"s, "\0\0\0\0\1\xff"s, "\0\0\0\0\1\x0f"s}) {
        EXPECT_FALSE(parse_grpc_health_response(bytes));
    }
}

}  // namespace weft::agent
