// Configuration files, HCL (first byte even) or JSON (odd): the parsers alone, then the whole way
// to a configuration.
#include <cstdint>
#include <string>

#include "agent/config/layout.hpp"
#include "agent/config/load.hpp"
#include "agent/config/migrate.hpp"
#include "agent/config/parser.hpp"
#include "agent/config/rename.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string name = data[0] % 2 == 0 ? "fuzz.hcl" : "fuzz.json";
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    weft::agent::LoadRequest request;
    request.dev_mode = true;
    // With a name, so that inputs without node_name get past it.
    request.host = weft::agent::HostFacts{"fuzz", {}};
    const auto source = weft::agent::Source::make(name, text);
    const auto result = weft::agent::load_texts({source}, request);
    // Errors must be renderable wherever they point.
    (void)result.text();
    (void)result.json();
    const std::string renamed = weft::agent::rename_keys(source).text;
    (void)weft::agent::laid_out(weft::agent::Source::make(name, renamed));
    (void)weft::agent::migrate({source}, true, request);
    return 0;
}
