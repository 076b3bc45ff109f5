#include "tests/support/impair/rule.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace weft::test {
namespace {

struct Field {
    std::string_view key;
    enum class Kind { Flag, Probability, Milliseconds } kind;
    bool Rule::*flag = nullptr;
    double Rule::*probability = nullptr;
    Duration Rule::*duration = nullptr;
};

constexpr Field flag(std::string_view key, bool Rule::*member) {
    return {.key = key, .kind = Field::Kind::Flag, .flag = member};
}
constexpr Field probability(std::string_view key, double Rule::*member) {
    return {.key = key, .kind = Field::Kind::Probability, .probability = member};
}
constexpr Field milliseconds(std::string_view key, Duration Rule::*member) {
    return {.key = key, .kind = Field::Kind::Milliseconds, .duration = member};
}

constexpr Field kFields[] = {
    flag("block", &Rule::block),
    flag("clog", &Rule::clog),
    probability("loss", &Rule::loss),
    probability("duplicate", &Rule::duplicate),
    probability("corrupt", &Rule::corrupt),
    milliseconds("delay_ms", &Rule::delay),
    milliseconds("jitter_ms", &Rule::jitter),
    probability("slow", &Rule::slow),
    milliseconds("slow_ms", &Rule::slow_delay),
    flag("ordered", &Rule::ordered),
    probability("reorder", &Rule::reorder),
    milliseconds("reorder_ms", &Rule::reorder_delay),
};

constexpr double kMillisecondsMost = 3'600'000;
constexpr double kKbitMost = 100'000'000;
constexpr double kQueueMost = 1U << 30;

Error wrong(std::string_view key, std::string_view value, std::string_view wanted) {
    return make_error(Errc::InvalidArgument, fmt::format("{}={}: {}", key, value, wanted));
}

Result<double> number(std::string_view key, std::string_view value, double most) {
    double parsed = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    // Written so that NaN is refused too.
    const bool fits = parsed >= 0 && parsed <= most;
    if (failure != std::errc{} || end != value.data() + value.size() || !fits)
        return wrong(key, value, fmt::format("a number from 0 to {}", most));
    return parsed;
}

Result<void> set_field(Rule& rule, const Field& field, std::string_view value) {
    switch (field.kind) {
        case Field::Kind::Flag:
            if (value != "0" && value != "1") return wrong(field.key, value, "0 or 1");
            rule.*field.flag = value == "1";
            break;
        case Field::Kind::Probability: {
            WEFT_TRY(rule.*field.probability, number(field.key, value, 1));
            break;
        }
        case Field::Kind::Milliseconds: {
            WEFT_TRY(const double ms, number(field.key, value, kMillisecondsMost));
            rule.*field.duration = Duration(std::llround(ms * 1e6));
            break;
        }
    }
    return success();
}

bool differs(const Rule& rule, const Field& field) {
    const Rule fresh;
    switch (field.kind) {
        case Field::Kind::Flag:
            return rule.*field.flag != fresh.*field.flag;
        case Field::Kind::Probability:
            return rule.*field.probability > 0;
        case Field::Kind::Milliseconds:
            return rule.*field.duration != Duration{};
    }
    return false;
}

std::string text_of(const Rule& rule, const Field& field) {
    switch (field.kind) {
        case Field::Kind::Flag:
            return rule.*field.flag ? "1" : "0";
        case Field::Kind::Probability:
            return fmt::format("{}", rule.*field.probability);
        case Field::Kind::Milliseconds:
            return fmt::format("{}", static_cast<double>((rule.*field.duration).count()) / 1e6);
    }
    return {};
}

}  // namespace

Result<void> set_key(Rule& rule, std::string_view key, std::string_view value) {
    for (const Field& field : kFields) {
        if (field.key == key) return set_field(rule, field, value);
    }
    if (key == "checksum") {
        if (value != "fixed" && value != "broken") return wrong(key, value, "fixed or broken");
        rule.checksum = value == "fixed" ? Checksum::Fixed : Checksum::Broken;
        return success();
    }
    if (key == "rate_kbit") {
        WEFT_TRY(const double kbit, number(key, value, kKbitMost));
        rule.rate = static_cast<std::uint64_t>(std::llround(kbit * 1000));
        return success();
    }
    if (key == "queue_bytes") {
        WEFT_TRY(const double bytes, number(key, value, kQueueMost));
        rule.queue_bytes = static_cast<std::size_t>(bytes);
        return success();
    }
    return wrong(key, value, "no such key");
}

std::string to_text(const Rule& rule) {
    const Rule fresh;
    std::string text;
    const auto add = [&](std::string_view key, std::string_view value) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value);
    };
    for (const Field& field : kFields) {
        if (differs(rule, field)) add(field.key, text_of(rule, field));
    }
    if (rule.checksum != fresh.checksum) add("checksum", "broken");
    if (rule.rate != fresh.rate)
        add("rate_kbit", fmt::format("{}", static_cast<double>(rule.rate) / 1000));
    if (rule.queue_bytes != fresh.queue_bytes)
        add("queue_bytes", fmt::format("{}", rule.queue_bytes));
    return text;
}

Fate draw_fate(const Rule& rule, Rng& rng) {
    Fate fate;
    fate.lost = rng.unit() < rule.loss;
    fate.corrupted = rng.unit() < rule.corrupt;
    fate.bit = rng.next();
    fate.duplicated = rng.unit() < rule.duplicate;
    for (Travel& travel : fate.travel) {
        const double part = 2 * rng.unit() - 1;
        travel.delay = rule.delay + std::chrono::round<Duration>(part * rule.jitter);
        if (rng.unit() < rule.slow) travel.delay += rule.slow_delay;
        travel.overtaken = rng.unit() < rule.reorder;
        if (travel.overtaken) travel.delay += rule.reorder_delay;
        travel.delay = std::max(travel.delay, Duration{});
    }
    return fate;
}

}  // namespace weft::test
