#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace weft {

// A value whose meaning is its type: StrongId<struct TermTag, std::uint64_t> and
// StrongId<struct IndexTag, std::uint64_t> do not mix. Read the bare value with get().
template <class Tag, class Value>
class StrongId {
public:
    constexpr StrongId() = default;
    constexpr explicit StrongId(Value value) : value_(std::move(value)) {}

    constexpr const Value& get() const { return value_; }
    auto operator<=>(const StrongId&) const = default;

private:
    Value value_{};
};

}  // namespace weft

template <class Tag, class Value>
struct std::hash<weft::StrongId<Tag, Value>> {
    std::size_t operator()(const weft::StrongId<Tag, Value>& id) const {
        return std::hash<Value>{}(id.get());
    }
};
