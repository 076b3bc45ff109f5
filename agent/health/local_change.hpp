#pragma once

#include <set>
#include <string>
#include <vector>

#include "agent/health/check_scheduler.hpp"
#include "agent/health/local_backend.hpp"

namespace weft::agent {

// A change of a check's shown status, for logs and metrics.
struct StatusTransition {
    std::string check_id;
    Status from = Status::Critical;
    Status to = Status::Critical;
};

// What an operation on LocalState did, for its owner to carry out: records to keep, rows that the
// catalog may now have wrong, checks to run or to stop.
struct LocalChange {
    std::vector<LocalRecord> records;
    std::set<std::string> services;  // ids, of removed services too
    std::set<std::string> checks;    // ids, of removed checks too
    std::set<std::string> outputs;   // checks of which only the output changed
    std::vector<std::string> started;
    std::vector<CheckRun> stopped;
    std::vector<StatusTransition> transitions;
    std::size_t ttl_expiries = 0;

    bool empty() const {
        return records.empty() && services.empty() && checks.empty() && outputs.empty() &&
               started.empty() && stopped.empty();
    }
};

}  // namespace weft::agent
