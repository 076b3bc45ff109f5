#include "agent/cli/lock_key.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>

namespace weft::agent {

namespace json = boost::json;

namespace {

// Fills limit and holders; false when the value is no such list.
bool read_list(const std::string& value, Semaphore& semaphore) {
    json::error_code failure;
    const json::value parsed = json::parse(value, failure);
    if (failure || !parsed.is_object()) return false;
    const json::value* limit = parsed.get_object().if_contains("Limit");
    const json::value* holders = parsed.get_object().if_contains("Holders");
    if (!limit || !limit->is_int64() || limit->get_int64() < 1) return false;
    semaphore.limit = static_cast<std::uint64_t>(limit->get_int64());
    if (!holders || !holders->is_object()) return true;
    for (const auto& [session, held] : holders->get_object())
        if (held.is_bool() && held.get_bool()) semaphore.holders.insert(std::string(session));
    return true;
}

}  // namespace

std::string lock_prefix(std::string_view word) {
    std::string prefix = std::filesystem::path(word).lexically_normal().string();
    while (prefix.ends_with('/')) prefix.pop_back();
    prefix.erase(0, prefix.find_first_not_of('/'));
    return prefix == "." ? std::string() : prefix;
}

std::string lock_key(std::string_view prefix) {
    std::string key(prefix);
    while (key.ends_with('/')) key.pop_back();
    return key.empty() ? ".lock" : key + "/.lock";
}

LockUse use_of_lock(const std::vector<KvPair>& pairs, std::string_view session) {
    if (pairs.empty()) return LockUse::Free;
    const KvPair& pair = pairs.front();
    if (pair.flags != kLockFlags) return LockUse::Foreign;
    if (pair.session.empty()) return LockUse::Free;
    return pair.session == session ? LockUse::Mine : LockUse::Taken;
}

Semaphore read_semaphore(const std::vector<KvPair>& pairs, std::string_view prefix,
                         std::string_view session, std::uint64_t limit) {
    Semaphore semaphore;
    semaphore.limit = limit;
    const std::string list_key = lock_key(prefix);
    const auto list = std::find_if(pairs.begin(), pairs.end(),
                                   [&](const KvPair& pair) { return pair.key == list_key; });
    if (list == pairs.end()) return semaphore;
    semaphore.modify_index = list->modify_index;
    if (list->flags != kSemaphoreFlags || !read_list(list->value, semaphore)) {
        semaphore.use = LockUse::Foreign;
        return semaphore;
    }
    std::set<std::string> alive;
    for (const KvPair& pair : pairs)
        if (!pair.session.empty()) alive.insert(pair.session);
    std::erase_if(semaphore.holders, [&](const auto& holder) { return !alive.contains(holder); });
    if (semaphore.limit != limit)
        semaphore.use = LockUse::OtherLimit;
    else if (semaphore.holders.contains(std::string(session)))
        semaphore.use = LockUse::Mine;
    else if (semaphore.holders.size() >= limit)
        semaphore.use = LockUse::Taken;
    return semaphore;
}

std::string holders_text(std::uint64_t limit, const std::set<std::string>& holders) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.field("Limit", limit);
    writer.key("Holders");
    writer.begin_object();
    for (const std::string& holder : holders) writer.field(holder, true);
    writer.end_object();
    writer.end_object();
    return text;
}

}  // namespace weft::agent
