#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/view.hpp"
#include "api/http/refusal.hpp"

// One HTTP request and what may become of it: the vocabulary between the server (connections,
// blocking, layout, limits) and the endpoints (what to answer). Endpoints know no socket, thread or
// Beast.
namespace weft::api {

class LongPoll;  // long_poll.hpp

struct Request {
    std::string method;  // "GET", "PUT", ...
    std::string path;    // percent-decoded, begins with '/'
    std::string rest;    // what follows a prefix route's pattern: "x" of /v1/agent/service/x; may
                         // hold slashes
    std::vector<std::pair<std::string, std::string>>
        query;  // decoded, in order; a bare "stale" has the value ""
    std::vector<std::pair<std::string, std::string>> headers;  // names as received
    std::string body;
    std::string client_address;           // "127.0.0.1", "@" for a unix socket
    std::shared_ptr<LongPoll> long_poll;  // for ControlHandlers that wait; null elsewhere
    std::shared_ptr<void> large_body;     // held as long as a large body is; null elsewhere

    // First value of a query parameter; nullopt when absent.
    std::optional<std::string_view> parameter(std::string_view name) const;
    std::vector<std::string_view> parameters(std::string_view name) const;
    bool has(std::string_view name) const { return parameter(name).has_value(); }
    std::optional<std::string_view> header(std::string_view name) const;  // without regard to case
};

struct Response {
    int status = 200;
    std::string content_type;  // empty: none is sent, as Consul does for an empty body
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool is_json =
        false;  // body is minified JSON: laid out by the server when pretty was asked for
    std::optional<Refusal> refusal;  // turned away at that limit of the API, and counted
    bool after_wait = false;         // the request blocked until now: its time counts from here
    std::string failure;             // words of an exception, for the log

    static Response text(int status, std::string body);  // text/plain, no trailing newline added
    static Response json(std::string minified);
    static Response empty(int status = 200);
    static Response too_many(Refusal refusal, std::string body);  // 429
    static Response thrown(const std::exception& error);  // 500 with its words, which are logged
};

using Respond = std::function<void(Response)>;

// A read of the catalog: made from path and query parameters alone, since it serves later requests
// with the same ones, and rendered again whenever its result may have changed. The server adds
// blocking (?index, ?wait), consistency parameters and headers, layout, caching of the rendered
// answer and compression.
struct CatalogQuery {
    agent::Watch watch;

    // Names the answer among all queries: equal keys with equal versions give equal bodies. Empty:
    // not cached.
    std::string cache_key;

    // False: its answers depend on more than the catalog and are made anew for each request.
    bool is_kept = true;

    // Minified JSON, or bytes if is_raw. A failure answers with status 500 and the error's text;
    // Errc::NotFound with 404, its context as body, and index and blocking as ever. May be called
    // on any worker thread.
    std::function<Result<std::string>(const agent::View&)> render;

    // The result is bytes of a client's own: no layout is applied, and browsers are told to run
    // nothing of it.
    bool is_raw = false;

    // For a watch of one service: rendered answers are kept as long as this version of the service
    // is current; otherwise as long as index_of(watch) is.
    bool by_service_version = false;

    // Consul's agent cache serves it: ?cached is answered with X-Cache, and has no effect
    // elsewhere. Needs a cache_key.
    bool agent_cached = false;

    // X-Consul-Effective-Consistency is sent (catalog, health and query endpoints only).
    bool shows_consistency = true;
    bool has_index = true;  // X-Consul-Index and its companions are sent and blocking is served
    bool refusals_have_index = true;  // ... also when the read fails before it reaches the catalog

    // False: no watch tells when its answer changes. X-Consul-Index is 1, as in Consul, and it
    // never waits.
    bool is_watched = true;

    // False: the 404 of a missing result comes at once, whatever ?index asks for, and without an
    // index.
    bool awaits_absent = true;

    // False: made of more than path and parameters, so it serves this one request.
    bool for_any_client = true;
};

// A body that is made while it is sent.
class BodySource {
public:
    virtual ~BodySource() = default;

    // Gives the next bytes, on any thread; none: that was all. An error cuts the answer off, so
    // that its client sees that it is not whole. Not called again before done was. done owns what
    // it needs: the source may be destroyed before.
    virtual void next(std::function<void(Result<std::string>)> done) = 0;
};

// An answer of any size; its head comes without a body. Neither laid out nor compressed.
struct Download {
    Response head;
    std::shared_ptr<BodySource> body;
};

// What an endpoint makes of a request on a worker thread.
using WorkerOutcome = std::variant<Response, CatalogQuery, Download>;
using WorkerHandler = std::function<WorkerOutcome(const Request&)>;

// Answers later, from any thread, exactly once. Runs on a worker, or on the control thread for
// ControlHandler, which may use the interfaces that are bound to it.
using AsyncHandler = std::function<void(std::shared_ptr<const Request>, Respond)>;
struct ControlHandler {
    AsyncHandler handle;
};

// An answer without an end (agent/monitor). write() may be called from any thread and returns false
// when the client is gone or too slow (a bounded buffer is full): the line is dropped then. Each
// chunk is flushed at once.
class Stream {
public:
    virtual ~Stream() = default;
    virtual bool write(std::string_view chunk) = 0;
};
// Returns what keeps the stream going; destroyed when the client leaves. An error Response refuses.
using StreamHandler = std::function<std::variant<Response, std::shared_ptr<void>>(
    const Request&, std::shared_ptr<Stream>)>;

using Handler = std::variant<WorkerHandler, AsyncHandler, ControlHandler, StreamHandler>;

struct Route {
    // "/v1/agent/services": that path alone; "/v1/agent/service/": every path that begins so (Go's
    // ServeMux rules).
    std::string pattern;
    std::vector<std::pair<std::string, Handler>> methods;  // in the order of the Allow header
    std::string metric_name;                               // label of the route in metrics; bounded
    // The answer to other methods, OPTIONS among them, where some paths below the pattern know
    // fewer than the route does. Null: 405 with those of the route.
    std::function<Response(const Request&)> wrong_method{};
};

}  // namespace weft::api
