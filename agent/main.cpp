#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "agent/agent_commands.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/dispatch.hpp"
#include "agent/config_commands.hpp"
#include "agent/entry_commands.hpp"
#include "agent/runtime/agent_identity.hpp"
#include "agent/service_files.hpp"
#include "agent/snapshot_files.hpp"

namespace {

// Flushed at once: `monitor` and the screen of `dev` are read while they grow. False: not all of it
// was written.
bool write_all(std::FILE* file, std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    return std::fflush(file) == 0 && written;
}

std::string read_input(std::size_t max) {
    std::string text;
    char block[65536];
    while (text.size() < max) {
        const std::size_t size =
            std::fread(block, 1, std::min(sizeof block, max - text.size()), stdin);
        if (size == 0) break;
        text.append(block, size);
    }
    return text;
}

std::string read_typed_line() {
    std::string line;
    for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar())
        line.push_back(static_cast<char>(c));
    return line;
}

// A link of that name to this program speaks as that program does.
bool started_as_consul(std::string_view program) {
    return program.substr(program.rfind('/') + 1) == "consul";
}

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return std::string(value);
}

// Whoever started us may have closed some of them. The next file would take such a number, and what
// is printed would go into the agent's log or a table of its database. Opened the wrong way round,
// so that reading and writing fail as before.
void hold_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) != -1) continue;
        // The lowest number that is free is this one.
        (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

}  // namespace

int main(int argc, char** argv) {
    using namespace weft::agent;
    hold_standard_streams();
    // A reader that left (`weft monitor | head`) ends a command, even if whoever started it ignores
    // the signal. The agent ignores it itself.
    std::signal(SIGPIPE, SIG_DFL);
    // Ignored by whoever started us, it would hide how the programs of checks end.
    std::signal(SIGCHLD, SIG_DFL);
    int lost_output = 0;  // the first reason
    const auto out = [&](std::string_view text) {
        if (!write_all(stdout, text) && lost_output == 0) lost_output = errno;
    };
    CliConsole console{.out = out,
                       .err = [](std::string_view text) { write_all(stderr, text); },
                       .environment = environment,
                       .in = read_input,
                       .as_consul = argc > 0 && started_as_consul(argv[0]),
                       .consul_version = kConsulVersion,
                       .err_is_terminal = ::isatty(STDERR_FILENO) == 1};

    if (console.err_is_terminal && ::isatty(STDIN_FILENO) == 1)
        console.typed_line = read_typed_line;

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
    const int status = exit_status(dispatch(commands, words, console), console.as_consul);
    if (lost_output == 0) return status;
    console.err(std::string("error: cannot write the output: ") + std::strerror(lost_output) +
                "\n");
    return status == 0 ? 1 : status;
}
