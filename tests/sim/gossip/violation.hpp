#pragma once

#include <stdexcept>

namespace weft::sim {

// Something that must never be, was. Ends the run.
struct Violation : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace weft::sim
