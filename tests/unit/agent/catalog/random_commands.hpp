#pragma once

#include <vector>

#include "agent/base/rng.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// Commands over a small world, so that they often meet: few nodes, names in both cases, services
// that change their name, proxies, renamed nodes, checks that move.
class RandomCommands {
public:
    explicit RandomCommands(std::uint64_t seed) : rng_(seed) {}

    Command next();

    // Every watch that could ever be about this world.
    static std::vector<Watch> watches();

private:
    RegisterCommand registration();
    DeregisterCommand deregistration();
    NodeRow node();
    ServiceRow service();
    CheckRow check();
    SharedText pick(const std::vector<const char*>& texts) {
        return texts[rng_.below(texts.size())];
    }
    bool one_in(std::uint64_t n) { return rng_.below(n) == 0; }

    Rng rng_;
};

}  // namespace weft::agent
