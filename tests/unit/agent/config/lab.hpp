#pragma once

#include "agent/config/load.hpp"

namespace weft::agent::testing {

// A host of known addresses, so that messages are the same everywhere.
inline HostFacts lab_host() {
    return {"lab", {{"lo", "127.0.0.1"}, {"eth0", "10.0.0.7"}, {"eth1", "203.0.113.9"}}};
}

// Of that host; not in dev mode there is a data_dir.
inline LoadRequest lab_request(bool dev = false) {
    LoadRequest out;
    out.dev_mode = dev;
    out.host = lab_host();
    if (!dev) out.overrides.push_back({"data_dir", "/nonexistent/weft", "-data-dir"});
    return out;
}

}  // namespace weft::agent::testing
