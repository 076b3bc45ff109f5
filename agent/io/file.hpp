#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace weft {

// The whole file. NotFound when it does not exist, Limit beyond max bytes, Io otherwise; the
// context names the file.
Result<std::string> read_file(const std::string& path, std::size_t max);

// Replaces the file so that after a crash it has either the old or the new content, and is durable
// on return: written beside it, synced, renamed, folder synced. mode is that of the new file
// (subject to umask).
Result<void> write_file_atomically(const std::string& path, std::string_view content,
                                   unsigned mode = 0600);

// Makes the folder and its parents where they are missing; all of it is durable on return, as is
// the entry of a folder that exists, unless its parent may not be read. mode is that of the folder,
// if it is new, and 0777 that of new parents (subject to umask). Io otherwise.
Result<void> make_folder(const std::string& path, unsigned mode = 0777);

}  // namespace weft
