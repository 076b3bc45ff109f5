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
    boost::json::value value;
    std::string place;  // the file's name

    std::string id() const { return kind + "/" + name; }
};

// Reads entries of HCL or JSON files, of files in folders, or of standard input ("-"); one a file.
// The error shows what is wrong and where.
Result<std::vector<EntryFile>> read_entry_files(const std::vector<std::string>& paths);

// Fields that would differ after the file was written over the current entry, by their paths. Names
// compare as the agent reads them, and what is empty counts as absent.
std::vector<std::string> entry_differences(const boost::json::value& current,
                                           const boost::json::value& next);

}  // namespace weft::agent
