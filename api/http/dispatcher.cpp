#include "api/http/dispatcher.hpp"

#include <exception>
#include <utility>

#include "api/http/target.hpp"

namespace weft::api {
namespace {

std::string html_escape(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
            case '&':
                out.append("&amp;");
                break;
            case '<':
                out.append("&lt;");
                break;
            case '>':
                out.append("&gt;");
                break;
            case '"':
                out.append("&#34;");
                break;
            case '\'':
                out.append("&#39;");
                break;
            default:
                out.push_back(c);
        }
    }
    return out;
}

}  // namespace

Dispatcher::Dispatcher(std::shared_ptr<const Router> router, CatalogQueries& queries,
                       HttpMetrics& metrics)
    : router_(std::move(router)), queries_(queries), metrics_(metrics) {
    for (const Router::Entry& entry : router_->entries()) {
        const std::string& name =
            entry.route.metric_name.empty() ? entry.route.pattern : entry.route.metric_name;
        auto& methods = counters_.emplace_back();
        for (const auto& [method, handler] : entry.route.methods) {
            methods.push_back(metrics.request_counters(name, method));
        }
    }
}

void Dispatcher::configure(std::shared_ptr<const HttpConfig> config,
                           std::shared_ptr<const AccessPolicy> policy) {
    config_ = std::move(config);
    policy_ = std::move(policy);
    queries_.configure(config_, policy_->common_headers());
    known_reads_.clear();
}

Answer Dispatcher::with_headers(Answer answer) const {
    answer.headers.append(policy_->common_headers());
    return answer;
}

Answer Dispatcher::finish(Response response, Layout layout) const {
    if (response.refusal) metrics_.refused(*response.refusal);
    return make_answer(std::move(response), layout, policy_->common_headers());
}

// As Go's http.Redirect words it.
Answer Dispatcher::redirect(const Request& request, std::string_view path,
                            std::string_view query) const {
    std::string location = escape_path(path);
    if (!query.empty()) location.append("?").append(query);
    Answer answer;
    answer.status = 301;
    answer.add_header("Location", location);
    if (request.method != "GET" && request.method != "HEAD") return answer;
    answer.add_header("Content-Type", "text/html; charset=utf-8");
    answer.body = std::make_shared<const std::string>("<a href=\"" + html_escape(location) +
                                                      "\">Moved Permanently</a>.\n\n");
    return answer;
}

// Whether the target alone decides what is read.
bool Dispatcher::is_plain_get(const Request& request) {
    return request.method == "GET" && !request.header("X-Consul-Namespace") &&
           !request.header("Cache-Control");
}

Dispatched Dispatcher::dispatch(Request& request, std::string_view raw_target, AnswerForm& form) {
    form.layout.gzip = accepts_gzip(request.header("Accept-Encoding").value_or(""));
    const bool plain = is_plain_get(request);
    if (plain) {
        if (auto known = known_reads_.find(raw_target, form.layout.gzip)) {
            return answer_known(*known);
        }
    }
    Call call{request, form.layout, nullptr};
    Dispatched outcome = dispatch_anew(call, raw_target, form);
    // A compiled filter may take a megabyte, whatever the length of its target.
    const bool is_kept = plain && call.read && call.read->read.query.for_any_client;
    if (is_kept && !request.has("filter")) {
        call.read->counters = outcome.counters;
        known_reads_.put(raw_target, form.layout.gzip, std::move(call.read));
    }
    return outcome;
}

Dispatched Dispatcher::answer_known(const KnownRead& known) {
    Dispatched outcome;
    try {
        outcome.action = queries_.answer_now(known.read);
    } catch (const std::exception& error) {
        outcome = failed(error);
    }
    outcome.counters = known.counters;
    return outcome;
}

Dispatched Dispatcher::failed(const std::exception& error) const {
    Dispatched outcome;
    outcome.failure = error.what();
    outcome.action = with_headers(Answer::text(500, error.what()));
    return outcome;
}

Dispatched Dispatcher::dispatch_anew(Call& call, std::string_view raw_target, AnswerForm& form) {
    Dispatched outcome;
    outcome.counters = &metrics_.unmatched;
    Request& request = call.request;
    auto target = parse_target(raw_target);
    if (!target) {
        form.keep_alive = false;
        outcome.action = Answer::text(400, "400 Bad Request");
        return outcome;
    }
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    form.layout.pretty = config_->pretty_by_default || request.has("pretty");
    call.layout = form.layout;

    if (request.path == "*") return outcome;
    if (!is_printable(request.path)) {
        outcome.action = Answer::text(400, "");
        return outcome;
    }
    Router::Match match = router_->match(request.path);
    if (match.entry) {
        request.rest = match.rest;
        return dispatch_to(*match.entry, call);
    }
    if (!match.redirect.empty()) {
        outcome.action = redirect(request, match.redirect, target->raw_query);
    } else {
        bool root = request.path == "/";
        outcome.action = root ? Answer::text(200, "Consul Agent") : Answer::text(404, "");
    }
    return outcome;
}

// In Consul's order: a blocked endpoint does not tell its methods.
Dispatched Dispatcher::dispatch_to(const Router::Entry& entry, Call& call) {
    Dispatched outcome;
    outcome.counters = &metrics_.unmatched;
    const Request& request = call.request;
    if (policy_->is_blocked(request.path)) {
        outcome.action =
            with_headers(Answer::text(403, "Endpoint is blocked by agent configuration"));
        return outcome;
    }
    std::size_t method = entry.method(request.method);
    if (method == Router::Entry::npos && entry.route.wrong_method) {
        outcome.action = finish(entry.route.wrong_method(request), call.layout);
        return outcome;
    }
    if (method == Router::Entry::npos) {
        Answer answer = request.method == "OPTIONS"
                            ? Answer{}
                            : Answer::text(405, "method " + request.method + " not allowed");
        answer.add_header("Allow", entry.allow);
        outcome.action = with_headers(std::move(answer));
        return outcome;
    }
    if (policy_->may_write(request.method, request.client_address)) {
        outcome = run(entry.route.methods[method].second, call);
    } else {
        outcome.action = with_headers(Answer::text(403, "Access is restricted"));
    }
    outcome.counters = &counters_[entry.number][method];
    return outcome;
}

Dispatched Dispatcher::run(const Handler& handler, Call& call) {
    Dispatched outcome;
    if (const auto* later = std::get_if<AsyncHandler>(&handler)) {
        outcome.action = CallLater{later, false};
        return outcome;
    }
    if (const auto* control = std::get_if<ControlHandler>(&handler)) {
        outcome.action = CallLater{&control->handle, true};
        return outcome;
    }
    if (const auto* stream = std::get_if<StreamHandler>(&handler)) {
        outcome.action = OpenStream{stream};
        return outcome;
    }
    try {
        return run_on_worker(std::get<WorkerHandler>(handler), call);
    } catch (const std::exception& error) {
        return failed(error);
    }
}

Dispatched Dispatcher::run_on_worker(const WorkerHandler& handler, Call& call) {
    Dispatched outcome;
    WorkerOutcome made = handler(call.request);
    if (auto* response = std::get_if<Response>(&made)) {
        outcome.action = finish(std::move(*response), call.layout);
        return outcome;
    }
    if (auto* download = std::get_if<Download>(&made)) {
        outcome.action =
            SendDownload{finish(std::move(download->head), {}), std::move(download->body)};
        return outcome;
    }
    auto& query = std::get<CatalogQuery>(made);
    auto admitted = queries_.admit(call.request, query);
    if (auto* refusal = std::get_if<Answer>(&admitted)) {
        outcome.action = std::move(*refusal);
        return outcome;
    }
    CatalogRead read{std::move(query), std::get<ReadOptions>(admitted), call.layout};
    if (!read.is_special()) {
        call.read = std::make_shared<KnownRead>(KnownRead{std::move(read)});
        outcome.action = queries_.answer_now(call.read->read);
        return outcome;
    }
    auto begun = queries_.begin(std::move(read));
    std::visit([&](auto& result) { outcome.action = std::move(result); }, begun);
    return outcome;
}

}  // namespace weft::api
