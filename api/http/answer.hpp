#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/time.hpp"
#include "api/http/exchange.hpp"
#include "api/http/layout.hpp"

namespace weft::api {

// How a request wants to be answered.
struct AnswerForm {
    Layout layout;
    bool head_only = false;  // HEAD: everything but the body
    bool http_1_0 = false;
    bool keep_alive = true;
};

// An answer ready to be sent, but for the status line and the headers that depend on the
// connection.
struct Answer {
    int status = 200;
    std::string headers;                      // whole lines: "Name: value\r\n"
    std::shared_ptr<const std::string> body;  // null: none

    void add_header(std::string_view name, std::string_view value);
    std::size_t size() const { return body ? body->size() : 0; }

    // text/plain, as Go's http.Error without its newline.
    static Answer text(int status, std::string body);
};

// For headers: in decimal.
void append_number(std::string& out, std::uint64_t number);

// Lays out and compresses what an endpoint answered. common_headers: whole lines sent with every
// answer of a route.
Answer make_answer(Response response, Layout layout, std::string_view common_headers);

// The value of the Date header; made anew once a second.
class DateHeader {
public:
    std::string_view text(std::int64_t unix_seconds);

private:
    std::int64_t second_ = -1;
    std::string text_;
};

// Status line and headers up to the empty line. content_length of kChunked: a body without a known
// end.
constexpr std::size_t kChunked = static_cast<std::size_t>(-1);
void append_head(std::string& out, const Answer& answer, const AnswerForm& form,
                 std::string_view date, std::size_t content_length);

}  // namespace weft::api
