#include "gossip/wire/tags.hpp"

#include <fmt/format.h>

#include "gossip/wire/value_writer.hpp"

namespace weft::gossip {
namespace {

constexpr char kTagsFollow = static_cast<char>(0xff);

}  // namespace

Result<TagList> decode_tags(const Bytes& meta) {
    const std::string_view bytes = meta.value_or(std::string_view());
    if (!bytes.starts_with(kTagsFollow)) return TagList{{"role", bytes}};
    ValueReader reader(bytes.substr(1));
    MapByText<std::string_view> tags;
    read_value(reader, tags, kTagLimit);
    if (const auto why = reader.failure()) return make_error(*why);
    return tags ? std::move(*tags) : TagList();
}

Result<void> encode_tags(std::string& out,
                         std::span<const std::pair<std::string_view, std::string_view>> tags) {
    const std::size_t begin = out.size();
    out.push_back(kTagsFollow);
    ValueWriter writer(out);
    writer.write_map(tags.size());
    for (const auto& [name, value] : tags) {
        writer.write_text(name);
        writer.write_text(value);
    }
    const std::size_t size = out.size() - begin;
    if (size <= kMetaBytesMax) return success();
    out.resize(begin);
    return make_error(Errc::Limit, fmt::format("the tags take {} bytes, the limit is {}: shorten "
                                               "or remove some",
                                               size, kMetaBytesMax));
}

}  // namespace weft::gossip
