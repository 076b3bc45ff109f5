#include "agent/catalog/store/checkpoint_record.hpp"

#include "agent/io/rocks/sealed_value.hpp"

namespace weft::agent {
namespace {

Error wrong_length() {
    return make_error(Errc::Corrupt, "its position has a wrong length");
}

}  // namespace

std::string encode_checkpoint(const Checkpoint& checkpoint) {
    std::string payload;
    put_number(payload, checkpoint.applied.get());
    put_number(payload, checkpoint.digest.low);
    put_number(payload, checkpoint.digest.high);
    put_number(payload, checkpoint.term);
    return payload;
}

Result<Checkpoint> decode_checkpoint(std::string_view payload) {
    if (payload.size() != 4 * kNumberBytes) return wrong_length();
    WEFT_TRY(Checkpoint checkpoint, decode_checkpoint_1(payload.substr(0, 3 * kNumberBytes)));
    payload.remove_prefix(3 * kNumberBytes);
    checkpoint.term = take_number(payload);
    return checkpoint;
}

Result<Checkpoint> decode_checkpoint_1(std::string_view payload) {
    if (payload.size() != 3 * kNumberBytes) return wrong_length();
    Checkpoint checkpoint;
    checkpoint.applied = Index{take_number(payload)};
    checkpoint.digest.low = take_number(payload);
    checkpoint.digest.high = take_number(payload);
    return checkpoint;
}

}  // namespace weft::agent
