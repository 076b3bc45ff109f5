#include "tests/unit/agent/config/samples.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

namespace weft::agent::testing {

std::vector<Sample> read_samples(const std::string& path) {
    std::ifstream file(path);
    std::vector<Sample> samples;
    std::string* part = nullptr;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("==== ")) {
            Sample& sample = samples.emplace_back();
            sample.name = line.substr(5);
            sample.json = line.find("[json]") != std::string::npos;
            sample.dev = line.find("[dev]") != std::string::npos;
            part = &sample.input;
        } else if (line == "----" && part != nullptr) {
            part = &samples.back().expected;
        } else if (part != nullptr) {
            *part += line + "\n";
        }
    }
    return samples;
}

bool rewrite_samples(const std::string& path, const std::vector<Sample>& samples) {
    const char* wish = std::getenv("WEFT_REWRITE");
    if (wish == nullptr || std::string_view(wish) != "1") return false;
    std::ofstream file(path);
    for (const Sample& sample : samples) {
        file << "==== " << sample.name << "\n" << sample.input << "----\n" << sample.expected;
    }
    return true;
}

}  // namespace weft::agent::testing
