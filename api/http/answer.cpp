#include "api/http/answer.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>
#include <utility>

namespace weft::api {
namespace {

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Request Entity Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

// A line break in a value would let whoever chose it write headers of their own.
bool breaks_lines(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end);
}

void Answer::add_header(std::string_view name, std::string_view value) {
    if (breaks_lines(name) || breaks_lines(value)) return;
    headers.append(name).append(": ").append(value).append("\r\n");
}

Answer Answer::text(int status, std::string body) {
    Answer answer;
    answer.status = status;
    if (!body.empty()) {
        answer.add_header("Content-Type", "text/plain; charset=utf-8");
        answer.body = std::make_shared<const std::string>(std::move(body));
    }
    return answer;
}

Answer make_answer(Response response, Layout layout, std::string_view common_headers) {
    Answer answer;
    answer.status = response.status;
    if (!response.content_type.empty()) {
        answer.add_header("Content-Type", response.content_type);
    }
    for (const auto& [name, value] : response.headers) {
        answer.add_header(canonical_header_name(name), value);
    }
    answer.headers.append(common_headers);
    if (response.body.empty()) return answer;
    if (response.is_json && layout.pretty) response.body = pretty_json(response.body);
    if (layout.gzip) {
        response.body = gzip(response.body);
        answer.add_header("Content-Encoding", "gzip");
    }
    answer.body = std::make_shared<const std::string>(std::move(response.body));
    return answer;
}

std::string_view DateHeader::text(std::int64_t unix_seconds) {
    if (unix_seconds == second_) return text_;
    second_ = unix_seconds;
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::time_t time = unix_seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    text_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                        kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                        kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                        parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text_;
}

void append_head(std::string& out, const Answer& answer, const AnswerForm& form,
                 std::string_view date, std::size_t content_length) {
    out.append(form.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(answer.status));
    out.append(" ").append(reason_phrase(answer.status)).append("\r\n");
    out.append(answer.headers).append("Date: ").append(date).append("\r\n");
    if (content_length == kChunked) {
        // HTTP/1.0 knows no chunks: there the end of the connection ends the body.
        if (!form.http_1_0) out.append("Transfer-Encoding: chunked\r\n");
    } else {
        out.append("Content-Length: ");
        append_number(out, content_length);
        out.append("\r\n");
    }
    if (!form.keep_alive) {
        out.append("Connection: close\r\n");
    } else if (form.http_1_0) {
        out.append("Connection: keep-alive\r\n");
    }
    out.append("\r\n");
}

}  // namespace weft::api
