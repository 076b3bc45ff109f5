#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft {

// Base of objects that RefPtr owns. The count is atomic: a catalog view may be dropped by any
// thread.
class RefCounted {
public:
    RefCounted() = default;
    RefCounted(const RefCounted&) {}
    RefCounted& operator=(const RefCounted&) { return *this; }

    void add_reference() const { references_.fetch_add(1, std::memory_order_relaxed); }

    // True when the last reference went.
    bool drop_reference() const { return references_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

    // True when the caller holds the only reference, so that it may change the object in place.
    bool is_unique() const { return references_.load(std::memory_order_acquire) == 1; }

private:
    mutable std::atomic<std::uint32_t> references_{0};
};

// Intrusive shared pointer of 8 bytes; T derives from RefCounted. Catalog trees hold hundreds of
// thousands.
template <class T>
class RefPtr {
public:
    RefPtr() = default;
    RefPtr(std::nullptr_t) {}
    explicit RefPtr(T* object) : object_(object) {
        if (object_) object_->add_reference();
    }
    RefPtr(const RefPtr& other) : RefPtr(other.object_) {}
    RefPtr(RefPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    template <class U>
    RefPtr(const RefPtr<U>& other) : RefPtr(static_cast<T*>(other.get())) {}
    RefPtr& operator=(RefPtr other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~RefPtr() {
        if (object_ && object_->drop_reference()) delete object_;
    }

    T* get() const { return object_; }
    T& operator*() const { return *object_; }
    T* operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    bool operator==(const RefPtr& other) const = default;

private:
    T* object_ = nullptr;
};

template <class T, class... Arguments>
RefPtr<T> make_ref(Arguments&&... arguments) {
    return RefPtr<T>(new T(std::forward<Arguments>(arguments)...));
}

}  // namespace weft
