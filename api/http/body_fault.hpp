#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::api {

// Where in a JSON body the first mistake is, for people. The answer's text is Go's, which says
// neither; programs know it, so this comes beside it.
struct BodyFault {
    bool found = false;   // false: no mistake, or one that is at no single place
    std::string pointer;  // RFC 6901; empty: the whole
    std::size_t offset = 0;
    std::string help;  // a sentence about what to do; may be empty
};

// The way from a value to its member or item: "/a~1b".
std::string pointer_step(std::string_view name);

// For a header: "#/Check/Intreval, line 3, column 14: did you mean `Interval`?" Lines and columns
// count from 1, columns in characters, as in messages about files.
std::string describe(const BodyFault& fault, std::string_view body);

}  // namespace weft::api
