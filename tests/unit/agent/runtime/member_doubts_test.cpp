#include "agent/runtime/member_doubts.hpp"

#include <gmock/gmock.h>

#include <map>
#include <utility>
#include <vector>

#include "gossip/wire/tags.hpp"

namespace weft::agent {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class MemberDoubtsTest : public ::testing::Test {
protected:
    std::string heard(std::string name, std::string_view address, std::string_view id) {
        auto member = make_ref<gossip::Description>();
        member->name = name;
        member->endpoint = {*IpAddress::parse(address), 8301};
        std::vector<std::pair<std::string_view, std::string_view>> tags;
        if (!id.empty()) tags.emplace_back("id", id);
        std::string meta;
        EXPECT_TRUE(gossip::encode_tags(meta, tags));
        member->meta = meta;
        alive_[name] = member;
        return doubts_.heard(member).value_or("");
    }
    void gone(const std::string& name) {
        const auto member = alive_.extract(name).mapped();
        doubts_.gone(*member);
    }

    std::map<std::string, gossip::DescriptionPtr> alive_;
    MemberDoubts doubts_{{"a", "id-a", {*IpAddress::parse("127.0.0.1"), 8301}},
                         [this](std::string_view name) {
                             const auto at = alive_.find(std::string(name));
                             return at == alive_.end() ? gossip::DescriptionPtr() : at->second;
                         }};
};

TEST_F(MemberDoubtsTest, WhoBelongsHereIsNoLine) {
    EXPECT_EQ(heard("a", "127.0.0.1", "id-a"), "");
    EXPECT_EQ(heard("b", "127.0.0.2", "id-b"), "");
    EXPECT_EQ(heard("b", "127.0.0.3", "id-b"), "");  // it moved
    EXPECT_EQ(heard("plain", "127.0.0.4", ""), "");  // of stock Serf
}

TEST_F(MemberDoubtsTest, OurNodeIdUnderAnotherName) {
    const std::string line = heard("b", "127.0.0.2", "id-a");
    EXPECT_THAT(line, HasSubstr("two agents have one node id"));
    EXPECT_THAT(line, HasSubstr("node=b address=127.0.0.2:8301 other=a "
                                "other_address=127.0.0.1:8301 id=id-a"));
    EXPECT_EQ(heard("old-name-of-a", "127.0.0.1", "id-a"), "");
}

TEST_F(MemberDoubtsTest, ANodeIdOfTwoOthers) {
    EXPECT_EQ(heard("b", "127.0.0.2", "id-b"), "");
    EXPECT_THAT(heard("c", "127.0.0.3", "id-b"),
                HasSubstr("node=c address=127.0.0.3:8301 other=b other_address=127.0.0.2:8301"));
}

TEST_F(MemberDoubtsTest, ALongIdMakesNoLongLine) {
    const std::string id(400, 'x');
    EXPECT_EQ(heard("b", "127.0.0.2", id), "");
    EXPECT_THAT(heard("c", "127.0.0.3", id), EndsWith(" id=" + id.substr(0, 300) + "..."));
}

TEST_F(MemberDoubtsTest, WhoComesBackByAnotherNameIsNoTwin) {
    EXPECT_EQ(heard("b", "127.0.0.2", "id-b"), "");
    gone("b");
    EXPECT_EQ(heard("c", "127.0.0.3", "id-b"), "");
    EXPECT_EQ(heard("d", "127.0.0.3", "id-b"), "");  // where c was
}

}  // namespace
}  // namespace weft::agent
