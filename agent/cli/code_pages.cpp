#include "agent/cli/code_pages.hpp"

namespace weft::agent {
namespace {

constexpr CodePage kPages[] = {
    {"W2001", "no agent answered",
     "Nothing listens at the address, or it does not speak HTTP in time. Is the agent running\n"
     "(`systemctl status weft`)? Another address is given by -http-addr, WEFT_HTTP_ADDR or a "
     "context\n"
     "(`weft context list`). Trying again may help. Exit code 3.\n"},
    {"W2002", "the agent refused or failed",
     "The agent answered with an error; its words are the cause. Its log has more:\n"
     "`weft monitor -log-level=debug`. Exit code 1.\n"},
    {"W2003", "the token may not",
     "The agent answered with 401 or 403: the token may not do this, none was sent, or the "
     "address\n"
     "of this host may not write (`http_config.allow_write_http_from`). Tokens come from -token,\n"
     "-token-file, WEFT_TOKEN and WEFT_TOKEN_FILE. Exit code 4.\n"},
    {"W2004", "it does not exist",
     "No key, service, node or entry of that name. The case of letters counts in keys and in the\n"
     "ids of services and checks, not in names. Exit code 5, or 1 where Consul's command says "
     "so.\n"},
    {"W2005", "somebody else was first",
     "What was to be changed is not as it was expected: a check-and-set index is old, or a lock "
     "is\n"
     "held. Read again and decide anew. Exit code 1.\n"},
    {"W2006", "no server leads",
     "Writes and consistent reads need a server that leads, which an agent of this version is of\n"
     "itself once it has started: try again in a moment, then look at `weft status` and at its "
     "log.\n"
     "Exit code 6.\n"},
    {"W2007", "it took too long",
     "The time that was allowed has passed. Nothing is known of what the agent did: look before "
     "you\n"
     "try again. Exit code 7.\n"},
    {"W2008", "a lock was lost while it was held",
     "The session ended or the lock was taken away: the program that ran under it was told to "
     "end.\n"
     "Whatever it did since may have met somebody else's work.\n"},
    {"W2009", "a program could not be started",
     "The command names no program that this user may run; the cause has the system's words.\n"},
    {"W2010", "a file cannot be used",
     "It cannot be read or written, or is not what the command takes; the cause says which.\n"},
};

}  // namespace

std::span<const CodePage> cli_code_pages() {
    return kPages;
}

}  // namespace weft::agent
