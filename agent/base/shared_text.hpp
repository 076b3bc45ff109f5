#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/ref_ptr.hpp"

namespace weft {

// Immutable string in one pointer, shared between copies; the empty string needs no memory. Catalog
// rows hold millions of short, often equal strings: a std::string would cost four times as much
// before its first character. Copies may be used and dropped on any thread.
class SharedText {
public:
    SharedText() = default;
    SharedText(std::string_view text);
    SharedText(const std::string& text) : SharedText(std::string_view(text)) {}
    SharedText(const char* text) : SharedText(std::string_view(text)) {}
    SharedText(const SharedText& other) : block_(other.block_) {
        if (block_) block_->references.fetch_add(1, std::memory_order_relaxed);
    }
    SharedText(SharedText&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    SharedText& operator=(SharedText other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~SharedText() { drop(); }

    std::string_view view() const {
        return block_ ? std::string_view(reinterpret_cast<const char*>(block_ + 1), block_->size)
                      : std::string_view();
    }
    operator std::string_view() const { return view(); }
    std::string str() const { return std::string(view()); }
    bool empty() const { return block_ == nullptr; }
    std::size_t size() const { return block_ ? block_->size : 0; }

    friend bool operator==(const SharedText& a, const SharedText& b) {
        return a.block_ == b.block_ || a.view() == b.view();
    }
    friend auto operator<=>(const SharedText& a, const SharedText& b) {
        return a.view() <=> b.view();
    }
    friend bool operator==(const SharedText& a, std::string_view b) { return a.view() == b; }
    friend bool operator==(const SharedText& a, const char* b) {
        return a.view() == std::string_view(b);
    }
    friend std::ostream& operator<<(std::ostream& out, const SharedText& text) {
        return out << text.view();
    }

private:
    struct Block {
        std::atomic<std::uint32_t> references;
        std::uint32_t size;
    };

    void drop();

    Block* block_ = nullptr;
};

// Nullable, immutable, shared value in one pointer. Null and empty differ: Consul's JSON tells null
// from [] and {}.
template <class T>
class Shared {
public:
    Shared() = default;
    Shared(T value) : box_(make_ref<Box>(std::move(value))) {}

    bool is_null() const { return !box_; }

    // The value; a default-constructed one when null.
    const T& get() const {
        static const T none{};
        return box_ ? box_->value : none;
    }
    const T& operator*() const { return get(); }
    const T* operator->() const { return &get(); }

    friend bool operator==(const Shared& a, const Shared& b) {
        return a.box_ == b.box_ || (a.box_ && b.box_ && a.box_->value == b.box_->value);
    }

private:
    struct Box : RefCounted {
        explicit Box(T v) : value(std::move(v)) {}
        T value;
    };

    RefPtr<Box> box_;
};

}  // namespace weft

template <>
struct std::hash<weft::SharedText> {
    std::size_t operator()(const weft::SharedText& text) const {
        return std::hash<std::string_view>{}(text.view());
    }
};
