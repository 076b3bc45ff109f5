#include "agent/base/errc.hpp"

#include <string>

namespace weft {
namespace {

class BaseCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft"; }

    std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
            case Errc::InvalidArgument:
                return "invalid argument";
            case Errc::NotFound:
                return "not found";
            case Errc::AlreadyExists:
                return "already exists";
            case Errc::Limit:
                return "limit reached";
            case Errc::Corrupt:
                return "corrupt data";
            case Errc::Unsupported:
                return "not supported";
            case Errc::Unavailable:
                return "unavailable";
            case Errc::Timeout:
                return "timed out";
            case Errc::Cancelled:
                return "cancelled";
            case Errc::Io:
                return "input/output error";
        }
        return "unknown error";
    }
};

}  // namespace

const std::error_category& base_category() {
    static const BaseCategory category;
    return category;
}

std::error_code make_error_code(Errc code) {
    return {static_cast<int>(code), base_category()};
}

}  // namespace weft
