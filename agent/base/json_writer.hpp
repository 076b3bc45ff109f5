#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// Streaming JSON writer with the layout of Go's encoding/json: minified, or indented by four
// spaces; "<", ">", "&", U+2028 and U+2029 are escaped and invalid UTF-8 becomes U+FFFD. Field
// order is the caller's: it is part of Consul's contract. Misuse (a value where a key is due) is a
// bug and asserted.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out, bool pretty = false) : out_(out), pretty_(pretty) {}

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    void key(std::string_view name);

    void value(std::string_view text);
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(bool flag);
    void value(std::int64_t number);
    void value(std::uint64_t number);
    void value(int number) { value(static_cast<std::int64_t>(number)); }
    void value(unsigned number) { value(static_cast<std::uint64_t>(number)); }
    void value(double number);
    void null();

    std::size_t size() const { return out_.size(); }  // of all that is written so far

    // JSON text made elsewhere; it must be minified and is laid out anew when this writer is
    // pretty.
    void raw(std::string_view json);

    template <class T>
    void field(std::string_view name, const T& content) {
        key(name);
        value(content);
    }
    void null_field(std::string_view name) {
        key(name);
        null();
    }

private:
    void open(char bracket);
    void close(char bracket);
    void before_value();
    void new_line();
    void append_quoted(std::string_view text);

    struct Level {
        bool empty = true;
    };

    std::string& out_;
    bool pretty_;
    bool after_key_ = false;
    std::vector<Level> levels_;
};

}  // namespace weft
