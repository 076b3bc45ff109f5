#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "agent/catalog/view.hpp"

namespace weft::agent {

// What changed since it was last asked for: watches to wake and records to write behind.
class Journal {
public:
    void watch(WatchKind kind, std::string_view name = {});
    void record(std::string key);

    // What another one, of the same tracking, holds.
    void add(Journal other);

    std::vector<Watch> take_watches();
    std::vector<std::string> take_records();  // sorted

    void set_record_tracking(bool on);
    bool tracks_records() const { return track_records_; }
    void clear();

private:
    void deduplicate();

    std::vector<Watch> watches_;
    std::size_t deduplicated_ = 0;  // watches_ up to here are sorted and unique
    std::unordered_set<std::string> records_;
    bool track_records_ = true;
};

}  // namespace weft::agent
