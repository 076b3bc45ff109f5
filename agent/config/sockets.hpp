#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::agent {

// A socket of this machine that waits for connections or datagrams.
struct ListeningSocket {
    std::string address;
    std::uint16_t port = 0;
    bool is_udp = false;
    std::uint64_t inode = 0;
    std::string owner = {};  // "nginx (pid 812)"; empty: not ours to see
};

// The text of /proc/net/tcp, tcp6, udp or udp6 (proc(5)); lines that are none are skipped.
std::vector<ListeningSocket> parse_sockets(std::string_view text, bool is_udp);

// All of this network namespace. Asks for owners in the processes that this user may look into.
std::vector<ListeningSocket> read_listening_sockets();

}  // namespace weft::agent
