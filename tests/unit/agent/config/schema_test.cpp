#include "agent/config/schema.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

namespace json = boost::json;

// The schema of a key: down the properties of its sections.
const json::value* schema_of(const json::value& schema, std::string_view path) {
    const json::value* at = &schema;
    while (at != nullptr) {
        const std::string name(path.substr(0, path.find('.')));
        at = at->at("properties").as_object().if_contains(name);
        if (name.size() == path.size()) return at;
        path.remove_prefix(name.size() + 1);
    }
    return nullptr;
}

TEST(Schema, HasEveryKeyOfTheTable) {
    const json::value schema = json::parse(config_schema());
    for (const KeyRow* row : key_table().rows()) {
        const json::value* own = schema_of(schema, row->path);
        ASSERT_NE(own, nullptr) << row->path;
        EXPECT_TRUE(own->as_object().contains("description")) << row->path;
        EXPECT_EQ(own->as_object().contains("writeOnly"), row->is_secret) << row->path;
        EXPECT_EQ(own->as_object().contains("deprecated"), row->key_class != KeyClass::Implemented)
            << row->path;
    }
    EXPECT_EQ(schema_of(schema, "ports.http")->at("maximum").to_number<int>(), 65535);
    EXPECT_EQ(schema_of(schema, "encrypt_file")->at("type").as_string(), "string");
    const json::value& service = schema.at("$defs").at("service");
    EXPECT_EQ(schema_of(service, "weights.passing")->at("type").as_string(), "integer");
    EXPECT_EQ(schema_of(schema.at("$defs").at("check"), "interval")->at("type").as_string(),
              "string");
}

}  // namespace
}  // namespace weft::agent
