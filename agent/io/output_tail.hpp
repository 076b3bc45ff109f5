#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

// Keeps the last bytes of a stream of any length in bounded memory.
class OutputTail {
public:
    explicit OutputTail(std::size_t max) : max_(max) {}

    void append(std::string_view bytes) {
        total_ += bytes.size();
        if (bytes.size() >= max_) {
            kept_.assign(bytes.substr(bytes.size() - max_));
            return;
        }
        kept_.append(bytes);
        // Cutting at double the size makes the copying cost constant per byte.
        if (kept_.size() >= 2 * max_) kept_.erase(0, kept_.size() - max_);
    }

    std::string str() const {
        return kept_.size() > max_ ? kept_.substr(kept_.size() - max_) : kept_;
    }
    std::uint64_t total() const { return total_; }

private:
    std::size_t max_;
    std::uint64_t total_ = 0;
    std::string kept_;
};

}  // namespace weft
