#include "gossip/core/query_outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gossip/core/encoded.hpp"
#include "gossip/wire/query_filter.hpp"

namespace weft::gossip {

namespace {

constexpr int kTimeoutIntervals = 16;
// Many times what peers let an answer be.
constexpr std::size_t kAnswerBytesMax = 64 << 10;
constexpr std::uint32_t kIdMax = 0x7fffffff;  // peers keep it in a signed number

std::vector<std::string> encoded_filters(const QueryParams& params) {
    std::vector<std::string> filters;
    if (!params.filter_nodes.empty()) {
        const NodeFilter names{{params.filter_nodes.begin(), params.filter_nodes.end()}};
        encode_query_filter(filters.emplace_back(), names);
    }
    for (const auto& [tag, expression] : params.filter_tags) {
        encode_query_filter(filters.emplace_back(), TagFilter{tag, expression});
    }
    return filters;
}

}  // namespace

// Longer in large rings, as peers work it out.
Duration QueryOutbox::default_timeout() const {
    const double scale = std::ceil(std::log10(static_cast<double>(members_.alive()) + 1));
    return kTimeoutIntervals * static_cast<int>(scale) * config_.gossip_interval;
}

Result<std::uint32_t> QueryOutbox::ask(const QueryParams& params, QueryInbox& inbox, Instant now,
                                       SerfOutput& out) {
    if (running_.size() >= config_.queries_max) {
        return make_error(Errc::Limit, fmt::format("{} queries are under way, as many as may be",
                                                   running_.size()));
    }
    const Duration timeout = params.timeout > Duration{} ? params.timeout : default_timeout();
    const Description& self = members_.self();
    const std::vector<std::string> filters = encoded_filters(params);
    Query query;
    query.time = inbox.clock();
    query.id = static_cast<std::uint32_t>(rng_.below(kIdMax));
    while (running_.contains(query.id)) query.id = static_cast<std::uint32_t>(rng_.below(kIdMax));
    query.address = bytes_of(self.endpoint.address);
    query.port = self.endpoint.port;
    query.source_node = self.name;
    query.filters.emplace(filters.begin(), filters.end());
    query.flags = params.wants_ack ? kQueryAck : 0;
    query.relay_factor = params.relay_factor;
    query.timeout_ns = timeout.count();
    query.name = params.name;
    query.payload = params.payload;
    const std::string blob = encoded_blob(query);
    if (blob.size() > config_.query_bytes_max) {
        return make_error(Errc::Limit,
                          fmt::format("query {} takes {} bytes, the limit is {}", params.name,
                                      blob.size(), config_.query_bytes_max));
    }
    running_.emplace(query.id, Running{query.time, now + timeout, {}, {}});
    inbox.handle(query, blob, now, out);
    return query.id;
}

void QueryOutbox::handle(const QueryAnswer& answer, Instant now, SerfOutput& out) {
    const auto at = running_.find(answer.id);
    if (at == running_.end() || at->second.time != answer.time || at->second.deadline < now) return;
    const std::string_view payload = answer.payload.value_or(std::string_view());
    if (answer.from.size() > kNameBytesMax || payload.size() > kAnswerBytesMax) {
        return out.refused.push_back(Refusal::QueryAnswer);
    }
    Running& query = at->second;
    const bool is_ack = (answer.flags & kQueryAck) != 0;
    auto& heard = is_ack ? query.acks : query.answers;
    if (heard.size() >= config_.members_max || !heard.emplace(answer.from).second) return;
    if (is_ack) {
        out.events.push_back(event::QueryAcknowledged{answer.id, std::string(answer.from)});
    } else {
        out.events.push_back(
            event::QueryAnswered{answer.id, std::string(answer.from), std::string(payload)});
    }
}

void QueryOutbox::tick(Instant now, SerfOutput& out) {
    for (auto at = running_.begin(); at != running_.end();) {
        const auto& [id, query] = *at;
        if (query.deadline > now) {
            ++at;
            continue;
        }
        out.events.push_back(event::QueryFinished{id, query.acks.size(), query.answers.size()});
        at = running_.erase(at);
    }
}

Instant QueryOutbox::next_deadline() const {
    Instant next = Instant::max();
    for (const auto& [id, query] : running_) next = std::min(next, query.deadline);
    return next;
}

}  // namespace weft::gossip
