#pragma once

#include <string>
#include <string_view>

namespace weft {

// strconv.Quote: what Go's %q prints, as Consul's error texts quote names.
std::string go_quote(std::string_view text);

}  // namespace weft
