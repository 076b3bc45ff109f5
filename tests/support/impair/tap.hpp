#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "tests/support/impair/frame.hpp"

namespace weft::test {

// The TAP interface "wire0" in a named network namespace (`ip netns add`), for as long as this
// lives. Its address is the one that destination_of() reads; addresses of IP and the state "up" are
// left to whoever made the namespace. Needs root.
class Tap {
public:
    static Result<Tap> open(const std::string& network_namespace, std::size_t number);

    Tap(Tap&& other) noexcept;
    Tap& operator=(Tap&&) = delete;
    ~Tap();

    // What the namespace has sent; nothing once all of it was read.
    std::optional<Frame> read();

    // False when the kernel did not take it: the interface is down.
    bool write(const Frame& frame);

    int descriptor() const { return descriptor_; }

private:
    explicit Tap(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace weft::test
