#include "agent/runtime/key_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/shortened.hpp"
#include "gossip/core/internal_queries.hpp"

namespace weft::agent {

namespace {

void count(std::vector<std::pair<std::string, std::size_t>>& counts, const std::string& key) {
    const auto at = std::find_if(counts.begin(), counts.end(),
                                 [&](const auto& entry) { return entry.first == key; });
    if (at != counts.end()) {
        ++at->second;
    } else {
        counts.emplace_back(key, 1);
    }
}

// nullopt: it did what it was asked for.
std::optional<std::string> failure_of(const Result<gossip::KeyAnswerText>& said) {
    if (!said) return "its answer cannot be read";
    if (!said.value().result) return shortened(said.value().message);
    return std::nullopt;
}

}  // namespace

api::KeyAnswer key_answer_of(const RingQuestion& question, api::KeyOperation operation,
                             const AgentIdentity& identity, const Result<void>& kept) {
    api::KeyAnswer answer;
    answer.datacenter = identity.datacenter;
    answer.nodes = question.expected().size();
    for (const auto& [node, payload] : question.answers()) {
        const auto said = gossip::decode_key_answer(payload);
        if (auto why = failure_of(said)) {
            answer.messages.emplace_back(shortened(node), std::move(*why));
            continue;
        }
        if (operation != api::KeyOperation::List) {
            if (!kept && node == identity.node_name) {
                answer.messages.emplace_back(node, kept.error().message());
            }
            continue;
        }
        if (!question.expected().contains(node)) continue;
        for (const std::string& key : said.value().keys) count(answer.keys, key);
        if (!said.value().primary_key.empty()) {
            count(answer.primary_keys, said.value().primary_key);
        }
    }
    const std::size_t failed = answer.messages.size();
    for (const std::string& node : question.missing()) {
        answer.messages.emplace_back(node, "no answer");
    }
    std::sort(answer.messages.begin(), answer.messages.end());
    std::sort(answer.keys.begin(), answer.keys.end());
    std::sort(answer.primary_keys.begin(), answer.primary_keys.end());
    if (failed > 0) {
        answer.error = fmt::format("{}/{} nodes reported failure", failed, answer.nodes);
    } else if (!question.missing().empty()) {
        answer.error = fmt::format("{}/{} nodes reported success",
                                   answer.nodes - question.missing().size(), answer.nodes);
    }
    return answer;
}

}  // namespace weft::agent
