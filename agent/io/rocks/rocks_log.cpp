#include "agent/io/rocks/rocks_log.hpp"

#include <rocksdb/env.h>

#include <array>
#include <cstdarg>
#include <cstdio>

namespace weft {
namespace {

constexpr std::size_t kLineBytesMax = 1024;  // what is longer is cut

class RocksLog final : public rocksdb::Logger {
public:
    explicit RocksLog(RocksWarnings warnings)
        : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), warnings_(std::move(warnings)) {}

    // The options of the database, line by line, whatever the level is.
    void LogHeader(const char* /*format*/, std::va_list /*arguments*/) override {}

    // Of the level that was asked for; the base class would put its name before the text.
    void Logv(rocksdb::InfoLogLevel /*level*/, const char* format,
              std::va_list arguments) override {
        Logv(format, arguments);
    }

    void Logv(const char* format, std::va_list arguments) override {
        if (!warnings_) return;
        std::array<char, kLineBytesMax> text;
        if (std::vsnprintf(text.data(), text.size(), format, arguments) < 0) return;
        std::string line(text.data());
        while (line.ends_with('\n')) line.pop_back();
        warnings_(line);
    }

private:
    const RocksWarnings warnings_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> rocks_log(RocksWarnings warnings) {
    return std::make_shared<RocksLog>(std::move(warnings));
}

}  // namespace weft
