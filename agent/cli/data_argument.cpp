#include "agent/cli/data_argument.hpp"

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

}  // namespace weft::agent
