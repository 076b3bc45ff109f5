#include "agent/cli/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "agent/cli/help.hpp"

namespace weft::agent {

namespace {

using NextWords = std::map<std::string, std::set<std::string>>;

NextWords next_words(std::span<const CliCommand> commands) {
    // For each beginning of a path, the words that may follow it; for each whole path, its flags.
    NextWords next;
    for (const CliCommand& command : commands) {
        std::string before;
        std::size_t begin = 0;
        while (begin <= command.path.size()) {
            const std::size_t end = std::min(command.path.find(' ', begin), command.path.size());
            next[before].insert(command.path.substr(begin, end - begin));
            before = command.path.substr(0, end);
            begin = end + 1;
        }
        for (const CliFlag* flag : shown_flags(command)) next[before].insert("-" + flag->name);
    }
    return next;
}

// Flags whose values are names that the agent or the user's file knows.
constexpr std::pair<const char*, const char*> kNamedBy[] = {
    {"-context", "contexts"}, {"-kind", "kinds"}, {"-node", "nodes"}, {"-service", "services"}};

// For single quotes of a shell.
std::string in_quotes(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return "'" + out + "'";
}

}  // namespace

std::string bash_completion(std::span<const CliCommand> commands) {
    const NextWords next = next_words(commands);
    std::string text =
        "_weft() {\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} path= word words=\n"
        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        case $word in -*) break ;; *) path+=\"${path:+ }$word\" ;; esac\n"
        "    done\n"
        "    case $path in\n";
    for (const auto& [before, words] : next) {
        text += fmt::format("    \"{}\") words=\"", before);
        for (const std::string& word : words) text += word + " ";
        text.back() = '"';
        text += " ;;\n";
    }
    text +=
        "    esac\n"
        "    local names=\n"
        "    case ${COMP_WORDS[COMP_CWORD-1]} in\n";
    for (const auto& [flag, what] : kNamedBy)
        text += fmt::format("    {}) names={} words= ;;\n", flag, what);
    text += "    *) [[ $cur == -* ]] || case $path in\n";
    for (const CliCommand& command : commands)
        if (!command.completes.empty())
            text += fmt::format("    \"{0}\"|\"{0} \"*) names={1} ;;\n", command.path,
                                command.completes);
    text +=
        "    esac ;;\n"
        "    esac\n"
        // maint takes a service out by its id.
        "    [[ $names != services || $path != maint ]] || names=service-ids\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        // Whoever may write keys chooses their names: the shell must never read them as more.
        "    [[ -z $names ]] || while IFS= read -r word; do\n"
        "        printf -v word %q \"$word\"\n"
        "        COMPREPLY+=(\"$word\")\n"
        "    done < <(\"${COMP_WORDS[0]}\" __complete $names \"$cur\" 2>/dev/null)\n"
        "}\n"
        "complete -o default -F _weft weft\n";
    return text;
}

std::string zsh_completion(std::span<const CliCommand> commands) {
    std::string text =
        "#compdef weft\n"
        "_weft() {\n"
        "    local beginning= word\n"
        "    local -a choices\n"
        "    for word in ${words[2,CURRENT-1]}; do\n"
        "        case $word in -*) break ;; *) beginning+=\"${beginning:+ }$word\" ;; esac\n"
        "    done\n"
        "    case $beginning in\n";
    for (const auto& [before, words] : next_words(commands)) {
        text += fmt::format("        {}) choices=(", in_quotes(before));
        for (const std::string& word : words) text += word + " ";
        text.back() = ')';
        text += " ;;\n";
    }
    text += "    esac\n    case $beginning in\n";
    for (const CliCommand& command : commands)
        if (!command.completes.empty())
            text += fmt::format(
                "        {}*) choices+=(${{(f)\"$(weft __complete {} \"$PREFIX\" "
                "2>/dev/null)\"}}) ;;\n",
                in_quotes(command.path), command.completes);
    text +=
        "    esac\n"
        "    compadd -a choices\n"
        "    _files\n"
        "}\n"
        "compdef _weft weft\n";
    return text;
}

std::string fish_completion(std::span<const CliCommand> commands) {
    std::string text =
        "function __weft_path\n"
        "    set -l path\n"
        "    for word in (commandline -opc)[2..-1]\n"
        "        string match -q -- '-*' $word; and break\n"
        "        set -a path $word\n"
        "    end\n"
        "    test \"$path\" = \"$argv\"\n"
        "end\n"
        "complete -c weft -f\n";
    for (const auto& [before, words] : next_words(commands)) {
        for (const std::string& word : words) {
            if (word.starts_with('-')) continue;
            text += fmt::format("complete -c weft -n {} -a {}\n",
                                in_quotes("__weft_path " + before), word);
        }
    }
    for (const CliCommand& command : commands)
        if (!command.completes.empty())
            text += fmt::format(
                "complete -c weft -n {} -a '(weft __complete {} (commandline -ct) 2>/dev/null)'\n",
                in_quotes("__weft_path " + command.path), command.completes);
    for (const CliCommand& command : commands) {
        for (const CliFlag* flag : shown_flags(command)) {
            text +=
                fmt::format("complete -c weft -n {} -o {} {}-d {}\n",
                            in_quotes("string match -q -- 'weft " + command.path +
                                      "*' (commandline -opc | string join ' ')"),
                            flag->name, flag->value.empty() ? "" : "-r ", in_quotes(flag->help));
        }
    }
    return text;
}

}  // namespace weft::agent
