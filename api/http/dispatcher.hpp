#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/http/access_policy.hpp"
#include "api/http/catalog_queries.hpp"
#include "api/http/known_reads.hpp"
#include "api/http/metrics.hpp"
#include "api/http/router.hpp"

namespace weft::api {

// Handlers whose answer comes later. They live as long as the Router.
struct CallLater {
    const AsyncHandler* handler = nullptr;
    bool on_control = false;
};
struct OpenStream {
    const StreamHandler* handler = nullptr;
};
struct SendDownload {
    Answer head;
    std::shared_ptr<BodySource> body;
};

// What is to be done with a request, and whom it counts for.
struct Dispatched {
    std::variant<Answer, std::unique_ptr<Waiter>, CallLater, OpenStream, SendDownload> action;
    const RequestCounters* counters = nullptr;
    std::string
        failure;  // words of an exception that the endpoint threw, for the log; answered with 500
};

// Decides what becomes of a request: routing, methods, access, the endpoint itself. One per worker;
// knows no socket.
class Dispatcher {
public:
    Dispatcher(std::shared_ptr<const Router> router, CatalogQueries& queries, HttpMetrics& metrics);

    // Whether a request of that client would be answered with 403 for its method alone.
    bool may_write(std::string_view method, std::string_view client_address) const {
        return policy_->may_write(method, client_address);
    }

    void configure(std::shared_ptr<const HttpConfig> config,
                   std::shared_ptr<const AccessPolicy> policy);

    // Fills in the layout of the form, and path, query and rest of the request where an endpoint
    // will look at them.
    Dispatched dispatch(Request& request, std::string_view target, AnswerForm& form);

    // What an endpoint answered later.
    Answer finish(Response response, Layout layout) const;

    const std::shared_ptr<const Router>& router() const { return router_; }

private:
    Answer redirect(const Request& request, std::string_view path, std::string_view query) const;
    Answer with_headers(Answer answer) const;
    // A request on its way through the methods below.
    struct Call {
        Request& request;
        Layout layout;
        std::shared_ptr<KnownRead> read;  // made on the way, when it is a read that is not special
    };

    static bool is_plain_get(const Request& request);
    Dispatched answer_known(const KnownRead& known);
    Dispatched dispatch_anew(Call& call, std::string_view raw_target, AnswerForm& form);
    Dispatched dispatch_to(const Router::Entry& entry, Call& call);
    Dispatched run(const Handler& handler, Call& call);
    Dispatched run_on_worker(const WorkerHandler& handler, Call& call);
    Dispatched failed(const std::exception& error) const;

    std::shared_ptr<const Router> router_;
    CatalogQueries& queries_;
    HttpMetrics& metrics_;
    std::shared_ptr<const HttpConfig> config_;
    std::shared_ptr<const AccessPolicy> policy_;
    std::vector<std::vector<RequestCounters>> counters_;  // by route, by method
    KnownReads known_reads_;
};

}  // namespace weft::api
