#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "api/http/connection.hpp"
#include "api/http/worker.hpp"

// Answers that are made while they are sent: the next bytes are asked for when the last are with
// the kernel, so that a slow client holds a chunk and no more.
namespace weft::api {

void Connection::act_on(SendDownload& download) {
    if (form_.head_only) return send(download.head);
    if (form_.http_1_0) form_.keep_alive = false;
    std::string head;
    append_head(head, download.head, form_, worker_->date(), kChunked);
    counters_->count(download.head.status);
    download_ = std::move(download.body);
    state_ = State::Downloading;
    worker_->deadlines().remove(*this);
    const Sent sent = transmit(head, nullptr);
    if (sent == Sent::Nothing) return close();
    watch_read();
    if (sent == Sent::All) pull();
}

void Connection::pull() {
    download_->next([connection = weak_from_this(),
                     worker = worker_->io().get_executor()](Result<std::string> bytes) {
        boost::asio::post(worker, [connection, bytes = std::move(bytes)]() mutable {
            if (auto client = connection.lock()) client->pulled(std::move(bytes));
        });
    });
}

void Connection::pulled(Result<std::string> bytes) {
    if (state_ != State::Downloading) return;
    auto alive = shared_from_this();
    if (!bytes) {
        worker_->log().warn("answer cut off error=\"{}\"", bytes.error().message());
        return close();
    }
    std::string& chunk = bytes.value();
    const bool is_last = chunk.empty();
    if (is_last) {
        download_.reset();
        state_ = State::Writing;
        if (form_.http_1_0) return answer_is_sent();
    }
    std::string head;
    if (!form_.http_1_0) {
        head = fmt::format("{:x}\r\n", chunk.size());
        chunk.append("\r\n");
    }
    worker_->metrics().body_bytes.Increment(static_cast<double>(chunk.size()));
    const Sent sent = transmit(head, std::make_shared<const std::string>(std::move(chunk)));
    if (sent == Sent::Nothing) return close();
    if (sent == Sent::Part) return;
    if (!is_last) return pull();
    answer_is_sent();
    if (state_ == State::Reading) resume();
}

}  // namespace weft::api
