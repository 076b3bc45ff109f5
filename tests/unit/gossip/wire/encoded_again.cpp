#include "tests/unit/gossip/wire/encoded_again.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "gossip/wire/coordinate.hpp"
#include "gossip/wire/query_filter.hpp"
#include "gossip/wire/serf_messages.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {
namespace {

// What queries about keys and names carry, and their answers.
void check_internal(const Bytes& payload, IntDialect dialect) {
    if (!payload || payload->empty() || payload->front() < 6 || payload->front() > 8) return;
    EXPECT_EQ(serf_encoded_again(*payload, dialect), *payload);
}

void check_filters(const Query& query) {
    if (!query.filters) return;
    for (const std::string_view filter : *query.filters) {
        const auto decoded = decode_query_filter(filter);
        ASSERT_TRUE(decoded);
        std::string out;
        encode_query_filter(out, decoded.value());
        EXPECT_EQ(out, filter);
    }
}

}  // namespace

std::string serf_encoded_again(std::string_view blob, IntDialect dialect) {
    const auto message = decode_serf(blob);
    if (!message) return message.error().code.message();
    std::visit(
        [&]<class M>(const M& known) {
            if constexpr (std::is_same_v<M, Query>) {
                check_filters(known);
                check_internal(known.payload, dialect);
            } else if constexpr (std::is_same_v<M, QueryAnswer>) {
                check_internal(known.payload, dialect);
            } else if constexpr (std::is_same_v<M, Relay>) {
                EXPECT_EQ(serf_encoded_again(known.blob, dialect), known.blob);
            }
        },
        message.value());
    std::string out;
    encode_serf(out, message.value(), dialect);
    return out;
}

void check_tags(const Bytes& meta) {
    if (!meta || !meta->starts_with('\xff')) return;
    const auto tags = decode_tags(meta);
    ASSERT_TRUE(tags);
    std::string out;
    EXPECT_TRUE(encode_tags(out, tags.value()));
    EXPECT_EQ(out, *meta);
}

void check_coordinate(const Bytes& payload) {
    if (!payload || payload->empty()) return;
    const auto coordinate = decode_coordinate(*payload);
    ASSERT_TRUE(coordinate);
    std::string out;
    encode_coordinate(out, coordinate.value());
    EXPECT_EQ(out, *payload);
}

}  // namespace weft::gossip
