#include "agent/cli/data_argument.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "agent/io/file.hpp"

namespace weft::agent {

namespace {

constexpr std::size_t kDataMax = std::size_t{64} << 20;

}  // namespace

Result<std::string> data_of(const std::string& word, const CliConsole& console) {
    if (word.starts_with('@')) return read_file(word.substr(1), kDataMax);
    if (word != "-") return word;
    std::string input = console.in(kDataMax + 1);
    if (input.size() > kDataMax)
        return make_error(Errc::Limit, "the input has more than 67108864 bytes");
    return input;
}

std::optional<std::string> data_help(const std::string& word, const std::string& command) {
    std::error_code failure;
    if (word.starts_with('@') || !std::filesystem::is_regular_file(word, failure))
        return std::nullopt;
    return fmt::format("`{} @{}` reads the file of that name", command, word);
}

}  // namespace weft::agent
