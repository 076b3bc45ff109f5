#pragma once

#include <functional>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "agent/io/start_thread.hpp"

namespace weft {

// Of a system that gives so many threads and no more.
inline ThreadMaker threads_up_to(int most) {
    return [left = std::make_shared<int>(most)](std::function<void()> body) {
        if (--*left < 0) {
            throw std::system_error(
                std::make_error_code(std::errc::resource_unavailable_try_again));
        }
        return make_thread(std::move(body));
    };
}

}  // namespace weft
