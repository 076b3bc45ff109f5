#include "agent/config/sockets.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <unordered_map>

#include "agent/io/file.hpp"

namespace weft::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProcFileMax = 16 * 1024 * 1024;
constexpr std::size_t kProcessesMax = 100'000;
constexpr std::size_t kDescriptorsMax = 1'000'000;  // looked at in all
constexpr std::string_view kTcpListen = "0A";
constexpr std::string_view kUdpUnconnected = "07";

template <class T>
bool read_number(std::string_view text, T& out, int base) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return failure == std::errc{} && end == text.data() + text.size() && !text.empty();
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (words.size() < 12) {
        const std::size_t first = line.find_first_not_of(' ');
        if (first == std::string_view::npos) break;
        line.remove_prefix(first);
        const std::size_t end = std::min(line.find(' '), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

// Words of 32 bits in the machine's order, which is little-endian wherever weft runs.
std::string address_of(std::string_view hex) {
    std::array<std::uint32_t, 4> words{};
    const std::size_t count = hex.size() / 8;
    if (count != 1 && count != 4) return {};
    for (std::size_t i = 0; i < count; ++i)
        if (!read_number(hex.substr(i * 8, 8), words[i], 16)) return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = count == 1 ? AF_INET : AF_INET6;
    if (inet_ntop(family, words.data(), text.data(), text.size()) == nullptr) return {};
    return text.data();
}

using Owners = std::unordered_map<std::uint64_t, std::string>;

std::string name_of(const fs::path& process) {
    const auto read = read_file((process / "comm").string(), 256);
    std::string name = read ? read.value() : "";
    while (name.ends_with('\n')) name.pop_back();
    return fmt::format("{} (pid {})", name.empty() ? "a process" : name,
                       process.filename().string());
}

void add_owner(const fs::path& process, Owners& owners, std::size_t& seen) {
    constexpr std::string_view kSocket = "socket:[";
    std::error_code failure;
    std::string name;
    for (auto entry = fs::directory_iterator(process / "fd", failure);
         !failure && entry != fs::directory_iterator() && seen < kDescriptorsMax;
         entry.increment(failure), ++seen) {
        std::error_code gone;
        const std::string target = fs::read_symlink(entry->path(), gone).string();
        std::uint64_t inode = 0;
        if (gone || !target.starts_with(kSocket) || !target.ends_with(']')) continue;
        const std::string_view digits =
            std::string_view(target).substr(kSocket.size(), target.size() - kSocket.size() - 1);
        if (!read_number(digits, inode, 10)) continue;
        if (name.empty()) name = name_of(process);
        owners.emplace(inode, name);
    }
}

Owners read_owners() {
    Owners owners;
    std::error_code failure;
    std::size_t processes = 0;
    std::size_t descriptors = 0;
    for (auto entry = fs::directory_iterator("/proc", failure);
         !failure && entry != fs::directory_iterator() && processes < kProcessesMax;
         entry.increment(failure)) {
        const std::string name = entry->path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        ++processes;
        add_owner(entry->path(), owners, descriptors);
    }
    return owners;
}

}  // namespace

std::vector<ListeningSocket> parse_sockets(std::string_view text, bool is_udp) {
    constexpr std::size_t kLocal = 1;
    constexpr std::size_t kState = 3;
    constexpr std::size_t kInode = 9;
    std::vector<ListeningSocket> sockets;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto words = words_of(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (words.size() <= kInode || words[kState] != (is_udp ? kUdpUnconnected : kTcpListen))
            continue;
        const std::size_t colon = words[kLocal].find(':');
        if (colon == std::string_view::npos) continue;
        ListeningSocket socket;
        socket.is_udp = is_udp;
        socket.address = address_of(words[kLocal].substr(0, colon));
        if (socket.address.empty() ||
            !read_number(words[kLocal].substr(colon + 1), socket.port, 16))
            continue;
        if (!read_number(words[kInode], socket.inode, 10)) continue;
        sockets.push_back(std::move(socket));
    }
    return sockets;
}

std::vector<ListeningSocket> read_listening_sockets() {
    std::vector<ListeningSocket> all;
    for (const char* name : {"tcp", "tcp6", "udp", "udp6"}) {
        const auto text = read_file(fmt::format("/proc/self/net/{}", name), kProcFileMax);
        if (!text) continue;
        for (ListeningSocket& socket : parse_sockets(text.value(), name[0] == 'u'))
            all.push_back(std::move(socket));
    }
    const Owners owners = read_owners();
    for (ListeningSocket& socket : all) {
        const auto owner = owners.find(socket.inode);
        if (owner != owners.end()) socket.owner = owner->second;
    }
    return all;
}

}  // namespace weft::agent
