#include "api/http/known_reads.hpp"

#include <utility>

namespace weft::api {

std::shared_ptr<const KnownRead> KnownReads::find(std::string_view target, bool gzip) const {
    const ByTarget& reads = by_gzip_[gzip];
    auto at = reads.find(target);
    return at == reads.end() ? nullptr : at->second;
}

void KnownReads::put(std::string_view target, bool gzip, std::shared_ptr<const KnownRead> read) {
    if (target.size() > kLongest) return;
    if (by_gzip_[0].size() + by_gzip_[1].size() >= kMost) clear();
    by_gzip_[gzip].insert_or_assign(std::string(target), std::move(read));
}

void KnownReads::clear() {
    for (ByTarget& reads : by_gzip_) reads.clear();
}

}  // namespace weft::api
