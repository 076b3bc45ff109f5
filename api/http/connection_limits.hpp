#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weft::api {

// Counts the connections of each client and of all, over all workers. Consulted when a connection
// comes and goes only.
class ConnectionLimits {
public:
    enum class Admission { Admitted, ClientFull, Full };

    void configure(std::uint32_t per_client, std::uint32_t total);

    // Each that was admitted must be released. Clients of unix sockets ("@") share no limit of
    // their own: they are told apart by file permissions.
    Admission admit(const std::string& client);
    void release(const std::string& client);

private:
    std::mutex mutex_;
    std::uint32_t per_client_ = 0;  // 0: no limit
    std::uint32_t total_ = 0;
    std::size_t open_ = 0;
    std::unordered_map<std::string, std::uint32_t> by_client_;
};

}  // namespace weft::api
