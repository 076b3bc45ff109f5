#include "gossip/wire/compressed.hpp"

#include "gossip/wire/lzw.hpp"
#include "gossip/wire/messages.hpp"

namespace weft::gossip {

void append_compressed(std::string& out, std::string_view bytes) {
    std::string packed;
    lzw_compress(packed, bytes);
    encode_message(out, CompressedLayer{0, packed});
}

Result<void> expand_compressed(std::string& out, std::string_view layer, std::size_t bytes_max) {
    ValueReader reader(layer.substr(1));
    CompressedLayer fields;
    read_record(reader, fields);
    if (const auto why = reader.failure()) return make_error(*why);
    if (fields.algorithm != 0) return make_error(WireErrc::UnknownType);
    return lzw_expand(out, fields.bytes.value_or(std::string_view()), bytes_max);
}

}  // namespace weft::gossip
