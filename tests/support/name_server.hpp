#pragma once

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// A name server for names that end in ".test": it notes them, knows none, and keeps those that
// begin with "slow" waiting while it is told to. It stands in for the system's in a program that
// includes this header, in one source file only.
class NameServer {
public:
    int look_up(const char* name) {
        std::unique_lock lock(mutex_);
        names_.emplace_back(name);
        changed_.notify_all();
        if (names_.back().starts_with("slow")) changed_.wait(lock, [this] { return !stuck_; });
        return EAI_NONAME;
    }
    void set_stuck(bool stuck) {
        const std::scoped_lock lock(mutex_);
        stuck_ = stuck;
        changed_.notify_all();
    }
    void wait_for_lookups(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this, count] { return names_.size() >= count; });
    }
    void forget() {
        const std::scoped_lock lock(mutex_);
        names_.clear();
    }
    std::vector<std::string> names() {
        const std::scoped_lock lock(mutex_);
        return names_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> names_;
    bool stuck_ = false;
};

inline NameServer& name_server() {
    static NameServer server;
    return server;
}

}  // namespace weft

// Stands before the C library's.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
    if (name != nullptr && std::string_view(name).ends_with(".test"))
        return weft::name_server().look_up(name);
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return system(name, service, hints, result);
}
