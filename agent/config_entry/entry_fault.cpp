#include "agent/config_entry/entry_fault.hpp"

#include <algorithm>
#include <charconv>

#include "agent/config_entry/entry_kind.hpp"

namespace weft::agent {
namespace {

std::string plain(std::string_view name) {
    std::string out = lower_case(name);
    std::erase(out, '_');
    return out;
}

const JsonMember* member_at(const JsonValue& object, std::string_view step) {
    const auto found =
        std::find_if(object.members.rbegin(), object.members.rend(),
                     [&](const JsonMember& member) { return is_step(member.first, step); });
    return found == object.members.rend() ? nullptr : &*found;
}

}  // namespace

EntryFault fault_of_rule(std::string_view text) {
    return {.path = std::string(text.substr(0, text.find(' ')))};
}

std::vector<std::string> steps_of(std::string_view path) {
    std::vector<std::string> steps;
    while (!path.empty()) {
        const bool is_bracket = path.front() == '[';
        if (is_bracket || path.front() == '.') path.remove_prefix(1);
        const std::size_t end = is_bracket ? path.find(']') : path.find_first_of(".[");
        if (const auto step = path.substr(0, end); !step.empty()) steps.emplace_back(step);
        path.remove_prefix(std::min(path.size(), end == path.npos ? end : end + is_bracket));
    }
    return steps;
}

std::optional<std::size_t> number_of(std::string_view step) {
    std::size_t number = 0;
    const char* const end = step.data() + step.size();
    const auto [at, status] = std::from_chars(step.data(), end, number);
    if (status != std::errc{} || at != end) return std::nullopt;
    return number;
}

bool is_step(std::string_view name, std::string_view step) {
    const std::string a = plain(name);
    const std::string b = plain(step);
    return a == b || a == b + "s";
}

std::uint32_t offset_of(const JsonValue& entry, const EntryFault& fault) {
    const auto steps = steps_of(fault.path);
    const JsonValue* at = &entry;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::string& step = steps[i];
        const auto number = number_of(step);
        // A block in a file stands for the list of it alone, and the other way round.
        if (at->kind == JsonValue::Kind::Array) {
            if (number.value_or(0) >= at->items.size()) break;
            at = &at->items[number.value_or(0)];
            if (number) continue;
        }
        const JsonMember* member = member_at(*at, step);
        if (member == nullptr && number == 0) continue;
        if (member == nullptr) break;
        at = &member->second;
        if (fault.is_name && i + 1 == steps.size()) return at->name_offset;
    }
    return at->offset;
}

}  // namespace weft::agent
