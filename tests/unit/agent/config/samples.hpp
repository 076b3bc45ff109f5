#pragma once

#include <string>
#include <vector>

namespace weft::agent::testing {

// A file of samples, each "==== words", its input, "----" and the expected output. The words are
// the sample's name; [json] makes the input JSON and [dev] loads it for dev mode.
struct Sample {
    std::string name;
    std::string input;
    std::string expected;
    bool json = false;
    bool dev = false;
};

std::vector<Sample> read_samples(const std::string& path);

// Writes the file anew with other outputs, when WEFT_REWRITE=1 asks for it. True if it did.
bool rewrite_samples(const std::string& path, const std::vector<Sample>& samples);

}  // namespace weft::agent::testing
