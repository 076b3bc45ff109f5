#include "tests/unit/gossip/wire/captures.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace weft::gossip {
namespace {

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        bytes.push_back(static_cast<char>(value));
    }
    return bytes;
}

void read_head(std::string_view line, Capture& capture) {
    constexpr std::string_view kKeys = "# keys=";
    if (line == "# intDialect=v2") capture.dialect = IntDialect::Signed;
    if (!line.starts_with(kKeys)) return;
    std::istringstream keys{std::string(line.substr(kKeys.size()))};
    for (std::string key; std::getline(keys, key, ',');) capture.keys.push_back(from_hex(key));
}

CapturedUnit read_unit(const std::string& line) {
    std::istringstream words(line);
    std::string seconds, transport, source, destination, label, hex;
    words >> seconds >> transport >> source >> destination >> label >> hex;
    return {transport == "udp", label == "-" ? "" : label, from_hex(hex)};
}

}  // namespace

std::vector<Capture> captures() {
    std::vector<Capture> found;
    for (const auto& file : std::filesystem::directory_iterator("tests/interop/gossip/corpus")) {
        Capture& capture = found.emplace_back();
        capture.name = file.path().stem().string();
        std::ifstream lines(file.path());
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with('#')) {
                read_head(line, capture);
            } else {
                capture.units.push_back(read_unit(line));
            }
        }
    }
    EXPECT_FALSE(found.empty());
    return found;
}

}  // namespace weft::gossip
