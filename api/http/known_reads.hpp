#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/http/catalog_read.hpp"
#include "api/http/metrics.hpp"

namespace weft::api {

// What the target of a request came to when it was parsed, routed and admitted.
struct KnownRead {
    CatalogRead read;
    const RequestCounters* counters = nullptr;
};

// Reads of the catalog by their target as the client wrote it, and by whether the answer is to be
// compressed. Clients ask for the same few targets again and again, and to parse, route and check
// one costs more than to look up its rendered answer. Holds only what the target alone decides;
// must be cleared when the configuration changes.
class KnownReads {
public:
    static constexpr std::size_t kMost = 512;
    static constexpr std::size_t kLongest = 512;  // bytes of a target; longer ones are not kept

    // Null when unknown.
    std::shared_ptr<const KnownRead> find(std::string_view target, bool gzip) const;

    // All others are forgotten when there are kMost: a client with that many targets gains little.
    void put(std::string_view target, bool gzip, std::shared_ptr<const KnownRead> read);

    void clear();

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using ByTarget =
        std::unordered_map<std::string, std::shared_ptr<const KnownRead>, Hash, std::equal_to<>>;

    std::array<ByTarget, 2> by_gzip_;
};

}  // namespace weft::api
