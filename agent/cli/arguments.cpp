#include "agent/cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

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

Error usage_error(const CliCommand& command, const std::string& what) {
    return make_error(Errc::InvalidArgument, fmt::format("weft {}: {}", command.path, what));
}

Error unknown_flag(const CliCommand& command, const std::string& word) {
    std::vector<std::string_view> known;
    for (const CliFlag& flag : command.flags)
        if (flag.refusal.empty()) known.push_back(flag.name);
    if (const auto meant = nearest(word, known))
        return usage_error(command,
                           fmt::format("unknown flag -{}, did you mean -{}?", word, *meant));
    return usage_error(command, fmt::format("unknown flag -{} (`weft help {}` lists the flags)",
                                            word, command.path));
}

const CliFlag* flag_of(const CliCommand& command, const std::string& name) {
    const auto found = std::find_if(command.flags.begin(), command.flags.end(),
                                    [&](const CliFlag& flag) { return flag.name == name; });
    return found == command.flags.end() ? nullptr : &*found;
}

// The truth values of Go's strconv.ParseBool.
Result<std::string> switch_value(const CliCommand& command, const CliFlag& flag,
                                 const std::string& text) {
    static const std::vector<std::string> yes = {"1", "t", "T", "true", "TRUE", "True"};
    static const std::vector<std::string> no = {"0", "f", "F", "false", "FALSE", "False"};
    if (std::find(yes.begin(), yes.end(), text) != yes.end()) return std::string("true");
    if (std::find(no.begin(), no.end(), text) != no.end()) return std::string("false");
    return usage_error(command, fmt::format("-{} is true or false, not \"{}\"", flag.name, text));
}

// Reads the flag at `at`, and the word after it when that is its value. Returns how many words were
// used.
Result<std::size_t> take_flag(const CliCommand& command, std::span<const std::string> words,
                              std::size_t at, CliArguments& arguments) {
    const std::string word = words[at].substr(words[at][1] == '-' ? 2 : 1);
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CliFlag* flag = flag_of(command, name);
    if (!flag) return unknown_flag(command, name);
    if (!flag->refusal.empty()) return usage_error(command, flag->refusal);
    if (flag->value.empty()) {
        WEFT_TRY(auto truth,
                 switch_value(command, *flag,
                              equals == std::string::npos ? "true" : word.substr(equals + 1)));
        arguments.add(name, truth);
        return std::size_t{1};
    }
    if (equals != std::string::npos) {
        arguments.add(name, word.substr(equals + 1));
        return std::size_t{1};
    }
    if (at + 1 == words.size()) return usage_error(command, fmt::format("-{} needs a value", name));
    arguments.add(name, words[at + 1]);
    return std::size_t{2};
}

}  // namespace

Result<CliArguments> parse_arguments(const CliCommand& command,
                                     std::span<const std::string> words) {
    CliArguments arguments;
    bool flags_ended = false;
    for (std::size_t at = 0; at < words.size();) {
        const std::string& word = words[at];
        if (!flags_ended && word == "--") {
            flags_ended = true;
            ++at;
        } else if (flags_ended || word.size() < 2 || word[0] != '-') {
            arguments.add_word(word);
            ++at;
        } else {
            WEFT_TRY(auto used, take_flag(command, words, at, arguments));
            at += used;
        }
    }
    if (arguments.words().size() > command.words_max)
        return usage_error(command, fmt::format("unexpected argument \"{}\"",
                                                arguments.words()[command.words_max]));
    return arguments;
}

}  // namespace weft::agent
