#pragma once

#include <vector>

#include "agent/base/rng.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// Commands over a small world, so that they often meet: few nodes, names in both cases, services
// that change their name, proxies, renamed nodes, checks that move; few keys, sessions, prepared
// queries and transactions about all of them; a clock that sometimes goes back.
class RandomCommands {
public:
    explicit RandomCommands(std::uint64_t seed) : rng_(seed) {}

    Command next();

    // The state that conditions of the next commands are about; without it they are hardly ever
    // met.
    void look(View view) { view_ = std::move(view); }

    // Every watch that could ever be about this world.
    static std::vector<Watch> watches();

private:
    RegisterCommand registration();
    DeregisterCommand deregistration();
    NodeRow node();
    ServiceRow service();
    CheckRow check();
    KvOperation kv(std::uint64_t verbs);  // one of the first so many
    KvCommand kv_command();
    SessionCreateCommand session();
    SessionDestroyCommand end();
    PreparedQueryCommand prepared_query();
    TransactionCommand transaction();
    TransactionOperation operation();
    AutopilotCommand autopilot();
    UnixMillis time();
    template <class Row>
    Index index_of(const Row* row);
    SharedText pick(const std::vector<const char*>& texts) {
        return texts[rng_.below(texts.size())];
    }
    bool one_in(std::uint64_t n) { return rng_.below(n) == 0; }

    Rng rng_;
    View view_;
    std::int64_t time_ = 1'000'000;
};

}  // namespace weft::agent
