#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/rng.hpp"

namespace weft::sim {

// The classes of faults that a world may suffer from. Of the network, then of processes.
enum class Fault : std::uint8_t {
    Loss,       // of datagrams
    Delay,      // bimodal: most are quick, some take up to two seconds
    Duplicate,  // of datagrams
    Reorder,    // a datagram is held back behind later ones
    OneWay,     // an agent receives nothing, or sends nothing
    Partition,  // of all agents into two groups
    Partial,    // single pairs do not reach each other
    Clog,       // links of some agents hold everything back, and let it go in random order
    Corrupt,    // datagrams are cut off; with a key their bytes change
    Streams,    // are slow, or get stuck
    NoRefusal,  // of datagrams to a dead process nobody hears
    Crash,      // the process is gone, its host refuses for it
    HostGone,   // with the process
    Restart,    // of what crashed or left
    Forget,     // a restart without the incarnation of before
    Leave,
    Pause,  // SIGSTOP, then SIGCONT
    Slow,   // runs x ms in each y ms
};
constexpr std::size_t kFaults = 18;

std::string_view to_string(Fault fault);
std::optional<Fault> fault_from(std::string_view name);

// Which faults a world has, and how much of each. By swarm rule (Groce et al. 2012): each class is
// on with probability 1/2, since what is always on hides what only shows without it. Rates are
// log-uniform. Those of Loss to Corrupt, Streams and NoRefusal that concern single messages are
// probabilities; the others are occurrences a minute.
class FaultMix {
public:
    FaultMix() = default;  // none
    static FaultMix draw(Rng& rng);

    bool has(Fault fault) const { return rates_[index(fault)] > 0; }
    double rate(Fault fault) const { return rates_[index(fault)]; }  // 0: none
    // The rate that was drawn for it, whether or not it was on.
    void turn_on(Fault fault) { rates_[index(fault)] = drawn_[index(fault)]; }
    void turn_off(Fault fault) { rates_[index(fault)] = 0; }
    // Of the network's faults, which are those up to Streams.
    bool is_clean() const;
    void clean();

    std::string str() const;  // "loss=0.012,pause=3.1"; "none"

private:
    static std::size_t index(Fault fault) { return static_cast<std::size_t>(fault); }

    std::array<double, kFaults> rates_{};
    std::array<double, kFaults> drawn_{};
};

}  // namespace weft::sim
