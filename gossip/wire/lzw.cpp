#include "gossip/wire/lzw.hpp"

#include <array>
#include <cstdint>

#include "gossip/wire/errc.hpp"

namespace weft::gossip {
namespace {

using Code = std::uint32_t;

constexpr Code kClear = 256;
constexpr Code kEnd = 257;
constexpr Code kCodes = 4096;
constexpr unsigned kWidthMin = 9;
constexpr unsigned kWidthMax = 12;

class CodeReader {
public:
    explicit CodeReader(std::string_view bytes) : bytes_(bytes) {}

    // False at the end of the bytes.
    bool read(Code& code, unsigned width) {
        while (held_ < width) {
            if (next_ == bytes_.size()) return false;
            bits_ |= std::uint32_t{static_cast<std::uint8_t>(bytes_[next_++])} << held_;
            held_ += 8;
        }
        code = bits_ & ((1U << width) - 1);
        bits_ >>= width;
        held_ -= width;
        return true;
    }

private:
    std::string_view bytes_;
    std::size_t next_ = 0;
    std::uint32_t bits_ = 0;
    unsigned held_ = 0;
};

// The strings that the decoder has defined, each as a shorter one and a byte more.
class Strings {
public:
    void clear() {
        last_ = kEnd;
        width_ = kWidthMin;
        has_previous_ = false;
    }
    unsigned width() const { return width_; }

    // Appends the code's string and defines the next one. False: no such code.
    bool append(std::string& out, Code code) {
        if (code > last_) return false;
        const bool is_next = code == last_ && has_previous_;  // the one that this code defines
        const std::size_t size = is_next ? length(previous_) + 1 : length(code);
        const std::size_t begin = out.size();
        out.resize(begin + size);
        if (is_next) {
            write(out, begin + size - 1, previous_);
            out.back() = out[begin];
        } else {
            write(out, begin + size, code);
        }
        if (has_previous_) {
            prefix_[last_] = static_cast<std::uint16_t>(previous_);
            suffix_[last_] = out[begin];
            length_[last_] = length(previous_) + 1;
        }
        previous_ = code;
        has_previous_ = true;
        advance();
        return true;
    }

private:
    std::uint32_t length(Code code) const { return code < kClear ? 1 : length_[code]; }

    // Ends before end.
    void write(std::string& out, std::size_t end, Code code) const {
        for (; code > kEnd; code = prefix_[code]) out[--end] = suffix_[code];
        out[--end] = static_cast<char>(code);
    }

    void advance() {
        if (++last_ < (1U << width_)) return;
        if (width_ < kWidthMax) {
            ++width_;
        } else {
            --last_;  // full: nothing more is defined
            has_previous_ = false;
        }
    }

    std::array<std::uint16_t, kCodes> prefix_;
    std::array<char, kCodes> suffix_;
    std::array<std::uint32_t, kCodes> length_;
    Code last_ = kEnd;  // to be defined by the next code, unless that is the first or all are
    unsigned width_ = kWidthMin;
    Code previous_ = 0;
    bool has_previous_ = false;
};

class CodeWriter {
public:
    explicit CodeWriter(std::string& out) : out_(out) {}

    void write(Code code, unsigned width) {
        bits_ |= code << held_;
        held_ += width;
        for (; held_ >= 8; held_ -= 8, bits_ >>= 8) out_.push_back(static_cast<char>(bits_));
    }
    void finish() {
        if (held_ > 0) out_.push_back(static_cast<char>(bits_));
    }

private:
    std::string& out_;
    std::uint32_t bits_ = 0;
    unsigned held_ = 0;
};

// The codes of strings, found by the code of all but the last byte and that byte.
class Codes {
public:
    Codes() { clear(); }
    void clear() { slots_.fill(0); }

    // 0: none.
    Code find(Code prefix, std::uint8_t byte) const {
        const std::uint32_t key = key_of(prefix, byte);
        for (std::size_t i = slot_of(key); slots_[i] != 0; i = next(i)) {
            if (slots_[i] >> kWidthMax == key) return slots_[i] & (kCodes - 1);
        }
        return 0;
    }
    void add(Code prefix, std::uint8_t byte, Code code) {
        const std::uint32_t key = key_of(prefix, byte);
        std::size_t i = slot_of(key);
        while (slots_[i] != 0) i = next(i);
        slots_[i] = key << kWidthMax | code;
    }

private:
    static constexpr std::size_t kSlots = 4 * kCodes;

    static std::uint32_t key_of(Code prefix, std::uint8_t byte) { return prefix << 8 | byte; }
    static std::size_t slot_of(std::uint32_t key) { return (key * 2654435769U) >> 18; }
    static std::size_t next(std::size_t slot) { return (slot + 1) % kSlots; }

    std::array<std::uint32_t, kSlots> slots_;  // the key above the code; 0: free
};

}  // namespace

Result<void> lzw_expand(std::string& out, std::string_view packed, std::size_t bytes_max) {
    const std::size_t begin = out.size();
    const auto refuse = [&](WireErrc why) {
        out.resize(begin);
        return make_error(why);
    };
    CodeReader reader(packed);
    Strings strings;
    for (;;) {
        Code code = 0;
        if (!reader.read(code, strings.width())) return refuse(WireErrc::BadCompression);
        if (code == kEnd) break;
        if (code == kClear) {
            strings.clear();
            continue;
        }
        if (!strings.append(out, code)) return refuse(WireErrc::BadCompression);
        if (out.size() - begin > bytes_max) return refuse(WireErrc::TooLarge);
    }
    if (out.size() == begin) return refuse(WireErrc::Empty);
    return success();
}

void lzw_compress(std::string& out, std::string_view plain) {
    CodeWriter writer(out);
    Codes codes;
    unsigned width = kWidthMin;
    Code last = kEnd;
    // After each code but the first CLEAR. False when the table was full and begins anew.
    const auto advance = [&] {
        ++last;
        if (last == (1U << width) && width < kWidthMax) ++width;
        if (last < kCodes - 1) return true;
        writer.write(kClear, width);
        width = kWidthMin;
        last = kEnd;
        codes.clear();
        return false;
    };
    writer.write(kClear, width);
    Code current = kClear;  // of the longest known string so far; kClear: none
    for (const char character : plain) {
        const auto byte = static_cast<std::uint8_t>(character);
        if (current == kClear) {
            current = byte;
            continue;
        }
        if (const Code longer = codes.find(current, byte)) {
            current = longer;
            continue;
        }
        writer.write(current, width);
        if (advance()) codes.add(current, byte, last);
        current = byte;
    }
    if (current != kClear) {
        writer.write(current, width);
        advance();
    }
    writer.write(kEnd, width);
    writer.finish();
}

}  // namespace weft::gossip
