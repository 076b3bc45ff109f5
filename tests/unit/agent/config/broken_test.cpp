// Files that people get wrong, each with the message that it gives: testdata/broken/NAME and
// NAME.expected. The first line of a file says what a good message suggests.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/config/load.hpp"
#include "agent/io/file.hpp"
#include "tests/unit/agent/config/lab.hpp"

namespace weft::agent {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kFolder = "tests/unit/agent/config/testdata/broken";
constexpr std::string_view kSuggests = "suggests: ";

std::vector<std::string> broken_files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(kFolder)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".expected")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string text_of(const std::string& path) {
    return read_file(path, kMaxFileBytes).value();
}

LoadResult load_broken(const std::string& name) {
    return load_texts({Source::make(name, text_of(fmt::format("{}/{}", kFolder, name)))},
                      testing::lab_request());
}

TEST(BrokenFiles, GiveTheExpectedMessages) {
    const char* wish = std::getenv("WEFT_REWRITE");
    const bool rewrites = wish != nullptr && std::string_view(wish) == "1";
    for (const std::string& name : broken_files()) {
        const LoadResult result = load_broken(name);
        EXPECT_FALSE(result.ok()) << name;
        const std::string golden = fmt::format("{}/{}.expected", kFolder, name);
        if (rewrites) {
            ASSERT_TRUE(write_file_atomically(golden, result.text(), 0644));
        }
        EXPECT_EQ(result.text(), text_of(golden)) << name;
    }
}

TEST(BrokenFiles, AreThirtyAndNearlyAllGetTheRightSuggestion) {
    std::size_t suggested = 0;
    for (const std::string& name : broken_files()) {
        const std::string text = text_of(fmt::format("{}/{}", kFolder, name));
        const std::string first = text.substr(0, text.find('\n'));
        const std::size_t at = first.find(kSuggests);
        if (at == std::string::npos) continue;
        ++suggested;
        EXPECT_THAT(load_broken(name).text(), HasSubstr(first.substr(at + kSuggests.size())))
            << name;
    }
    EXPECT_GE(broken_files().size(), 30u);
    EXPECT_GE(suggested, 25u);
}

TEST(BrokenFiles, EveryErrorHasAFileALineAndAColumn) {
    for (const std::string& name : broken_files()) {
        const LoadResult result = load_broken(name);
        for (const Diagnostic& diagnostic : result.diagnostics.all()) {
            if (diagnostic.severity != Severity::Error) continue;
            ASSERT_TRUE(diagnostic.place) << name << ": " << diagnostic.message;
            EXPECT_TRUE(diagnostic.place->source) << name << ": " << diagnostic.message;
            EXPECT_GT(diagnostic.place->span.line, 0u) << name << ": " << diagnostic.message;
            EXPECT_GT(diagnostic.place->span.column, 0u) << name << ": " << diagnostic.message;
        }
    }
}

}  // namespace
}  // namespace weft::agent
