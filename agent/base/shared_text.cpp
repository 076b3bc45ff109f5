#include "agent/base/shared_text.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "agent/base/assert.hpp"

namespace weft {

SharedText::SharedText(std::string_view text) {
    if (text.empty()) return;
    WEFT_ASSERT(text.size() <= std::numeric_limits<std::uint32_t>::max());
    void* memory = std::malloc(sizeof(Block) + text.size());
    if (memory == nullptr) throw std::bad_alloc();
    block_ = new (memory) Block{1, static_cast<std::uint32_t>(text.size())};
    std::memcpy(static_cast<void*>(block_ + 1), text.data(), text.size());
}

void SharedText::drop() {
    if (block_ && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        block_->~Block();
        std::free(block_);
    }
}

}  // namespace weft
