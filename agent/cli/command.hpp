#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The command line as data: one table of commands is parsed by (arguments.hpp), shown by (help.hpp)
// and dispatched by (dispatch.hpp), so that help and completion can't say anything else than what
// is accepted.
namespace weft::agent {

// What a script may rely on; see README.md.
enum class ExitCode {
    Ok = 0,
    Failed = 1,  // the agent said no, or the answer is negative
    Usage = 2,
    Unreachable = 3,
    Denied = 4,
    NotFound = 5,
    NoLeader = 6,
    TimedOut = 7,
};

// Exactly this status, whatever name the program was started under: a child's, or one that Consul
// has.
ExitCode exactly(int status);

// The status to end with. Consul knows 0 and 1; what its commands say beside that, they say
// exactly.
int exit_status(ExitCode code, bool as_consul);

struct CliFlag {
    std::string name;   // without dashes
    std::string value;  // what the help calls its value; empty: a switch, given as -x or -x=false
    std::string help;   // empty: understood, but not listed
    bool repeatable = false;
    std::string refusal =
        {};  // a flag of Consul's that weft does not have yet: the sentence that refuses it
    std::string taken = {};  // but for this value, which asks for nothing
    // Consul's commands leave out of account what has no meaning; weft's refuse it. None of these
    // counts under Consul's name. A switch that is off counts as not given.
    std::vector<std::string> needs = {};    // has a meaning beside one of these flags alone
    std::vector<std::string> against = {};  // cannot be true beside any of these
    std::string idle = {};                  // never has a meaning: the sentence that says so
};

// Flags and words of one call, checked against the command's table.
class CliArguments {
public:
    void add(const std::string& flag, std::string value) {
        in_order_.emplace_back(flag, value);
        flags_[flag].push_back(std::move(value));
    }
    void add_word(std::string word) { words_.push_back(std::move(word)); }

    void ask_for_help() { asks_for_help_ = true; }

    bool asks_for_help() const { return asks_for_help_; }
    bool has(const std::string& flag) const { return flags_.contains(flag); }
    bool is_on(const std::string& flag) const { return last(flag) == "true"; }
    // The last value given wins, as in Go.
    std::string text(const std::string& flag, std::string fallback = {}) const;
    std::vector<std::string> all(const std::string& flag) const;
    const std::map<std::string, std::vector<std::string>>& flags() const { return flags_; }
    // All flags as they stood, where the order between different ones counts.
    const std::vector<std::pair<std::string, std::string>>& in_order() const { return in_order_; }
    const std::vector<std::string>& words() const { return words_; }
    std::vector<std::string> take_words() { return std::exchange(words_, {}); }

private:
    std::string last(const std::string& flag) const { return text(flag); }

    std::map<std::string, std::vector<std::string>> flags_;
    std::vector<std::pair<std::string, std::string>> in_order_;
    std::vector<std::string> words_;
    bool asks_for_help_ = false;
};

// How Consul's command begins the line that says why its agent failed it.
struct ConsulFailure {
    std::string unreachable, refused;
};

// The world as a command sees it; tests hand in another one.
struct CliConsole {
    std::function<void(std::string_view)> out;  // data
    std::function<void(std::string_view)> err;  // everything else
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::function<std::string(std::size_t max)> in = {};  // stdin to its end, at most max bytes
    // One line that a person types, without its end; none: nobody is there to be asked.
    std::function<std::string()> typed_line = {};
    bool as_consul = false;             // started under that name: its flags, texts and exit codes
    std::string consul_version = {};    // whose API is spoken
    ConsulFailure consul_failure = {};  // of the command that runs
    bool err_is_terminal = false;

    // A non-empty variable, the first of the names that is set; weft's own names come first.
    std::optional<std::string> variable(std::initializer_list<const char*> names) const;
};

using CliHandler = std::function<ExitCode(const CliArguments&, CliConsole&)>;

struct CliCommand {
    std::string path;   // "services register"
    std::string group;  // heading in the overview
    std::string summary;
    std::string words;  // what may follow the flags, for help: "[FILE ..]"; empty: nothing may
    std::size_t words_max = 0;
    std::vector<CliFlag> flags;
    std::vector<std::string> examples;
    CliHandler run;
    // Of which names its words are, for completion: keys, services, nodes, contexts; empty: others.
    std::string completes = {};
    // Which word begins a command to run, whose flags are its own: there this one's end.
    std::size_t command_from = kNoCommand;

    static constexpr std::size_t kNoCommand = ~std::size_t{0};
};

}  // namespace weft::agent
