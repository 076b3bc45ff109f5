#include "agent/config/tree.hpp"

#include <cmath>
#include <cstdint>

#include "agent/base/json_writer.hpp"

namespace weft::agent {
namespace {

bool repeated_later(const std::vector<TreeNode::Member>& members, std::size_t index) {
    for (std::size_t later = index + 1; later < members.size(); ++later) {
        if (members[later].key == members[index].key) return true;
    }
    return false;
}

void write(JsonWriter& writer, const TreeNode& node) {
    switch (node.kind) {
        case TreeNode::Kind::Null:
            return writer.null();
        case TreeNode::Kind::Bool:
            return writer.value(node.flag);
        case TreeNode::Kind::Text:
            return writer.value(node.text);
        case TreeNode::Kind::Number:
            if (node.number == std::trunc(node.number) && std::abs(node.number) < 9e15) {
                return writer.value(static_cast<std::int64_t>(node.number));
            }
            return writer.value(node.number);
        case TreeNode::Kind::List:
            writer.begin_array();
            for (const TreeNode& item : node.items) write(writer, item);
            return writer.end_array();
        case TreeNode::Kind::Object:
            writer.begin_object();
            for (std::size_t i = 0; i < node.members.size(); ++i) {
                if (repeated_later(node.members, i)) continue;
                writer.key(node.members[i].key);
                write(writer, node.members[i].value);
            }
            return writer.end_object();
    }
}

}  // namespace

std::string_view describe(TreeNode::Kind kind) {
    switch (kind) {
        case TreeNode::Kind::Null:
            return "null";
        case TreeNode::Kind::Bool:
            return "true or false";
        case TreeNode::Kind::Number:
            return "a number";
        case TreeNode::Kind::Text:
            return "a string";
        case TreeNode::Kind::List:
            return "a list";
        case TreeNode::Kind::Object:
            return "a block";
    }
    return "a value";
}

std::string to_json(const TreeNode& node) {
    std::string out;
    JsonWriter writer(out);
    write(writer, node);
    return out;
}

}  // namespace weft::agent
