#include "gossip/core/query_inbox.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "gossip/core/encoded.hpp"
#include "gossip/wire/query_filter.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {

namespace {

constexpr std::size_t kQueriesAtTimeMax = 128;
constexpr std::size_t kWaitingMax = 1024;
constexpr std::uint8_t kRelaysMax = 8;
constexpr std::string_view kQueryClock = "query";
constexpr Duration kTimeoutMax = std::chrono::hours(1);
// As large as peers let a query be that they send.
constexpr std::size_t kQueryBytesMax = 9 << 10;
// Of an expression that somebody sent.
constexpr std::size_t kExpressionLengthMax = 1 << 10;

// Of it, compiled.
constexpr std::int64_t kExpressionBytesMax = 256 << 10;

bool matches(const QueryFilter& filter, const Description& self) {
    if (const auto* names = std::get_if<NodeFilter>(&filter)) {
        return std::find(names->nodes.begin(), names->nodes.end(), self.name) != names->nodes.end();
    }
    const auto& wanted = std::get<TagFilter>(filter);
    if (wanted.expression.size() > kExpressionLengthMax) return false;
    std::string_view value;
    const auto tags = decode_tags(std::string_view(self.meta));
    for (const auto& [name, text] : tags ? tags.value() : TagList()) {
        if (name == wanted.tag) value = text;
    }
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(kExpressionBytesMax);
    const RE2 expression(re2::StringPiece(wanted.expression.data(), wanted.expression.size()),
                         options);
    return expression.ok() &&
           RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), expression);
}

}  // namespace

QueryInbox::QueryInbox(const NodeConfig& config, const SerfMembers& members,
                       InternalQueries& internal, Rng& rng)
    : config_(config),
      members_(members),
      internal_(internal),
      rng_(rng),
      time_min_(config.query_time_min) {
    clock_.restore(config.query_time_min);
}

void QueryInbox::merge(const SerfPushPull& state, bool is_join, SerfOutput& out) {
    (void)meet(clock_, kQueryClock, state.query_time, is_join, out);
}

bool QueryInbox::is_news(const Query& query, SerfOutput& out) {
    if (!witness(clock_, kQueryClock, query.time, out)) return false;
    if (query.time < std::max(time_min_, forgotten_before_)) return false;
    std::vector<std::uint32_t>& ids = seen_[query.time];
    if (std::find(ids.begin(), ids.end(), query.id) != ids.end()) return false;
    if (ids.size() >= kQueriesAtTimeMax) {
        out.refused.push_back(Refusal::Flood);
        return false;
    }
    ids.push_back(query.id);
    if (seen_.size() > config_.event_buffer) {
        forgotten_before_ = seen_.begin()->first + 1;
        seen_.erase(seen_.begin());
    }
    return query.time >= forgotten_before_;
}

bool QueryInbox::is_for_us(const Query& query) const {
    if (!query.filters) return true;
    return std::all_of(query.filters->begin(), query.filters->end(), [&](std::string_view bytes) {
        const auto filter = decode_query_filter(bytes);
        return filter && matches(filter.value(), members_.self());
    });
}

void QueryInbox::handle(const Query& query, std::string_view blob, Instant now, SerfOutput& out) {
    const auto address = query.address ? address_from_bytes(*query.address) : std::nullopt;
    const bool is_sound = address && query.port != 0 && !query.name.empty() &&
                          query.source_node.size() <= kNameBytesMax &&
                          blob.size() <= kQueryBytesMax;
    if (!is_sound) return out.refused.push_back(Refusal::Query);
    if (!is_news(query, out)) return;
    if ((query.flags & kQueryNoBroadcast) == 0) {
        out.broadcasts.push_back({Dissemination::Kind::Queries, std::string(blob)});
    }
    if (!is_for_us(query)) return;
    ++received_;
    const Duration timeout = std::clamp<Duration>(Duration(query.timeout_ns), {}, kTimeoutMax);
    const Asker asker{{*address, query.port},
                      std::string(query.source_node),
                      std::min(query.relay_factor, kRelaysMax),
                      now + timeout};
    const std::string& own = members_.self().name;
    if ((query.flags & kQueryAck) != 0) {
        (void)send(asker, {query.time, query.id, own, kQueryAck, {}}, out);
    }
    if (InternalQueries::is_internal(query.name)) {
        const auto payload = internal_.answer(query, out);
        if (payload) {
            (void)send(asker, {query.time, query.id, own, 0, std::string_view(*payload)}, out);
        }
        return;
    }
    if (waiting_.size() >= kWaitingMax) return out.refused.push_back(Refusal::Flood);
    waiting_.emplace(std::pair(query.time, query.id), asker);
    out.events.push_back(event::QueryReceived{
        query.time, query.id, std::string(query.name),
        std::string(query.payload.value_or(std::string_view())), asker.name, asker.deadline});
}

Result<void> QueryInbox::answer(LamportTime time, std::uint32_t id, std::string_view payload,
                                Instant now, SerfOutput& out) {
    const auto at = waiting_.find({time, id});
    if (at == waiting_.end() || at->second.deadline < now) {
        return make_error(Errc::NotFound,
                          fmt::format("query {} waits for no answer of this agent (any more)", id));
    }
    WEFT_TRY(send(at->second, {time, id, members_.self().name, 0, payload}, out));
    waiting_.erase(at);
    return success();
}

// Straight to the asker, and the same through others where it asked for that.
Result<void> QueryInbox::send(const Asker& asker, const QueryAnswer& answer, SerfOutput& out) {
    const std::string blob = encoded_blob(answer);
    if (blob.size() > config_.answer_bytes_max) {
        return make_error(Errc::Limit, fmt::format("the answer takes {} bytes, the limit is {}",
                                                   blob.size(), config_.answer_bytes_max));
    }
    out.direct.push_back({asker.at, blob});
    if (asker.relay_factor == 0 || members_.table().size() < asker.relay_factor + 1u) {
        return success();
    }
    const std::string relay =
        encoded_blob(Relay{{{bytes_of(asker.at.address), asker.at.port, {}}, asker.name}, blob});
    const auto may_relay = [&](auto, const SerfMember& member) {
        return member.status == MemberStatus::Alive && member.name() != members_.self().name &&
               understands_relays(*member.description);
    };
    for (const auto id : members_.table().random(asker.relay_factor, rng_, may_relay)) {
        out.direct.push_back({members_.table()[id].description->endpoint, relay});
    }
    return success();
}

void QueryInbox::tick(Instant now) {
    std::erase_if(waiting_, [&](const auto& entry) { return entry.second.deadline < now; });
}

}  // namespace weft::gossip
