#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/long_poll.hpp"
#include "api/http/router.hpp"
#include "api/http/routes.hpp"
#include "tests/unit/api/http/fakes.hpp"

namespace weft::api::testing {

// Keeps what was streamed.
class FakeStream final : public Stream {
public:
    bool write(std::string_view chunk) override {
        text.append(chunk);
        return true;
    }
    std::string text;
};

// All routes over the fakes. The catalog begins with the node of the recordings, "golden".
class EndpointFixture {
public:
    EndpointFixture();

    // "GET /v1/catalog/nodes?filter=x". Queries are rendered at once. Nothing when the answer is
    // still to come; then late_answers has it when it came.
    std::optional<Response> call(std::string_view line, std::string body = {});

    std::string body_of(std::string_view line);

    FakeCatalog catalog;
    FakeSessionTimes sessions;
    FakeSnapshots snapshots;
    FakeLocalServices local;
    FakeRing ring;
    FakeControl control;
    FakeTimers timers;
    std::vector<std::pair<std::string, std::string>> headers;  // of the calls to come
    std::string client_address = "127.0.0.1";                  // likewise
    std::vector<Response> late_answers;
    int posted_to_control = 0;
    std::shared_ptr<const HttpConfig> http_config = std::make_shared<HttpConfig>();
    std::shared_ptr<LongPoll> long_poll;  // of the last call
    bool agent_cached = false;            // whether that was such a query

    // The stream that a call opened; a client that leaves destroys it.
    const std::string& streamed() const { return stream_->text; }
    void close_stream() {
        subscription_.reset();
        stream_.reset();
    }

private:
    Response finish(const WorkerOutcome& outcome) const;
    Response refuse(const Request& request, const Router::Entry& entry) const;

    std::unique_ptr<Router> router_;
    std::shared_ptr<FakeStream> stream_ = std::make_shared<FakeStream>();
    std::shared_ptr<void> subscription_;
};

}  // namespace weft::api::testing
