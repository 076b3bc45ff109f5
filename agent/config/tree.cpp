#include "agent/config/tree.hpp"

#include <algorithm>
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

bool repeated_before(const std::vector<TreeNode::Member>& members, std::size_t index) {
    return std::any_of(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(index),
                       [&](const auto& earlier) { return earlier.key == members[index].key; });
}

void write(JsonWriter& writer, const TreeNode& node, Repeated repeated);

// All values of the key at index, as one list.
void write_all(JsonWriter& writer, const std::vector<TreeNode::Member>& members,
               std::size_t index) {
    writer.key(members[index].key);
    writer.begin_array();
    for (std::size_t i = index; i < members.size(); ++i)
        if (members[i].key == members[index].key)
            write(writer, members[i].value, Repeated::IsAList);
    writer.end_array();
}

void write(JsonWriter& writer, const TreeNode& node, Repeated repeated) {
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
            for (const TreeNode& item : node.items) write(writer, item, repeated);
            return writer.end_array();
        case TreeNode::Kind::Object:
            writer.begin_object();
            for (std::size_t i = 0; i < node.members.size(); ++i) {
                const bool later = repeated_later(node.members, i);
                if (repeated == Repeated::IsAList) {
                    if (repeated_before(node.members, i)) continue;
                    if (later) {
                        write_all(writer, node.members, i);
                        continue;
                    }
                } else if (later) {
                    continue;
                }
                writer.key(node.members[i].key);
                write(writer, node.members[i].value, repeated);
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

std::string to_json(const TreeNode& node, Repeated repeated) {
    std::string out;
    JsonWriter writer(out);
    write(writer, node, repeated);
    return out;
}

}  // namespace weft::agent
