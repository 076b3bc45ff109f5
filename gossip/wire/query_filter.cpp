#include "gossip/wire/query_filter.hpp"

#include <cstdint>
#include <utility>

#include "gossip/wire/messages.hpp"

namespace weft::gossip {
namespace {

enum class FilterType : std::uint8_t { Nodes = 0, Tag = 1 };

// A query has 1,024 bytes, of which a name takes two at least.
constexpr ElementLimit kNodeLimit{1024};

}  // namespace

template <class Fields, Of<TagFilter> F>
void visit_fields(Fields& fields, F& filter) {
    fields("Expr", filter.expression);
    fields("Tag", filter.tag);
}

Result<QueryFilter> decode_query_filter(std::string_view bytes) {
    if (bytes.empty()) return make_error(WireErrc::Empty);
    ValueReader reader(bytes.substr(1));
    QueryFilter filter;
    switch (static_cast<FilterType>(bytes.front())) {
        case FilterType::Nodes: {
            List<std::string_view> nodes;
            read_value(reader, nodes, kNodeLimit);
            if (nodes) filter = NodeFilter{std::move(*nodes)};
            break;
        }
        case FilterType::Tag:
            read_record(reader, filter.emplace<TagFilter>());
            break;
        default:
            return make_error(WireErrc::UnknownType);
    }
    if (const auto why = reader.failure()) return make_error(*why);
    return filter;
}

void encode_query_filter(std::string& out, const QueryFilter& filter) {
    ValueWriter writer(out);
    if (const auto* nodes = std::get_if<NodeFilter>(&filter)) {
        out.push_back(static_cast<char>(FilterType::Nodes));
        writer.write_array(nodes->nodes.size());
        for (const std::string_view node : nodes->nodes) writer.write_text(node);
    } else {
        out.push_back(static_cast<char>(FilterType::Tag));
        write_record(writer, std::get<TagFilter>(filter));
    }
}

}  // namespace weft::gossip
