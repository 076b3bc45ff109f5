#include "api/http/pending_answer.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "api/http/connection.hpp"

namespace weft::api {

PendingAnswer::PendingAnswer(std::weak_ptr<Connection> connection,
                             boost::asio::io_context::executor_type worker, std::uint32_t ticket,
                             std::shared_ptr<spdlog::logger> log, const Request& request)
    : connection_(std::move(connection)),
      worker_(worker),
      ticket_(ticket),
      log_(std::move(log)),
      method_(request.method),
      path_(request.path) {}

PendingAnswer::~PendingAnswer() {
    if (!answered_) answer(Response::text(500, "the request was dropped without an answer"));
}

void PendingAnswer::answer(Response response) {
    if (!response.failure.empty()) {
        log_->error("request failed method={} path={} error=\"{}\"", method_, path_,
                    response.failure);
    }
    if (answered_.exchange(true)) return;
    boost::asio::post(worker_, [connection = connection_, ticket = ticket_,
                                answer = std::move(response)]() mutable {
        if (auto open = connection.lock()) open->answer_later(ticket, std::move(answer));
    });
}

}  // namespace weft::api
