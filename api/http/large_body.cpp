#include "api/http/large_body.hpp"

namespace weft::api {

bool takes_large_body(std::string_view method, std::string_view target) {
    return method == "PUT" && target.substr(0, target.find('?')) == kLargeBodyPath;
}

std::shared_ptr<void> LargeBodies::hold() {
    if (held_->exchange(true)) return nullptr;
    return {held_.get(), [held = held_](void*) { *held = false; }};
}

}  // namespace weft::api
