#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/time.hpp"

namespace weft::agent {

// When sessions end that have a TTL and are not renewed. A pure core: its owner reads
// next_deadline() after every call and asks for those that are due then.
//
// A session may live for a twentieth longer than its TTL: a renewal that was sent in time may still
// be on its way.
class SessionDeadlines {
public:
    // One that is known keeps its deadline. Ids are in lower case.
    void add(std::string id, Duration ttl, Instant now);
    // False: it was due, and its end may be on its way. Who were told that it goes on would hold a
    // lock that somebody else gets.
    bool renew(std::string_view id, Instant now);
    void remove(std::string_view id);

    // Those whose deadline has come, the first of them up to a number. They stay until they are
    // removed, and are due again a second later: to end them may have failed. None when it is late:
    // then renewals that wait to be read come first, for a fifth of a second.
    std::vector<std::string> take_due(Instant now, std::size_t most);

    Instant next_deadline() const;  // Instant::max(): none
    std::size_t size() const { return sessions_.size(); }

private:
    struct Session {
        Duration ttl;
        Instant deadline;
        bool is_ending = false;
    };
    using Sessions = std::map<std::string, Session, std::less<>>;

    void set_deadline(Sessions::iterator session, Instant deadline);

    Sessions sessions_;
    Instant look_again_{};                                      // not before; {}: nothing was late
    std::set<std::pair<Instant, std::string_view>> deadlines_;  // ids are those of sessions_
};

}  // namespace weft::agent
