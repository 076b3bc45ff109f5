#pragma once

#include <string>
#include <vector>

#include "gossip/wire/value_writer.hpp"

namespace weft::gossip {

// What real agents sent: tests/interop/gossip/corpus.
struct CapturedUnit {
    bool is_datagram = false;  // else one direction of a connection
    std::string label;         // of a connection, on its answering side
    std::string bytes;
};

struct Capture {
    std::string name;
    std::vector<std::string> keys;
    IntDialect dialect = IntDialect::Unsigned;
    std::vector<CapturedUnit> units;
};

// All of them; fails the test when there are none.
std::vector<Capture> captures();

}  // namespace weft::gossip
