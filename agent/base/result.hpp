#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/all_narrow.hpp>
#include <boost/outcome/try.hpp>
#include <string>
#include <system_error>
#include <utility>

#include "agent/base/errc.hpp"

namespace weft {

// Why something failed: code for programs, context for people (the peer, file or key that the
// caller didn't know).
struct Error {
    std::error_code code;
    std::string context;

    // "context" alone when there is one: contexts are whole sentences; else the code's own words.
    std::string message() const { return context.empty() ? code.message() : context; }
};

// A value or an Error. value() of an error is undefined: WEFT_TRY or check first.
template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::all_narrow>;

inline Error make_error(std::error_code code, std::string context = {}) {
    return Error{code, std::move(context)};
}
inline boost::outcome_v2::success_type<void> success() {
    return boost::outcome_v2::success();
}

}  // namespace weft

// WEFT_TRY(auto frame, decode(bytes)); leaves the function with the error of a failed expression.
#define WEFT_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define WEFT_CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)
