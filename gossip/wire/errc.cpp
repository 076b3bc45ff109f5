#include "gossip/wire/errc.hpp"

#include <string>

namespace weft::gossip {
namespace {

class WireCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "gossip wire"; }

    std::string message(int value) const override {
        switch (static_cast<WireErrc>(value)) {
            case WireErrc::Truncated:
                return "the message is cut off";
            case WireErrc::WrongType:
                return "a field has a value of the wrong type";
            case WireErrc::OutOfRange:
                return "a number is out of range";
            case WireErrc::TooDeep:
                return "the message is nested too deeply";
            case WireErrc::TooLarge:
                return "the message is too large";
            case WireErrc::UnknownType:
                return "the type is unknown";
            case WireErrc::BadChecksum:
                return "the checksum is wrong";
            case WireErrc::BadCompression:
                return "the compressed bytes are damaged";
            case WireErrc::WrongLabel:
                return "the label is not ours";
            case WireErrc::Undecryptable:
                return "no key of ours decrypts it";
            case WireErrc::Empty:
                return "the message is empty";
            case WireErrc::NotEncrypted:
                return "the stream is not encrypted, but we have keys";
            case WireErrc::Encrypted:
                return "the stream is encrypted, but we have no key";
        }
        return "unknown error";
    }
};

}  // namespace

const std::error_category& wire_category() {
    static const WireCategory category;
    return category;
}

std::error_code make_error_code(WireErrc code) {
    return {static_cast<int>(code), wire_category()};
}

}  // namespace weft::gossip
