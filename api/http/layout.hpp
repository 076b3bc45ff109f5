#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weft::api {

// How a client wants its answer laid out.
struct Layout {
    bool pretty = false;
    bool gzip = false;
};

// Indented by four spaces, with a newline at the end, as Consul's ?pretty.
std::string pretty_json(std::string_view minified);

std::string gzip(std::string_view plain);

// Whether an Accept-Encoding header asks for gzip: named, and not with a quality of 0.
bool accepts_gzip(std::string_view accept_encoding);

// "x-consul-contentHash" -> "X-Consul-Contenthash": the form in which Go sends every header.
std::string canonical_header_name(std::string_view name);

// Compresses an answer without an end; what was added can be read by the client after each call.
class GzipStream {
public:
    GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;
    ~GzipStream();

    std::string add(std::string_view plain);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft::api
