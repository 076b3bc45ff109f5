#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "agent/base/rng.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/answer.hpp"
#include "api/http/answer_cache.hpp"
#include "api/http/metrics.hpp"
#include "api/http/read_options.hpp"
#include "api/http/seen_queries.hpp"
#include "api/http/wait_table.hpp"

namespace weft::api {

// Serves the catalog queries of one worker: consistency, blocking, X-Consul headers, rendered
// answers kept. Knows no socket. A query that blocks becomes a Waiter; its owner calls changed() or
// current() later.
class CatalogQueries {
public:
    CatalogQueries(CatalogReader& catalog, const AgentFacts& facts, SeenQueries& seen,
                   HttpMetrics& metrics, std::uint64_t seed);

    // common_headers: whole lines for every answer. Must be called before anything else.
    void configure(std::shared_ptr<const HttpConfig> config, std::string common_headers);

    // What the request asks for besides the endpoint's own parameters, or why it is refused.
    std::variant<ReadOptions, Answer> admit(const Request& request, const CatalogQuery& query);

    // A read that was admitted and is not special.
    Answer answer_now(const CatalogRead& read);

    // A special one: it may wait.
    using Outcome = std::variant<Answer, std::unique_ptr<Waiter>>;
    Outcome begin(CatalogRead read);

    // How long a waiter that was begun just now may wait.
    Duration waiting_time(const Waiter& waiter);

    // Whether the result's index has passed that of the wait.
    bool has_passed(const Waiter& waiter) const;

    // The answer, if the result passed the index and differs from what it was when the wait began.
    std::optional<Answer> changed(const Waiter& waiter);

    // The result as it is.
    Answer current(const Waiter& waiter);

    // The whole catalog was replaced: kept answers are those of another one.
    void forget_answers();
    // To be called each ten seconds while there are any: drops those that nobody asked for lately.
    // False when none is left.
    bool age_answers();

private:
    // index: that of the query in the view, which may take long to find.
    Result<Rendered> rendered(const CatalogQuery& query, const agent::View& view, Layout layout,
                              std::uint64_t index);
    Result<Rendered> minified(const CatalogQuery& query, const agent::View& view,
                              std::uint64_t version);
    static Rendered laid_out(const Rendered& minified, Layout layout);
    Answer answer(const CatalogRead& read, const agent::View& view, const LeaderContact& contact,
                  std::uint64_t index);
    static bool lacks_leader(const ReadOptions& options, const LeaderContact& contact);
    void report_cache_bytes();
    Answer refused(const std::string& text, const CatalogQuery& query);
    std::optional<Answer> refusal(const Request& request, const CatalogQuery& query);

    CatalogReader& catalog_;
    std::string datacenter_;
    SeenQueries& seen_;
    HttpMetrics& metrics_;
    std::shared_ptr<const HttpConfig> config_;
    std::string common_headers_;
    AnswerCache cache_;
    std::size_t reported_bytes_ = 0;
    std::string key_;  // of the cache; kept for its memory
    Rng rng_;
};

}  // namespace weft::api
