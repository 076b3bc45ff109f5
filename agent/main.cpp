#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "agent/agent_commands.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/dispatch.hpp"
#include "agent/config_commands.hpp"
#include "agent/entry_commands.hpp"
#include "agent/service_files.hpp"
#include "agent/snapshot_files.hpp"

namespace {

// Flushed at once: `monitor` and the screen of `dev` are read while they grow.
void write_all(std::FILE* file, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
}

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return std::string(value);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace weft::agent;
    // A reader that left (`weft monitor | head`) ends a command, even if whoever started it ignores
    // the signal. The agent ignores it itself.
    std::signal(SIGPIPE, SIG_DFL);
    // Ignored by whoever started us, it would hide how the programs of checks end.
    std::signal(SIGCHLD, SIG_DFL);
    CliConsole console{[](std::string_view text) { write_all(stdout, text); },
                       [](std::string_view text) { write_all(stderr, text); }, environment,
                       ::isatty(STDERR_FILENO) == 1};

    std::vector<CliCommand> commands = agent_commands(WEFT_VERSION);
    for (CliCommand& command : client_commands(read_service_file))
        commands.push_back(std::move(command));
    for (CliCommand& command : snapshot_commands(inspect_snapshot))
        commands.push_back(std::move(command));
    for (CliCommand& command : config_commands()) commands.push_back(std::move(command));
    for (CliCommand& command : entry_commands()) commands.push_back(std::move(command));
    for (CliCommand& command : context_commands()) commands.push_back(std::move(command));
    commands.push_back(debug_command(WEFT_VERSION));
    commands = with_own_commands(std::move(commands), WEFT_VERSION, config_help, code_help);
    const std::vector<std::string> words(argv + 1, argv + argc);
    return static_cast<int>(dispatch(commands, words, console));
}
