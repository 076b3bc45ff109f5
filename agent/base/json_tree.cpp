#include "agent/base/json_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "agent/base/json_writer.hpp"
#include "agent/base/utf8.hpp"

namespace weft {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Length of the valid UTF-8 sequence at the front; 0 if there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i])
                               : static_cast<unsigned char>(0);
    };
    const auto continued = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continued(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool narrow = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f);
        return continued(1) && continued(2) && !narrow ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool narrow = (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f);
        return continued(1) && continued(2) && continued(3) && !narrow ? 4 : 0;
    }
    return 0;
}

std::string quoted_character(char c) {
    switch (c) {
        case '\'':
            return "'\\''";
        case '"':
            return "'\"'";
        case '\\':
            return "'\\\\'";
        case '\n':
            return "'\\n'";
        case '\r':
            return "'\\r'";
        case '\t':
            return "'\\t'";
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return fmt::format("'\\x{:02x}'", byte);
    std::string text = "'";
    append_utf8(text, byte);
    return text + "'";
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::size_t at() const { return at_; }

    Result<JsonValue> parse() {
        skip_space();
        if (at_ == text_.size()) return make_error(Errc::InvalidArgument, "EOF");
        JsonValue value;
        WEFT_TRY(read_value(value, 0));
        return value;
    }

private:
    Error invalid(std::string_view where) const {
        if (at_ >= text_.size()) return make_error(Errc::InvalidArgument, "unexpected EOF");
        return make_error(Errc::InvalidArgument, fmt::format("invalid character {} {}",
                                                             quoted_character(text_[at_]), where));
    }

    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\r' || text_[at_] == '\n'))
            ++at_;
    }

    bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

    Result<void> read_value(JsonValue& value, int depth) {
        if (depth > kMaxJsonDepth) return make_error(Errc::Limit, "exceeded max depth");
        if (++values_ > kMaxJsonValues) return make_error(Errc::Limit, "too many values");
        skip_space();
        if (at_ >= text_.size()) return invalid({});
        value.offset = static_cast<std::uint32_t>(at_);
        switch (text_[at_]) {
            case '{':
                return read_object(value, depth);
            case '[':
                return read_array(value, depth);
            case '"':
                value.kind = JsonValue::Kind::String;
                return read_string(value.text);
            case 't':
                value.kind = JsonValue::Kind::Bool;
                value.flag = true;
                return read_word("true");
            case 'f':
                value.kind = JsonValue::Kind::Bool;
                return read_word("false");
            case 'n':
                return read_word("null");
            default:
                break;
        }
        if (text_[at_] == '-' || is_digit(text_[at_])) {
            value.kind = JsonValue::Kind::Number;
            return read_number(value.text);
        }
        return invalid("looking for beginning of value");
    }

    Result<void> read_word(std::string_view word) {
        for (std::size_t i = 0; i < word.size(); ++i, ++at_) {
            if (!at(word[i]))
                return invalid(fmt::format("in literal {} (expecting '{}')", word, word[i]));
        }
        return success();
    }

    Result<void> read_number(std::string& literal) {
        const std::size_t start = at_;
        if (at('-')) ++at_;
        if (at_ >= text_.size() || !is_digit(text_[at_])) return invalid("in numeric literal");
        if (at('0')) {
            ++at_;
        } else {
            skip_digits();
        }
        if (at('.')) {
            ++at_;
            if (at_ >= text_.size() || !is_digit(text_[at_]))
                return invalid("after decimal point in numeric literal");
            skip_digits();
        }
        if (at('e') || at('E')) {
            ++at_;
            if (at('+') || at('-')) ++at_;
            if (at_ >= text_.size() || !is_digit(text_[at_]))
                return invalid("in exponent of numeric literal");
            skip_digits();
        }
        literal.assign(text_.substr(start, at_ - start));
        return success();
    }

    void skip_digits() {
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    }

    Result<void> read_array(JsonValue& value, int depth) {
        value.kind = JsonValue::Kind::Array;
        ++at_;
        skip_space();
        if (at(']')) {
            ++at_;
            return success();
        }
        while (true) {
            WEFT_TRY(read_value(value.items.emplace_back(), depth + 1));
            skip_space();
            if (at(']')) break;
            if (!at(',')) return invalid("after array element");
            ++at_;
        }
        ++at_;
        return success();
    }

    Result<void> read_object(JsonValue& value, int depth) {
        value.kind = JsonValue::Kind::Object;
        ++at_;
        skip_space();
        if (at('}')) {
            ++at_;
            return success();
        }
        while (true) {
            skip_space();
            if (!at('"')) return invalid("looking for beginning of object key string");
            auto& [name, member] = value.members.emplace_back();
            member.name_offset = static_cast<std::uint32_t>(at_);
            WEFT_TRY(read_string(name));
            skip_space();
            if (!at(':')) return invalid("after object key");
            ++at_;
            WEFT_TRY(read_value(member, depth + 1));
            skip_space();
            if (at('}')) break;
            if (!at(',')) return invalid("after object key:value pair");
            ++at_;
        }
        ++at_;
        return success();
    }

    Result<void> read_string(std::string& out) {
        ++at_;
        while (true) {
            std::size_t plain = at_;
            while (plain < text_.size() && text_[plain] != '"' && text_[plain] != '\\' &&
                   static_cast<unsigned char>(text_[plain]) >= 0x20 &&
                   static_cast<unsigned char>(text_[plain]) < 0x80)
                ++plain;
            out.append(text_.substr(at_, plain - at_));
            at_ = plain;
            if (at_ >= text_.size()) return invalid({});
            const char c = text_[at_];
            if (c == '"') break;
            if (c == '\\') {
                WEFT_TRY(read_escape(out));
            } else if (static_cast<unsigned char>(c) < 0x20) {
                return invalid("in string literal");
            } else {
                append_wide(out);
            }
        }
        ++at_;
        return success();
    }

    void append_wide(std::string& out) {
        const std::size_t length = utf8_length(text_.substr(at_));
        if (length == 0) {
            append_utf8(out, 0xfffd);
            ++at_;
            return;
        }
        out.append(text_.substr(at_, length));
        at_ += length;
    }

    Result<void> read_escape(std::string& out) {
        ++at_;
        if (at_ >= text_.size()) return invalid({});
        switch (text_[at_]) {
            case '"':
            case '\\':
            case '/':
                out.push_back(text_[at_]);
                break;
            case 'b':
                out.push_back('\b');
                break;
            case 'f':
                out.push_back('\f');
                break;
            case 'n':
                out.push_back('\n');
                break;
            case 'r':
                out.push_back('\r');
                break;
            case 't':
                out.push_back('\t');
                break;
            case 'u':
                ++at_;
                return read_unicode(out);
            default:
                return invalid("in string escape code");
        }
        ++at_;
        return success();
    }

    // What follows "\u". A surrogate without its partner becomes U+FFFD.
    Result<void> read_unicode(std::string& out) {
        WEFT_TRY(const std::uint32_t first, read_hex());
        if (first < 0xd800 || first > 0xdfff) {
            append_utf8(out, first);
            return success();
        }
        if (first < 0xdc00 && text_.substr(at_, 2) == "\\u") {
            const std::size_t before = at_;
            at_ += 2;
            WEFT_TRY(const std::uint32_t second, read_hex());
            if (second >= 0xdc00 && second <= 0xdfff) {
                append_utf8(out, 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                return success();
            }
            at_ = before;
        }
        append_utf8(out, 0xfffd);
        return success();
    }

    Result<std::uint32_t> read_hex() {
        std::uint32_t rune = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            const int digit = at_ < text_.size() ? hex_digit(text_[at_]) : -1;
            if (digit < 0) return invalid("in \\u hexadecimal character escape");
            rune = rune * 16 + static_cast<std::uint32_t>(digit);
        }
        return rune;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t values_ = 0;
};

void write_number(JsonWriter& writer, const std::string& literal) {
    const bool whole = literal.find_first_of(".eE") == std::string::npos;
    if (whole) return writer.raw(literal);
    double number = 0;
    std::from_chars(literal.data(), literal.data() + literal.size(), number);
    writer.value(number);
}

void write(JsonWriter& writer, const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::Null:
            return writer.null();
        case JsonValue::Kind::Bool:
            return writer.value(value.flag);
        case JsonValue::Kind::Number:
            return write_number(writer, value.text);
        case JsonValue::Kind::String:
            return writer.value(value.text);
        case JsonValue::Kind::Array:
            writer.begin_array();
            for (const JsonValue& item : value.items) write(writer, item);
            return writer.end_array();
        case JsonValue::Kind::Object:
            break;
    }
    std::vector<const JsonMember*> members;
    for (const auto& member : value.members) members.push_back(&member);
    std::stable_sort(members.begin(), members.end(),
                     [](auto* a, auto* b) { return a->first < b->first; });
    writer.begin_object();
    for (std::size_t i = 0; i < members.size(); ++i) {
        // Of repeated names the last one counts.
        if (i + 1 < members.size() && members[i + 1]->first == members[i]->first) continue;
        writer.key(members[i]->first);
        write(writer, members[i]->second);
    }
    writer.end_object();
}

}  // namespace

std::string_view kind_name(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::Null:
            return "null";
        case JsonValue::Kind::Bool:
            return "bool";
        case JsonValue::Kind::Number:
            return "number";
        case JsonValue::Kind::String:
            return "string";
        case JsonValue::Kind::Array:
            return "array";
        case JsonValue::Kind::Object:
            return "object";
    }
    return "value";
}

Result<JsonValue> parse_json(std::string_view body, std::size_t* fault) {
    Parser parser(body);
    auto tree = parser.parse();
    if (!tree && fault) *fault = parser.at();
    return tree;
}

std::string minified(const JsonValue& value) {
    std::string out;
    JsonWriter writer(out);
    write(writer, value);
    return out;
}

}  // namespace weft
