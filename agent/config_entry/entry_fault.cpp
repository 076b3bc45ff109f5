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

const JsonMember* member_at(const JsonValue& object, const FaultStep& step) {
    const auto found =
        std::find_if(object.members.rbegin(), object.members.rend(),
                     [&](const JsonMember& member) { return is_step(member.first, step); });
    return found == object.members.rend() ? nullptr : &*found;
}

// Takes a key in quotes off the rest of a path, with the bracket behind it.
std::string take_quoted(std::string_view& rest) {
    std::string key;
    std::size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        key += rest[at];
    }
    rest.remove_prefix(std::min(rest.size(), at + 2));
    return key;
}

std::string take_until(std::string_view& rest, std::string_view ends, bool and_end) {
    const std::size_t end = std::min(rest.size(), rest.find_first_of(ends));
    std::string name(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + (and_end ? 1 : 0)));
    return name;
}

}  // namespace

std::vector<FaultStep> steps_of(std::string_view path) {
    std::vector<FaultStep> steps;
    while (!path.empty()) {
        const bool in_brackets = path.front() == '[';
        if (in_brackets || path.front() == '.') path.remove_prefix(1);
        if (in_brackets && path.starts_with('"')) {
            steps.push_back({take_quoted(path), true});
            continue;
        }
        std::string name = take_until(path, in_brackets ? "]" : ".[", in_brackets);
        if (!name.empty()) steps.push_back({std::move(name), in_brackets});
    }
    return steps;
}

std::string with_key(std::string_view path, std::string_view key) {
    std::string out = std::string(path) + "[\"";
    for (const char c : key) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"]";
}

std::optional<std::size_t> number_of(const FaultStep& step) {
    std::size_t number = 0;
    const char* const end = step.name.data() + step.name.size();
    const auto [at, status] = std::from_chars(step.name.data(), end, number);
    if (!step.in_brackets || status != std::errc{} || at != end) return std::nullopt;
    return number;
}

bool is_step(std::string_view name, const FaultStep& step) {
    return step.in_brackets ? name == step.name : plain(name) == plain(step.name);
}

FaultPlace place_of(const JsonValue& entry, const EntryFault& fault) {
    const auto steps = steps_of(fault.path);
    const JsonValue* at = &entry;
    FaultPlace place;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto number = number_of(steps[i]);
        // A block in a file stands for the list of it alone, and the other way round.
        if (at->kind == JsonValue::Kind::Array) {
            const std::size_t item = number.value_or(0);
            if (item >= at->items.size()) break;
            at = &at->items[item];
            place.way.push_back(std::to_string(item));
            if (number) continue;
        }
        const JsonMember* member = member_at(*at, steps[i]);
        if (member == nullptr && number == 0) continue;
        if (member == nullptr) break;
        at = &member->second;
        place.way.push_back(member->first);
        if (fault.is_name && i + 1 == steps.size()) {
            place.offset = at->name_offset;
            return place;
        }
    }
    place.offset = at->offset;
    return place;
}

}  // namespace weft::agent
