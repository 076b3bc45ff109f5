#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace weft::agent {

// Null also when that is no object.
const boost::json::value* json_member(const boost::json::value& object, std::string_view name);
// A member as text, whatever its JSON type; "" when absent.
std::string json_text(const boost::json::value& object, std::string_view member);

// Indented, with a newline at the end.
std::string pretty_json(const boost::json::value& value);

}  // namespace weft::agent
