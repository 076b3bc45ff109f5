#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "agent/io/clock.hpp"
#include "api/http/connection.hpp"
#include "api/http/pending_answer.hpp"
#include "api/http/worker.hpp"

// Answering: now, later, when the catalog has changed, without an end.
namespace weft::api {

void Connection::handle_request() {
    started_ = now();
    form_ = AnswerForm{};
    Request& request = parser_->request();
    form_.keep_alive = parser_->keep_alive() && !worker_->is_closing();
    form_.http_1_0 = parser_->http_1_0();
    form_.head_only = request.method == "HEAD";
    request.client_address = client_address_;
    act(worker_->dispatcher().dispatch(request, parser_->target(), form_));
    if (parser_) worker_->give_back(std::move(parser_));
}

void Connection::act(Dispatched dispatched) {
    counters_ = dispatched.counters;
    if (!dispatched.failure.empty()) {
        // As the client wrote it, since the path of a known read is not decoded; without the query,
        // which may hold a token.
        std::string_view path = parser_->target();
        path = path.substr(0, path.find('?'));
        worker_->log().error("request failed method={} path={} error=\"{}\"",
                             parser_->request().method, path, dispatched.failure);
    }
    std::visit([this](auto& action) { act_on(action); }, dispatched.action);
}

void Connection::act_on(Answer& answer) {
    send(answer);
}

void Connection::act_on(std::unique_ptr<Waiter>& waiter) {
    if (worker_->waits().size() >= worker_->config().max_waiting_queries) {
        worker_->metrics().refused(Refusal::Waiters);
        return send(Answer::text(429, fmt::format("Too many blocking queries: the limit is {}",
                                                  worker_->config().max_waiting_queries)));
    }
    waiter_ = std::move(waiter);
    waiter_->owner = this;
    worker_->waits().add(*waiter_);
    worker_->metrics().waiting.Increment();
    state_ = State::Waiting;
    worker_->deadlines().set(*this, started_ + worker_->queries().waiting_time(*waiter_));
    worker_->rearm();
    watch_read();
    // A change between the query's look at the catalog and its place in the table was told to
    // nobody.
    if (!worker_->queries().has_passed(*waiter_)) return;
    boost::asio::post(worker_->io(),
                      [worker = worker_, watches = std::vector{waiter_->query.watch}] {
                          worker->catalog_changed(&watches);
                      });
}

void Connection::act_on(CallLater& call) {
    if (call.on_control) long_poll_ = std::make_shared<LongPoll>(worker_->shared_config());
    parser_->request().long_poll = long_poll_;
    auto request = std::make_shared<const Request>(std::move(parser_->request()));
    auto pending = std::make_shared<PendingAnswer>(weak_from_this(), worker_->io().get_executor(),
                                                   ++ticket_, worker_->shared_log(), *request);
    Respond respond = [pending](Response response) { pending->answer(std::move(response)); };
    state_ = State::Handling;
    worker_->deadlines().remove(*this);
    watch_read();
    auto run = [handler = call.handler, router = worker_->dispatcher().router(), request, respond,
                pending] {
        try {
            (*handler)(request, respond);
        } catch (const std::exception& error) {
            pending->answer(Response::thrown(error));
        }
    };
    if (call.on_control) {
        boost::asio::post(worker_->control(), std::move(run));
        if (worker_->is_closing()) end_long_poll();
    } else {
        run();
    }
}

void Connection::act_on(OpenStream& open) {
    auto stream = std::make_shared<ClientStream>(
        [connection = weak_from_this(), worker = worker_->io().get_executor()] {
            boost::asio::post(worker, [connection] {
                if (auto client = connection.lock()) client->stream_has_bytes();
            });
        },
        worker_->metrics().stream_lines_dropped);
    std::variant<Response, std::shared_ptr<void>> made;
    try {
        made = (*open.handler)(parser_->request(), stream);
    } catch (const std::exception& error) {
        return answer_exception(error);
    }
    if (auto* refusal = std::get_if<Response>(&made)) {
        return send(worker_->dispatcher().finish(std::move(*refusal), form_.layout));
    }
    start_stream(std::move(stream), std::move(std::get<std::shared_ptr<void>>(made)));
}

void Connection::answer_exception(const std::exception& error) {
    worker_->log().error("request failed error=\"{}\"", error.what());
    send(worker_->dispatcher().finish(Response::text(500, error.what()), form_.layout));
    if (state_ == State::Reading && !parser_) resume();
}

void Connection::answer_later(std::uint32_t ticket, Response response) {
    if (state_ != State::Handling || ticket != ticket_) return;
    long_poll_.reset();
    if (response.after_wait) started_ = now();
    auto alive = shared_from_this();
    send(worker_->dispatcher().finish(std::move(response), form_.layout));
    if (state_ == State::Reading) resume();
}

void Connection::result_may_have_changed() {
    auto alive = shared_from_this();
    worker_->waits().add(*waiter_);
    if (waiter_->restored) return answer_current();
    started_ = now();
    std::optional<Answer> answer;
    try {
        answer = worker_->queries().changed(*waiter_);
    } catch (const std::exception& error) {
        end_wait();
        return answer_exception(error);
    }
    if (!answer) return;
    end_wait();
    send_after_wait(*answer);
}

// The wait is over without a change.
void Connection::answer_current() {
    started_ = now();
    auto waiter = end_wait();
    std::optional<Answer> answer;
    try {
        answer = worker_->queries().current(*waiter);
    } catch (const std::exception& error) {
        return answer_exception(error);
    }
    send_after_wait(*answer);
}

std::unique_ptr<Waiter> Connection::end_wait() {
    worker_->waits().remove(*waiter_);
    worker_->metrics().waiting.Decrement();
    return std::move(waiter_);
}

void Connection::send_after_wait(const Answer& answer) {
    send(answer);
    if (state_ == State::Reading) resume();
}

void Connection::send(const Answer& answer) {
    std::string& head = worker_->head_buffer();
    head.clear();
    append_head(head, answer, form_, worker_->date(), answer.size());
    auto body = form_.head_only ? nullptr : answer.body;
    if (body) worker_->metrics().body_bytes.Increment(static_cast<double>(body->size()));
    counters_->count(answer.status);
    worker_->metrics().seconds.Observe(std::chrono::duration<double>(now() - started_).count());
    switch (transmit(head, std::move(body))) {
        case Sent::All:
            return answer_is_sent();
        case Sent::Part:
            state_ = State::Writing;
            return;
        case Sent::Nothing:
            return close();
    }
}

// Sends what the socket takes; the rest is kept in unsent_ and goes when the socket is writable.
Connection::Sent Connection::transmit(std::string_view head,
                                      std::shared_ptr<const std::string> body) {
    std::string_view bytes = body ? std::string_view(*body) : std::string_view();
    Transport::Moved moved = transport_.write(head, bytes);
    if (moved.state == Transport::State::Closed) return Sent::Nothing;
    if (moved.bytes == head.size() + bytes.size()) return Sent::All;
    unsent_ = std::make_unique<Unsent>(Unsent{std::string(head), std::move(body), moved.bytes});
    worker_->deadlines().set(*this, now() + worker_->config().write_timeout);
    worker_->rearm();
    watch_write();
    return Sent::Part;
}

void Connection::continue_transmission() {
    Unsent& unsent = *unsent_;
    std::string_view head = unsent.head;
    std::string_view body = unsent.body ? std::string_view(*unsent.body) : std::string_view();
    std::size_t total = head.size() + body.size();
    std::size_t head_gone = std::min(unsent.offset, head.size());
    Transport::Moved moved =
        transport_.write(head.substr(head_gone), body.substr(unsent.offset - head_gone));
    if (moved.state == Transport::State::Closed) return close();
    unsent.offset += moved.bytes;
    if (unsent.offset < total) {
        if (moved.bytes > 0) {
            worker_->deadlines().set(*this, now() + worker_->config().write_timeout);
        }
        return watch_write();
    }
    unsent_.reset();
    if (state_ == State::Streaming) {
        worker_->deadlines().remove(*this);
        return flush_stream();
    }
    if (state_ == State::Downloading) {
        worker_->deadlines().remove(*this);
        return pull();
    }
    auto alive = shared_from_this();
    answer_is_sent();
    if (state_ == State::Reading) resume();
}

void Connection::answer_is_sent() {
    state_ = State::Reading;
    large_body_.reset();
    if (!form_.keep_alive) end_output();
}

void Connection::start_stream(std::shared_ptr<ClientStream> stream, std::shared_ptr<void> source) {
    streamed_ = std::make_unique<Streamed>();
    streamed_->stream = std::move(stream);
    streamed_->source = std::move(source);
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    if (form_.layout.gzip) {
        streamed_->gzip.emplace();
        response.headers.emplace_back("Content-Encoding", "gzip");
    }
    if (form_.http_1_0) form_.keep_alive = false;
    std::string head;
    append_head(head, worker_->dispatcher().finish(std::move(response), form_.layout), form_,
                worker_->date(), kChunked);
    counters_->count(200);
    state_ = State::Streaming;
    worker_->deadlines().remove(*this);
    if (transmit(head, nullptr) == Sent::Nothing) return close();
    watch_read();
    flush_stream();
}

void Connection::stream_has_bytes() {
    if (state_ == State::Streaming) flush_stream();
}

void Connection::flush_stream() {
    while (!unsent_) {
        std::string bytes = streamed_->stream->take();
        if (bytes.empty()) return;
        if (streamed_->gzip) bytes = streamed_->gzip->add(bytes);
        if (form_.http_1_0) {
            if (transmit(bytes, nullptr) == Sent::Nothing) return close();
            continue;
        }
        std::string head = fmt::format("{:x}\r\n", bytes.size());
        bytes.append("\r\n");
        auto chunk = std::make_shared<const std::string>(std::move(bytes));
        if (transmit(head, std::move(chunk)) == Sent::Nothing) return close();
    }
}

}  // namespace weft::api
