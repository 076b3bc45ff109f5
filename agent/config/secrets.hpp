#pragma once

#include "agent/config/load.hpp"

namespace weft::agent {

// Puts the value of every secret key where it belongs, from the strongest of its sources: the
// systemd credential of the same name, the file that KEY_file names, the environment, and last the
// configuration itself. Refuses files that others may read, unless they are credentials, which
// systemd keeps for the unit alone.
void take_secrets(const LoadRequest& request, Settings& settings, Diagnostics& diagnostics);

}  // namespace weft::agent
