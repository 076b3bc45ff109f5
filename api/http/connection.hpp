#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/answer.hpp"
#include "api/http/client_stream.hpp"
#include "api/http/deadline_heap.hpp"
#include "api/http/dispatcher.hpp"
#include "api/http/long_poll.hpp"
#include "api/http/readiness.hpp"
#include "api/http/request_parser.hpp"
#include "api/http/transport.hpp"
#include "api/http/wait_table.hpp"

namespace weft::api {

class Worker;

// One client: a state machine driven by readiness of its socket, deadlines, changes of the catalog
// and answers of the control thread. All on its worker's thread. One request at a time; what a
// client sends ahead waits in leftover_. While it idles or a query of it blocks it holds no buffer
// and no parser: there may be tens of thousands.
class Connection final : public std::enable_shared_from_this<Connection>,
                         public boost::intrusive::list_base_hook<>,
                         public Deadline,
                         public ReadyOwner,
                         public WaitOwner {
public:
    // Owns the socket, which is non-blocking. client_address: "@" for a unix socket.
    Connection(std::shared_ptr<Worker> worker, int socket, SSL_CTX* tls,
               std::string client_address);
    ~Connection() override;

    void start();

    // Turns the client away: sends this and closes.
    void refuse(std::string_view whole_answer);

    // graceful: what is being answered is, blocking queries at once with what there is; else all
    // ends here.
    void wind_down(bool graceful);

    void answer_later(std::uint32_t ticket, Response response);
    void stream_has_bytes();

    void socket_ready(std::uint32_t events) override;
    void deadline_passed() override;
    void result_may_have_changed() override;

    const std::string& client_address() const { return client_address_; }
    bool is_admitted() const { return admitted_; }

private:
    enum class State : std::uint8_t {
        Reading,      // or idle, when no request has begun
        Handling,     // an endpoint answers later
        Waiting,      // a query blocks
        Writing,      // the socket is full
        Streaming,    // an answer without an end
        Downloading,  // an answer that is made while it is sent
        Lingering,    // all is sent; waits for the client to take it and close
        Closed,
    };
    enum class Sent { All, Part, Nothing };

    struct Unsent {
        std::string head;
        std::shared_ptr<const std::string> body;
        std::size_t offset = 0;
    };
    struct Streamed {
        std::shared_ptr<ClientStream> stream;
        std::shared_ptr<void> source;
        std::optional<GzipStream> gzip;
    };

    bool add_to_worker();
    void watch(std::uint32_t events);
    void watch_read();
    void ignore_read();
    void watch_write();
    void on_readable();
    void on_writable();
    void look_at_client();
    void discard_input();

    void read_some();
    void consume(std::string_view input);
    void parse(std::string_view& input);
    void read_on();
    void set_request_deadline(Instant at);
    void resume();

    void handle_request();
    void act(Dispatched dispatched);
    void act_on(Answer& answer);
    void act_on(std::unique_ptr<Waiter>& waiter);
    void act_on(CallLater& call);
    void act_on(OpenStream& open);
    void act_on(SendDownload& download);
    void answer_exception(const std::exception& error);
    void fail_request(const RequestFault& fault);
    void end_long_poll();

    void send(const Answer& answer);
    void send_after_wait(const Answer& answer);
    void answer_current();
    std::unique_ptr<Waiter> end_wait();
    Sent transmit(std::string_view head, std::shared_ptr<const std::string> body);
    void continue_transmission();
    void answer_is_sent();
    void start_stream(std::shared_ptr<ClientStream> stream, std::shared_ptr<void> source);
    void flush_stream();
    bool admit_large_body();
    void pull();
    void pulled(Result<std::string> bytes);
    void end_output();
    void close();

    std::shared_ptr<Worker> worker_;
    std::shared_ptr<Connection> self_;  // while open
    int socket_;                        // -1: closed
    Transport transport_;
    std::string client_address_;
    std::string leftover_;  // bytes of requests that are not parsed yet

    std::unique_ptr<RequestParser> parser_;  // while a request is being read or handled
    std::unique_ptr<Waiter> waiter_;
    std::shared_ptr<LongPoll> long_poll_;  // while the control thread handles a request
    std::unique_ptr<Unsent> unsent_;
    std::unique_ptr<Streamed> streamed_;
    std::shared_ptr<BodySource> download_;  // while downloading
    std::shared_ptr<void> large_body_;      // while this connection holds one

    const RequestCounters* counters_ = nullptr;  // of the request being answered
    Instant started_{};                          // of it, time spent blocking left out
    std::optional<Instant> request_deadline_;    // of one that has come in part
    Instant body_end_;                           // when its body must be there
    std::uint32_t ticket_ = 0;                   // tells the answer that is awaited from late ones
    AnswerForm form_;
    State state_ = State::Reading;
    std::uint32_t watched_ = 0;   // what epoll tells of
    bool write_awaited_ = false;  // else on_writable() is of no use
    bool readable_ = false;       // seen while nothing could be read
    bool admitted_ = false;       // counted by the limits
};

}  // namespace weft::api
