#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "api/http/exchange.hpp"

namespace weft::api {

// Why a request cannot be read: what it is answered with before the connection is closed.
struct RequestFault {
    int status = 0;  // 0: none
    std::string text;
};

// How many bytes a request may have.
struct RequestSizes {
    std::size_t header = 0;
    std::size_t body = 0;
    std::size_t large_body = 0;  // of those that takes_large_body() names
};

// Reads one HTTP/1 request from bytes as they come. The only file that knows how is
// request_parser.cpp.
class RequestParser {
public:
    enum class Progress { NeedMore, Done, Failed };

    explicit RequestParser(const RequestSizes& most);
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;
    ~RequestParser();

    // Takes bytes from the front of input. What stays in it must be presented again, followed by
    // what comes next.
    Progress feed(std::string_view& input);

    // Ready for the next request.
    void reset(const RequestSizes& most);

    // The client waits for "100 Continue" before it sends the body. Said once.
    bool takes_continue();

    bool has_header() const;

    // The body that is on its way, or has come, is one of takes_large_body().
    bool has_large_body() const;

    // The rest holds when Done. path, query and rest of the request are left empty: see target().
    Request& request();
    std::string_view target() const;
    bool keep_alive() const;
    bool http_1_0() const;
    const RequestFault& fault() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft::api
