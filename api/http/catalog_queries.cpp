#include "api/http/catalog_queries.hpp"

#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "api/http/agent_answers.hpp"
#include "api/http/answer_limit.hpp"

namespace weft::api {
namespace {

bool passed(std::uint64_t index, const ReadOptions& options) {
    return index > options.index;
}

bool blocks(const CatalogQuery& query, const ReadOptions& options, std::uint64_t index) {
    return query.has_index && query.is_watched && options.index > 0 && !passed(index, options);
}

std::uint64_t index_of(const agent::View& view, const CatalogQuery& query) {
    if (!query.is_watched) return 1;
    // Never 0: clients take it for "no index" and would poll without blocking.
    return std::max<std::uint64_t>(view.index_of(query.watch).get(), 1);
}

bool keeps(const CatalogQuery& query) {
    return query.is_kept && query.is_watched && !query.cache_key.empty();
}

void add_index(Answer& answer, std::uint64_t index, bool known_leader, Duration age) {
    auto age_ms = std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
    append_number(answer.headers.append("X-Consul-Index: "), index);
    answer.headers.append(known_leader ? "\r\nX-Consul-Knownleader: true"
                                       : "\r\nX-Consul-Knownleader: false");
    append_number(answer.headers.append("\r\nX-Consul-Lastcontact: "),
                  static_cast<std::uint64_t>(age_ms));
    answer.headers.append("\r\n");
}

constexpr std::string_view kJsonHeader = "Content-Type: application/json\r\n";
// A value may be a page that somebody else wrote.
constexpr std::string_view kRawHeaders =
    "Content-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: sandbox\r\n";

std::shared_ptr<const std::string> bytes_of(const Rendered& rendered) {
    return {rendered, &rendered->bytes};
}

}  // namespace

CatalogQueries::CatalogQueries(CatalogReader& catalog, const AgentFacts& facts, SeenQueries& seen,
                               HttpMetrics& metrics, std::uint64_t seed)
    : catalog_(catalog),
      datacenter_(facts.datacenter),
      seen_(seen),
      metrics_(metrics),
      cache_(0),
      rng_(seed) {}

void CatalogQueries::configure(std::shared_ptr<const HttpConfig> config,
                               std::string common_headers) {
    config_ = std::move(config);
    common_headers_ = std::move(common_headers);
    cache_.resize(config_->answer_cache_bytes);
    report_cache_bytes();
}

// What Consul answers when a read fails before it reached the catalog: its metadata is that of no
// leader.
Answer CatalogQueries::refused(const std::string& text, const CatalogQuery& query) {
    Answer answer = Answer::text(500, text);
    if (query.has_index && query.refusals_have_index) add_index(answer, 1, false, Duration{});
    answer.headers.append(common_headers_);
    return answer;
}

std::optional<Answer> CatalogQueries::refusal(const Request& request, const CatalogQuery& query) {
    if (const auto refused = refused_namespace(request)) {
        Answer answer = Answer::text(refused->status, refused->body);
        answer.headers.append(common_headers_);
        return answer;
    }
    auto datacenter = request.parameter("dc").value_or("");
    if (!datacenter.empty() && datacenter != datacenter_) {
        return refused("No path to datacenter", query);
    }
    return std::nullopt;
}

std::variant<ReadOptions, Answer> CatalogQueries::admit(const Request& request,
                                                        const CatalogQuery& query) {
    auto options = parse_read_options(request, *config_);
    if (!options) {
        Answer answer = Answer::text(400, options.error().context);
        answer.headers.append(common_headers_);
        return answer;
    }
    if (auto refusal_answer = refusal(request, query)) return std::move(*refusal_answer);
    if (!query.agent_cached) options.value().cached = false;
    return options.value();
}

bool CatalogQueries::lacks_leader(const ReadOptions& options, const LeaderContact& contact) {
    bool too_old = options.max_stale > Duration{} && contact.age > options.max_stale;
    return !contact.known && (options.consistency != Consistency::Stale || too_old);
}

Answer CatalogQueries::answer_now(const CatalogRead& read) {
    LeaderContact contact = catalog_.leader_contact();
    if (lacks_leader(read.options, contact)) {
        return refused("No cluster leader", read.query);
    }
    agent::View view = catalog_.view();
    return answer(read, view, contact, index_of(view, read.query));
}

CatalogQueries::Outcome CatalogQueries::begin(CatalogRead read) {
    LeaderContact contact = catalog_.leader_contact();
    if (lacks_leader(read.options, contact)) {
        return refused("No cluster leader", read.query);
    }
    if (read.options.cached) {
        bool seen = seen_.note(read.query.cache_key);
        read.cache_hit = seen && !read.options.revalidate;
    }
    agent::View view = catalog_.view();
    std::uint64_t index = index_of(view, read.query);
    if (!blocks(read.query, read.options, index)) return answer(read, view, contact, index);
    auto body = rendered(read.query, view, read.layout, index);
    if (!body) return refused(body.error().message(), read.query);
    if (body.value()->is_absent && !read.query.awaits_absent)
        return answer(read, view, contact, index);
    auto waiter = std::make_unique<Waiter>(std::move(read));
    waiter->hash = body.value()->hash;
    return waiter;
}

Duration CatalogQueries::waiting_time(const Waiter& waiter) {
    return blocking_time(waiter.options, *config_, rng_);
}

bool CatalogQueries::has_passed(const Waiter& waiter) const {
    return passed(index_of(catalog_.view(), waiter.query), waiter.options);
}

std::optional<Answer> CatalogQueries::changed(const Waiter& waiter) {
    agent::View view = catalog_.view();
    std::uint64_t index = index_of(view, waiter.query);
    if (passed(index, waiter.options)) {
        auto body = rendered(waiter.query, view, waiter.layout, index);
        if (!body) return refused(body.error().message(), waiter.query);
        if (body.value()->hash != waiter.hash) {
            metrics_.wakes_answered.Increment();
            return answer(waiter, view, catalog_.leader_contact(), index);
        }
    }
    metrics_.wakes_unchanged.Increment();
    return std::nullopt;
}

Answer CatalogQueries::current(const Waiter& waiter) {
    agent::View view = catalog_.view();
    return answer(waiter, view, catalog_.leader_contact(), index_of(view, waiter.query));
}

void CatalogQueries::forget_answers() {
    cache_.clear();
    report_cache_bytes();
}

Answer CatalogQueries::answer(const CatalogRead& read, const agent::View& view,
                              const LeaderContact& contact, std::uint64_t index) {
    auto body = rendered(read.query, view, read.layout, index);
    if (!body) return refused(body.error().message(), read.query);
    const bool is_absent = body.value()->is_absent;
    Answer answer = is_absent ? Answer::text(404, body.value()->bytes) : Answer{};
    if (is_absent && !read.query.awaits_absent) {
        answer.headers.append(common_headers_);
        return answer;
    }
    answer.headers.reserve(384);
    if (!is_absent) answer.headers.append(read.query.is_raw ? kRawHeaders : kJsonHeader);
    if (read.query.has_index) add_index(answer, index, contact.known, contact.age);
    if (read.query.shows_consistency) {
        answer.headers.append("X-Consul-Effective-Consistency: ")
            .append(consistency_name(read.options.consistency))
            .append("\r\n");
    }
    if (read.options.cached) {
        // The replica is kept current, so what is taken from it is never aged.
        answer.headers.append(read.cache_hit ? "X-Cache: HIT\r\nAge: 0\r\n" : "X-Cache: MISS\r\n");
    }
    answer.headers.append(common_headers_);
    if (is_absent || body.value()->bytes.empty()) return answer;
    if (read.layout.gzip) answer.headers.append("Content-Encoding: gzip\r\n");
    answer.body = bytes_of(body.value());
    return answer;
}

Result<Rendered> CatalogQueries::rendered(const CatalogQuery& query, const agent::View& view,
                                          Layout layout, std::uint64_t index) {
    if (query.is_raw) layout.pretty = false;
    const std::uint64_t version =
        query.by_service_version ? view.service_version(query.watch.name) : index;
    if (!keeps(query)) {
        WEFT_TRY(auto plain, minified(query, view, version));
        return laid_out(plain, layout);
    }
    key_.assign(query.cache_key);
    // Behind a byte that no key has, so that no key can end like a layout.
    key_.push_back('\0');
    if (layout.pretty) key_.push_back('p');
    if (layout.gzip) key_.push_back('z');
    if (Rendered kept = cache_.find(key_, version)) {
        metrics_.cache_hits.Increment();
        return kept;
    }
    metrics_.cache_misses.Increment();
    WEFT_TRY(auto plain, minified(query, view, version));
    Rendered body = laid_out(plain, layout);
    if (body != plain) cache_.put(key_, version, body);
    report_cache_bytes();
    return body;
}

// The gauge is the sum over all workers, so each adds what changed.
bool CatalogQueries::age_answers() {
    cache_.age();
    report_cache_bytes();
    return !cache_.is_empty();
}

void CatalogQueries::report_cache_bytes() {
    metrics_.cache_bytes.Increment(static_cast<double>(cache_.bytes()) -
                                   static_cast<double>(reported_bytes_));
    reported_bytes_ = cache_.bytes();
}

Result<Rendered> CatalogQueries::minified(const CatalogQuery& query, const agent::View& view,
                                          std::uint64_t version) {
    std::string plain_key;
    if (keeps(query)) {
        plain_key = query.cache_key;
        plain_key.push_back('\0');
        if (Rendered kept = cache_.find(plain_key, version)) return kept;
    }
    auto result = query.render(view);
    if (result && result.value().size() > kMaxAnswerBytes) {
        metrics_.refused(Refusal::Answer);
        return make_error(Errc::Limit, std::string(kAnswerTooLarge));
    }
    auto body = std::make_shared<RenderedBody>();
    body->is_absent = !result && result.error().code == make_error_code(Errc::NotFound);
    if (!result && !body->is_absent) return result.error();
    if (body->is_absent) {
        body->bytes = result.error().context;
    } else {
        body->bytes = std::move(result).value();
        // 0 is that of what is absent: an empty value is something else.
        body->hash =
            std::max<std::uint64_t>(XXH3_64bits(body->bytes.data(), body->bytes.size()), 1);
    }
    if (keeps(query)) cache_.put(plain_key, version, body);
    return Rendered(std::move(body));
}

Rendered CatalogQueries::laid_out(const Rendered& minified, Layout layout) {
    if (minified->is_absent || minified->bytes.empty() || (!layout.pretty && !layout.gzip))
        return minified;
    auto body = std::make_shared<RenderedBody>();
    body->hash = minified->hash;
    body->bytes = layout.pretty ? pretty_json(minified->bytes) : minified->bytes;
    if (layout.gzip) body->bytes = gzip(body->bytes);
    return body;
}

}  // namespace weft::api
