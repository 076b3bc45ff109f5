#include <fmt/format.h>

#include <algorithm>

#include "tests/sim/gossip/oracle.hpp"

// What must hold of queries, and be so of them in the end.
namespace weft::sim {

std::string Oracle::answer_of(std::string_view name, std::uint32_t query) {
    return fmt::format("{} answers {}", name, query);
}

void Oracle::asked(AgentIndex index, std::uint32_t query, const gossip::QueryParams& params) {
    if (!seen_[index].questions.try_emplace(query, Question{params, {}, {}, false}).second) {
        violated(index, "gives two queries one id");
    }
}

Oracle::Question& Oracle::question(AgentIndex at, std::uint32_t id) {
    const auto found = seen_[at].questions.find(id);
    if (found == seen_[at].questions.end()) violated(at, "hears of a query that it never asked");
    if (found->second.is_finished) violated(at, "hears of a query that is finished");
    return found->second;
}

void Oracle::query_event(AgentIndex at, const gossip::event::QueryReceived& query) {
    if (!seen_[at].queries.emplace(query.time, query.id).second) {
        violated(at, fmt::format("is asked twice by {}", query.source));
    }
    const auto asker = index_of(query.source);
    if (!asker) violated(at, "is asked by " + query.source + ", whom nobody knows");
    const auto found = seen_[*asker].questions.find(query.id);
    if (found == seen_[*asker].questions.end()) return;  // of a process that is no more
    const gossip::QueryParams& params = found->second.params;
    if (query.payload != params.payload) violated(at, "is asked something else than was asked");
    const auto& names = params.filter_nodes;
    if (!names.empty() &&
        std::find(names.begin(), names.end(), world_.agent(at).name) == names.end()) {
        violated(at, "is asked, though it was not meant");
    }
}

void Oracle::query_event(AgentIndex at, const gossip::event::QueryAcknowledged& ack) {
    Question& asked = question(at, ack.id);
    if (!asked.params.wants_ack) violated(at, "is told of an ack that it did not want");
    if (!index_of(ack.from)) violated(at, "hears of an ack by nobody");
    if (!asked.acks.insert(ack.from).second) violated(at, "is told twice of an ack");
}

void Oracle::query_event(AgentIndex at, const gossip::event::QueryAnswered& answer) {
    Question& asked = question(at, answer.id);
    if (!asked.answers.insert(answer.from).second) violated(at, "is told twice of an answer");
    const bool is_internal = asked.params.name.starts_with("_serf_");
    if (!is_internal && answer.payload != answer_of(answer.from, answer.id)) {
        violated(at, fmt::format("is told of an answer that {} did not give", answer.from));
    }
}

void Oracle::query_event(AgentIndex at, const gossip::event::QueryFinished& finished) {
    Question& asked = question(at, finished.id);
    asked.is_finished = true;
    if (finished.acks != asked.acks.size() || finished.answers != asked.answers.size()) {
        violated(at, "counts other answers than it told of");
    }
}

std::string Oracle::not_finished(AgentIndex asker, std::uint32_t query) const {
    const auto& questions = seen_[asker].questions;
    const auto found = questions.find(query);
    if (found != questions.end() && found->second.is_finished) return {};
    return fmt::format("a query of {} is not finished", world_.agent(asker).name);
}

std::string Oracle::not_answered_by_all(AgentIndex asker, std::uint32_t query, bool by_acks) const {
    const Question& asked = seen_[asker].questions.at(query);
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        const Agent& agent = world_.agent(at);
        if (!agent.is_up()) continue;
        if (!asked.answers.contains(agent.name)) {
            return fmt::format("{} has no answer of {}", world_.agent(asker).name, agent.name);
        }
        if (by_acks && !asked.acks.contains(agent.name)) {
            return fmt::format("{} has no ack of {}", world_.agent(asker).name, agent.name);
        }
    }
    return {};
}

std::string Oracle::queries_without_end() const {
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        if (!world_.agent(at).is_up()) continue;
        for (const auto& [id, asked] : seen_[at].questions) {
            if (!asked.is_finished)
                return fmt::format("a query of {} never ends", world_.agent(at).name);
        }
    }
    return {};
}

}  // namespace weft::sim
