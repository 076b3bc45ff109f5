#include "agent/cli/confirm.hpp"

#include <fmt/format.h>

#include "agent/cli/failure.hpp"

namespace weft::agent {

std::vector<CliFlag> with_danger_flags(std::vector<CliFlag> flags) {
    flags.push_back(
        {"yes", "", "do not ask; where nobody can be asked, nothing is done without it"});
    flags.push_back({"dry-run", "", "say what would be done, and do nothing"});
    return flags;
}

bool asks_first(const CliArguments& arguments, const CliConsole& console) {
    if (arguments.is_on("dry-run")) return true;
    return !console.as_consul && !arguments.is_on("yes");
}

std::optional<ExitCode> confirm(const CliArguments& arguments, CliConsole& console,
                                const std::string& effect) {
    if (!asks_first(arguments, console)) return std::nullopt;
    if (arguments.is_on("dry-run")) {
        console.out(fmt::format("this would {}\n", effect));
        return ExitCode::Ok;
    }
    if (!console.typed_line)
        return fail_usage(console, fmt::format("this would {}: -yes does it", effect));
    console.err(fmt::format("this would {}; type yes to go on: ", effect));
    const std::string answer = console.typed_line();
    if (answer == "yes" || answer == "y") return std::nullopt;
    console.err("nothing was done\n");
    return ExitCode::Failed;
}

}  // namespace weft::agent
