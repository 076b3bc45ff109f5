#pragma once

#include "agent/base/result.hpp"
#include "agent/runtime/agent_identity.hpp"
#include "agent/runtime/ring_question.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// What the members of the ring made of a request about keys, for the API. Those who were there and
// gave no answer are named. Who was not expected counts for no success and for no key, but for a
// failure: the ring is not as it was asked to be. kept: whether this agent's keys are in their
// file; where not, its own success is a failure.
api::KeyAnswer key_answer_of(const RingQuestion& question, api::KeyOperation operation,
                             const AgentIdentity& identity, const Result<void>& kept);

}  // namespace weft::agent
