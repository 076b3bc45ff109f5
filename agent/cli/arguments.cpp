#include "agent/cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "agent/base/go_duration.hpp"
#include "agent/base/go_quote.hpp"
#include "agent/base/nearest.hpp"

namespace weft::agent {

std::string CliArguments::text(const std::string& flag, std::string fallback) const {
    const auto found = flags_.find(flag);
    return found == flags_.end() ? std::move(fallback) : found->second.back();
}

std::vector<std::string> CliArguments::all(const std::string& flag) const {
    const auto found = flags_.find(flag);
    return found == flags_.end() ? std::vector<std::string>() : found->second;
}

namespace {

// One call being read. What is wrong is said in weft's words, or in those of Go's flag package.
class Reader {
public:
    Reader(const CliCommand& command, bool as_consul) : command_(command), as_consul_(as_consul) {}

    Error usage_error(const std::string& what, const std::string& in_go) const {
        if (as_consul_) return make_error(Errc::InvalidArgument, in_go);
        return make_error(Errc::InvalidArgument, fmt::format("weft {}: {}", command_.path, what));
    }

    // Reads the flag at `at`, and the word after it when that is its value. Returns how many words
    // were used.
    Result<std::size_t> take_flag(std::span<const std::string> words, std::size_t at,
                                  CliArguments& arguments) const;

    // Whether each flag has a meaning beside the others.
    Result<void> check_together(const CliArguments& arguments) const;

private:
    bool is_given(const CliArguments& arguments, const std::string& name) const;
    Error unknown_flag(const std::string& name) const;
    const CliFlag* flag_of(const std::string& name) const;
    Result<std::string> switch_value(const CliFlag& flag, const std::string& text) const;

    const CliCommand& command_;
    bool as_consul_;
};

Error Reader::unknown_flag(const std::string& name) const {
    const std::string in_go = "flag provided but not defined: -" + name;
    std::vector<std::string_view> known;
    for (const CliFlag& flag : command_.flags)
        if (flag.refusal.empty()) known.push_back(flag.name);
    if (const auto meant = nearest(name, known))
        return usage_error(fmt::format("unknown flag -{}, did you mean -{}?", name, *meant), in_go);
    return usage_error(
        fmt::format("unknown flag -{} (`weft help {}` lists the flags)", name, command_.path),
        in_go);
}

const CliFlag* Reader::flag_of(const std::string& name) const {
    const auto found = std::find_if(command_.flags.begin(), command_.flags.end(),
                                    [&](const CliFlag& flag) { return flag.name == name; });
    return found == command_.flags.end() ? nullptr : &*found;
}

// The truth values of Go's strconv.ParseBool.
Result<std::string> Reader::switch_value(const CliFlag& flag, const std::string& text) const {
    if (const auto is_on = truth_of(text)) return std::string(*is_on ? "true" : "false");
    return usage_error(
        fmt::format("-{} is true or false, not \"{}\"", flag.name, text),
        fmt::format("invalid boolean value {} for -{}: parse error", go_quote(text), flag.name));
}

Result<std::size_t> Reader::take_flag(std::span<const std::string> words, std::size_t at,
                                      CliArguments& arguments) const {
    const std::string word = words[at].substr(words[at][1] == '-' ? 2 : 1);
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CliFlag* flag = flag_of(name);
    if (!flag && (name == "h" || name == "help")) {
        arguments.ask_for_help();
        return std::size_t{1};
    }
    if (!flag) return unknown_flag(name);
    if (!flag->refusal.empty()) {
        const bool is_next = equals == std::string::npos && at + 1 < words.size();
        const std::string given = is_next                       ? words[at + 1]
                                  : equals == std::string::npos ? std::string()
                                                                : word.substr(equals + 1);
        if (flag->taken.empty() || given != flag->taken)
            return usage_error(flag->refusal, flag->refusal);
    }
    if (flag->value.empty()) {
        WEFT_TRY(
            auto truth,
            switch_value(*flag, equals == std::string::npos ? "true" : word.substr(equals + 1)));
        arguments.add(name, truth);
        return std::size_t{1};
    }
    if (equals != std::string::npos) {
        arguments.add(name, word.substr(equals + 1));
        return std::size_t{1};
    }
    if (at + 1 == words.size())
        return usage_error(fmt::format("-{} needs a value", name),
                           "flag needs an argument: -" + name);
    arguments.add(name, words[at + 1]);
    return std::size_t{2};
}

bool Reader::is_given(const CliArguments& arguments, const std::string& name) const {
    const CliFlag* flag = flag_of(name);
    if (!flag) return false;
    return flag->value.empty() ? arguments.is_on(name) : arguments.has(name);
}

Result<void> Reader::check_together(const CliArguments& arguments) const {
    const auto given = [&](const std::string& name) { return is_given(arguments, name); };
    for (const CliFlag& flag : command_.flags) {
        if (!given(flag.name)) continue;
        if (!flag.idle.empty()) return usage_error(flag.idle, {});
        const bool has_needed = std::any_of(flag.needs.begin(), flag.needs.end(), given);
        if (!flag.needs.empty() && !has_needed)
            return usage_error(
                fmt::format("-{} goes with -{}", flag.name, fmt::join(flag.needs, " or -")), {});
        const auto other = std::find_if(flag.against.begin(), flag.against.end(), given);
        if (other != flag.against.end())
            return usage_error(fmt::format("give -{} or -{}, not both", flag.name, *other), {});
    }
    return success();
}

// Of its commands only `kv put` takes one word or two.
std::string too_many_in_consul(std::size_t most, std::size_t given) {
    if (most == 2) return fmt::format("Error! Too many arguments (expected 1 or 2, got {})", given);
    return fmt::format("Too many arguments (expected {}, got {})", most, given);
}

// Whose words are of no matter to Consul's command.
bool takes_any_words(const std::string& path, bool as_consul) {
    return as_consul &&
           (path == "reload" || path == "info" || path == "keygen" || path == "version");
}

// "-5" is a value: no flag begins with a digit.
bool is_flag(const std::string& word) {
    return word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9');
}

}  // namespace

Result<CliArguments> parse_arguments(const CliCommand& command, std::span<const std::string> words,
                                     bool as_consul) {
    const Reader reader(command, as_consul);
    CliArguments arguments;
    bool flags_ended = false;
    for (std::size_t at = 0; at < words.size();) {
        const std::string& word = words[at];
        if (!flags_ended && word == "--") {
            flags_ended = true;
            ++at;
        } else if (flags_ended || !is_flag(word)) {
            arguments.add_word(word);
            flags_ended =
                flags_ended || as_consul || arguments.words().size() > command.command_from;
            ++at;
        } else {
            WEFT_TRY(auto used, reader.take_flag(words, at, arguments));
            at += used;
        }
    }
    const std::size_t given = arguments.words().size();
    if (given > command.words_max && !arguments.asks_for_help() &&
        !takes_any_words(command.path, as_consul))
        return reader.usage_error(
            fmt::format("unexpected argument \"{}\"", arguments.words()[command.words_max]),
            too_many_in_consul(command.words_max, given));
    if (!as_consul && !arguments.asks_for_help()) {
        WEFT_TRY(reader.check_together(arguments));
    }
    return arguments;
}

std::optional<bool> truth_of(std::string_view word) {
    static constexpr std::array<std::string_view, 6> kYes = {"1", "t", "T", "true", "TRUE", "True"};
    static constexpr std::array<std::string_view, 6> kNo = {"0",     "f",     "F",
                                                            "false", "FALSE", "False"};
    if (std::find(kYes.begin(), kYes.end(), word) != kYes.end()) return true;
    if (std::find(kNo.begin(), kNo.end(), word) != kNo.end()) return false;
    return std::nullopt;
}

namespace {

// As Go's flags are read: 16, 0x10, 020, 0o20 and 0b10000.
std::optional<std::uint64_t> go_number(std::string_view text) {
    int base = 10;
    if (text.size() > 1 && text.front() == '0') {
        const char mark = static_cast<char>(text[1] | 0x20);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
    }
    std::uint64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, failure] = std::from_chars(text.data(), last, number, base);
    if (failure != std::errc() || end != last) return std::nullopt;
    return number;
}

}  // namespace

Result<std::uint64_t> number_flag(const CliArguments& arguments, const std::string& flag,
                                  std::uint64_t fallback, std::uint64_t least, std::uint64_t most) {
    if (!arguments.has(flag)) return fallback;
    const std::string text = arguments.text(flag);
    const auto number = go_number(text);
    if (number && *number >= least && *number <= most) return *number;
    const std::string bound = most == ~std::uint64_t{0} ? "on" : "to " + std::to_string(most);
    return make_error(Errc::InvalidArgument, fmt::format("-{} is a number from {} {}, not \"{}\"",
                                                         flag, least, bound, text));
}

CliFlag modify_index_flag(std::string help) {
    return {.name = "modify-index", .value = "INDEX", .help = std::move(help), .needs = {"cas"}};
}

Result<Duration> time_flag(const CliArguments& arguments, const std::string& flag,
                           Duration fallback) {
    if (!arguments.has(flag)) return fallback;
    const auto time = parse_go_duration(arguments.text(flag));
    if (time && time.value() >= Duration::zero()) return time;
    return make_error(Errc::InvalidArgument, fmt::format("-{} is a time such as 30s, not \"{}\"",
                                                         flag, arguments.text(flag)));
}

}  // namespace weft::agent
