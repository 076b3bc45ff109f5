#include "agent/cli/json_text.hpp"

#include <boost/json/serialize.hpp>

#include "agent/base/json_writer.hpp"

namespace weft::agent {

const boost::json::value* json_member(const boost::json::value& object, std::string_view name) {
    return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}

std::string json_text(const boost::json::value& object, std::string_view member) {
    const boost::json::value* found = json_member(object, member);
    if (!found || found->is_null()) return {};
    if (const auto* text = found->if_string()) return std::string(*text);
    return boost::json::serialize(*found);
}

std::string pretty_json(const boost::json::value& value) {
    std::string text;
    JsonWriter writer(text, true);
    writer.raw(boost::json::serialize(value));
    return text + "\n";
}

}  // namespace weft::agent
