#include <fmt/format.h>

#include <algorithm>

#include "agent/base/shortened.hpp"
#include "agent/config_entry/chain_compiler.hpp"

namespace weft::agent {
namespace {

std::vector<std::string> next_of(const ChainNode& node) {
    std::vector<std::string> next;
    for (const ChainRoute& route : node.routes) next.push_back(route.next_node);
    for (const ChainSplit& split : node.splits) next.push_back(split.next_node);
    return next;
}

// Visits what can be reached, each node after all that it leads to.
class Walk {
public:
    explicit Walk(const DiscoveryChain& chain) : chain_(chain) {}

    Result<void> from(const std::string& key) {
        if (done_.contains(key)) return success();
        if (std::find(path_.begin(), path_.end(), key) != path_.end()) {
            path_.push_back(key);
            return make_error(Errc::InvalidArgument,
                              fmt::format("detected circular reference: [{}]", way_text(path_)));
        }
        path_.push_back(key);
        for (const std::string& next : next_of(chain_.nodes.at(key))) {
            WEFT_TRY(from(next));
        }
        path_.pop_back();
        done_.insert(key);
        order_.push_back(key);
        return success();
    }

    const std::set<std::string>& done() const { return done_; }
    const std::vector<std::string>& order() const { return order_; }

private:
    const DiscoveryChain& chain_;
    std::vector<std::string> path_;
    std::set<std::string> done_;
    std::vector<std::string> order_;
};

// The share of a share, to the nearest hundredth of a percent.
SplitWeight product(SplitWeight outer, SplitWeight inner) {
    const std::int64_t scaled = std::int64_t{outer.hundredths} * inner.hundredths;
    return {static_cast<std::int32_t>((scaled + kWholeWeight / 2) / kWholeWeight)};
}

Error too_many_splits(const std::string& at) {
    return make_error(Errc::Limit,
                      fmt::format("the discovery chain is too large: with {} it has more than {} "
                                  "splits once splitters behind splitters are counted",
                                  at, kMaxChainSplits));
}

}  // namespace

std::string way_text(const std::vector<std::string>& names) {
    constexpr std::size_t kShownAtEnds = 8;
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool is_between = i >= kShownAtEnds && i + kShownAtEnds < names.size();
        if (!is_between) {
            shown.push_back(shortened(names[i]));
        } else if (i == kShownAtEnds) {
            shown.push_back(fmt::format("{} more", names.size() - 2 * kShownAtEnds));
        }
    }
    return fmt::format("{}", fmt::join(shown, " -> "));
}

Result<void> refuse_circles(const DiscoveryChain& chain) {
    return Walk(chain).from(chain.start_node);
}

Result<void> flatten_splitters(DiscoveryChain& chain) {
    Walk walk(chain);
    WEFT_TRY(walk.from(chain.start_node));
    std::size_t all = 0;
    // What a splitter leads to was flattened before it.
    for (const std::string& key : walk.order()) {
        std::vector<ChainSplit> flat;
        for (const ChainSplit& split : chain.nodes.at(key).splits) {
            const ChainNode& next = chain.nodes.at(split.next_node);
            if (next.type != ChainNode::Type::Splitter) {
                flat.push_back(split);
                continue;
            }
            for (const ChainSplit& inner : next.splits)
                flat.push_back({product(split.weight, inner.weight), inner.next_node});
            if (all + flat.size() > kMaxChainSplits) return too_many_splits(key);
        }
        all += flat.size();
        if (all > kMaxChainSplits) return too_many_splits(key);
        chain.nodes.at(key).splits = std::move(flat);
    }
    return success();
}

void remove_unreachable_nodes(DiscoveryChain& chain) {
    Walk walk(chain);
    if (!walk.from(chain.start_node)) return;
    std::erase_if(chain.nodes,
                  [&](const auto& entry) { return !walk.done().contains(entry.first); });
}

}  // namespace weft::agent
