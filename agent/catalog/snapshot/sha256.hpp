#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weft::agent {

// SHA-256 of bytes as they come.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view bytes);
    std::string hex();  // of all; once

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft::agent
