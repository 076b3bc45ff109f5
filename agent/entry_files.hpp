#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace weft::agent {

// A configuration entry as a file holds it.
struct EntryFile {
    std::string kind;
    std::string name;
    boost::json::value value;   // as it is written
    boost::json::value stored;  // as the agent would keep it and show it, without indexes
    std::string place;          // the file's name

    std::string id() const { return kind + "/" + name; }
};

// Reads entries of HCL or JSON files, of files in folders, or of standard input ("-"); one a file.
// The error shows what is wrong and where, also what the agent would refuse of an entry by itself.
Result<std::vector<EntryFile>> read_entry_files(const std::vector<std::string>& paths);

// Fields that would differ after next was written over current, by their paths. Both as stored.
std::vector<std::string> entry_differences(const boost::json::value& current,
                                           const boost::json::value& next);

}  // namespace weft::agent
