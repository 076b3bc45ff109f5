#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// What this node remembers of its own, beside the catalog: opaque, by key.
struct LocalRecord {
    std::string key;    // "service/<id>", "check/<id>", "state/<id>"
    std::string value;  // self-describing msgpack; empty in a commit: remove
    bool operator==(const LocalRecord&) const = default;
};

// What the registrations need of the program around them; agent/runtime implements it. Control
// thread only.
class LocalBackend {
public:
    virtual ~LocalBackend() = default;

    // Makes the records durable and writes the command to the catalog, in one synced batch where
    // the log is local. urgent: sync now; otherwise the records may wait for the next batch. done
    // is called once, later, on the control thread: with the catalog's index once the command is
    // applied and published here (or the records are durable, if there is no command). An Errc::Io
    // means that the records were not kept and the command not applied, whatever the reason (disk,
    // size, a full queue). Any other error concerns the command alone: refused (InvalidArgument,
    // with the catalog's words), too large (Limit) or not to be had now (Unavailable, Timeout).
    virtual void commit(std::vector<LocalRecord> records, std::optional<Command> command,
                        bool urgent, std::function<void(Result<Index>)> done) = 0;

    // The newest published catalog.
    virtual View view() const = 0;
};

}  // namespace weft::agent
