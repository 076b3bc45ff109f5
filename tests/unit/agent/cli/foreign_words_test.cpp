#include "agent/cli/foreign_words.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string sentence(const std::vector<std::string>& words) {
    return foreign_sentence(words).value_or("none");
}

TEST(ForeignWords, HaveASentenceWhateverFollows) {
    EXPECT_THAT(sentence({"acl", "token", "list"}), StartsWith("weft acl: tokens"));
    EXPECT_THAT(sentence({"namespace"}), HasSubstr("no namespaces"));
    EXPECT_THAT(sentence({"operator", "area", "list"}), StartsWith("weft operator area: "));
    EXPECT_THAT(sentence({"snapshot", "agent", "-x"}), HasSubstr("weft snapshot save"));
}

TEST(ForeignWords, OthersAreMistakes) {
    EXPECT_EQ(sentence({"operator"}), "none");
    EXPECT_EQ(sentence({"operator", "raft"}), "none");
    EXPECT_EQ(sentence({"acls"}), "none");
    EXPECT_EQ(sentence({}), "none");
}

}  // namespace
}  // namespace weft::agent
