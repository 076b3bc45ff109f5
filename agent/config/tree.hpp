#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/source.hpp"

namespace weft::agent {

// A value as written, in the order written. HCL and JSON give the same trees; repeated keys stay
// repeated members.
struct TreeNode {
    enum class Kind { Null, Bool, Number, Text, List, Object };
    struct Member;

    Kind kind = Kind::Null;
    Span span;
    bool flag = false;            // Bool
    std::string text;             // Text: the value; Number: the literal
    double number = 0;            // Number
    std::vector<TreeNode> items;  // List
    std::vector<Member> members;  // Object

    bool is(Kind wanted) const { return kind == wanted; }
};

struct TreeNode::Member {
    std::string key;
    Span key_span;
    TreeNode value;
};

// "a string", "a list", ...: how messages call a value.
std::string_view describe(TreeNode::Kind kind);

// What the same key twice in a block means: HCL writes lists of blocks so.
enum class Repeated { LastCounts, IsAList };

// Minified JSON of the whole value, for what is opaque to the agent.
std::string to_json(const TreeNode& node, Repeated repeated = Repeated::LastCounts);

}  // namespace weft::agent
