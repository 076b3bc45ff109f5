#include "agent/io/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "agent/io/dial.hpp"

extern char** environ;

namespace weft {

namespace {

// posix_spawn's two parameter objects with their release.
struct SpawnSettings {
    SpawnSettings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

std::vector<std::string> merged_environment(const EnvironmentEntries& own_entries) {
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto is_replaced = [&](const auto& own) {
            return text.starts_with(own.first) && text.substr(own.first.size()).starts_with('=');
        };
        if (std::none_of(own_entries.begin(), own_entries.end(), is_replaced))
            merged.emplace_back(text);
    }
    for (const auto& [name, value] : own_entries) merged.push_back(name + "=" + value);
    return merged;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

void prepare(SpawnSettings& settings, const SpawnSpec& spec) {
    if (spec.input < 0)
        posix_spawn_file_actions_addopen(&settings.actions, 0, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&settings.actions, spec.input, 0);
    posix_spawn_file_actions_adddup2(&settings.actions, spec.output, 1);
    posix_spawn_file_actions_adddup2(&settings.actions, spec.error, 2);
    // Asio's sockets are not close-on-exec: a program that lives on would hold listening ports.
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, 3);
    // A thread of ours may block signals or ignore some: the program shall find the defaults.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    // But for what `nohup` and shells that run jobs behind their back mean for our user's program.
    if (!spec.own_group)
        for (const int number : {SIGHUP, SIGINT, SIGQUIT})
            if (is_ignored(number)) sigdelset(&all, number);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    posix_spawnattr_setsigdefault(&settings.attributes, &all);
    posix_spawnattr_setpgroup(&settings.attributes, 0);
    const int group = spec.own_group ? POSIX_SPAWN_SETPGROUP : 0;
    posix_spawnattr_setflags(
        &settings.attributes,
        static_cast<short>(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

Result<pid_t> start(const SpawnSpec& spec) {
    const auto environment = merged_environment(spec.environment);
    const auto arguments = pointers(spec.args);
    const auto variables = pointers(environment);
    SpawnSettings settings;
    prepare(settings, spec);
    pid_t pid = 0;
    const int failure = posix_spawnp(&pid, spec.args[0].c_str(), &settings.actions,
                                     &settings.attributes, arguments.data(), variables.data());
    if (failure == 0) return pid;
    const bool in_path = spec.args[0].find('/') == std::string::npos;
    if (failure == ENOENT && in_path) {
        return make_error(
            Errc::NotFound,
            fmt::format("exec: \"{}\": executable file not found in $PATH", spec.args[0]));
    }
    return os_error("fork/exec " + spec.args[0], failure);
}

}  // namespace

bool is_ignored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

Error os_error(const std::string& what, int reason) {
    const boost::system::error_code code(reason, boost::system::system_category());
    return make_error(Errc::Io, what + ": " + plain_words(code));
}

Result<SpawnedChild> spawn_child(const SpawnSpec& spec) {
    WEFT_TRY(auto pid, start(spec));
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (pidfd >= 0) return SpawnedChild{pid, pidfd};
    const int reason = errno;
    ::kill(spec.own_group ? -pid : pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return os_error("pidfd_open", reason);
}

bool child_ended(pid_t pid) {
    siginfo_t info;
    std::memset(&info, 0, sizeof info);
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return true;
    return info.si_pid == pid;
}

Result<EndedChild> reap_child(pid_t pid) {
    siginfo_t info;
    std::memset(&info, 0, sizeof info);
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) != 0) {
        if (errno != EINTR) return os_error("waitid", errno);
    }
    return EndedChild{.by_signal = info.si_code != CLD_EXITED, .code = info.si_status};
}

}  // namespace weft
