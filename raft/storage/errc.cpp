#include "raft/storage/errc.hpp"

#include <string>

namespace weft::raft {
namespace {

class LogCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "raft log"; }

    std::string message(int value) const override {
        switch (static_cast<LogErrc>(value)) {
            case LogErrc::Compacted:
                return "the log entry was compacted";
            case LogErrc::Absent:
                return "the log does not reach that index";
        }
        return "unknown error";
    }
};

}  // namespace

const std::error_category& log_category() {
    static const LogCategory category;
    return category;
}

std::error_code make_error_code(LogErrc code) {
    return {static_cast<int>(code), log_category()};
}

}  // namespace weft::raft
