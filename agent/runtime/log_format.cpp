#include "agent/runtime/log_format.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "agent/base/json_writer.hpp"

namespace weft::agent {

namespace {

struct LevelNames {
    spdlog::level::level_enum level;
    std::string_view padded;  // as Consul writes it
    std::string_view plain;
};

constexpr std::array<LevelNames, 6> kLevels = {{
    {spdlog::level::trace, "[TRACE]", "trace"},
    {spdlog::level::debug, "[DEBUG]", "debug"},
    {spdlog::level::info, "[INFO] ", "info"},
    {spdlog::level::warn, "[WARN] ", "warn"},
    {spdlog::level::err, "[ERROR]", "error"},
    {spdlog::level::critical, "[ERROR]", "error"},
}};

const LevelNames& names_of(spdlog::level::level_enum level) {
    return kLevels[std::min<std::size_t>(static_cast<std::size_t>(level), kLevels.size() - 1)];
}

std::string timestamp(spdlog::log_clock::time_point time) {
    const auto since_epoch = time.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(since_epoch - seconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.count()), millis.count());
}

std::string_view view(spdlog::string_view_t text) {
    return {text.data(), text.size()};
}

void append(std::string_view text, spdlog::memory_buf_t& out) {
    out.append(text.data(), text.data() + text.size());
}

// What ends a line, or what a terminal takes for a command: C0, DEL, and C1 as UTF-8 writes it.
std::size_t control_bytes(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x20 || byte == 0x7f) return 1;
    if (byte != 0xc2 || text.size() < 2) return 0;
    const auto next = static_cast<unsigned char>(text[1]);
    return next >= 0x80 && next < 0xa0 ? 2 : 0;
}

// Peers choose names, and with them parts of lines: no line of theirs shall look like one of ours.
void append_escaped(std::string_view text, spdlog::memory_buf_t& out) {
    std::size_t begin = 0;  // of what is not yet written
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = control_bytes(text.substr(at));
        if (bytes == 0) {
            ++at;
            continue;
        }
        append(text.substr(begin, at - begin), out);
        for (const std::size_t end = at + bytes; at < end; ++at) {
            const auto byte = static_cast<unsigned char>(text[at]);
            append(byte == '\n'   ? "\\n"
                   : byte == '\t' ? "\\t"
                                  : fmt::format("\\x{:02x}", byte),
                   out);
        }
        begin = at;
    }
    append(text.substr(begin), out);
}

class TextFormat final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        append(timestamp(message.time), out);
        append(" ", out);
        append(names_of(message.level).padded, out);
        append(" ", out);
        append(view(message.logger_name), out);
        append(": ", out);
        append_escaped(view(message.payload), out);
        append("\n", out);
    }
    std::unique_ptr<formatter> clone() const override { return std::make_unique<TextFormat>(); }
};

class JsonFormat final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        std::string line;
        JsonWriter writer(line);
        writer.begin_object();
        writer.field("@level", names_of(message.level).plain);
        writer.field("@message", view(message.payload));
        writer.field("@module", view(message.logger_name));
        writer.field("@timestamp", timestamp(message.time));
        writer.end_object();
        append(line, out);
        append("\n", out);
    }
    std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonFormat>(); }
};

}  // namespace

Result<spdlog::level::level_enum> parse_log_level(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "trace") return spdlog::level::trace;
    if (lower == "debug") return spdlog::level::debug;
    if (lower == "info") return spdlog::level::info;
    if (lower == "warn" || lower == "warning") return spdlog::level::warn;
    if (lower == "err" || lower == "error") return spdlog::level::err;
    return make_error(Errc::InvalidArgument, "Unknown log level: " + std::string(text));
}

std::unique_ptr<spdlog::formatter> text_log_format() {
    return std::make_unique<TextFormat>();
}
std::unique_ptr<spdlog::formatter> json_log_format() {
    return std::make_unique<JsonFormat>();
}

}  // namespace weft::agent
