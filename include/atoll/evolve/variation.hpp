// SPDX-License-Identifier: Apache-2.0
// What an island varies its candidates by, whatever their genome.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/core/record.hpp"
#include "atoll/engine/island.hpp"
#include "atoll/evolve/prompt_context.hpp"
#include "atoll/llm/request.hpp"

namespace atl::evolve {

inline constexpr std::uint32_t most_parents = 3;

/// A way to make one candidate from others, by name: an arm of the bandit.
struct Pipeline {
    std::string name;
    std::uint32_t parents = 1;  ///< at most most_parents
    double expected_calls = 0;  ///< typical objective_calls, the evaluation not included, until they have been measured
    bool asks_model = false;    ///< its candidate comes from a reply: question() and make_of_reply(), not make()
    bool repairs = false;       ///< its parent is a candidate that failed
};

/// Immutable, shared by the islands of a process and by their proposals on worker threads.
class Variation {
public:
    virtual ~Variation() = default;

    /// Of the candidates that may be parents. A pipeline may make one of another genome: it is judged and recorded, and
    /// has no offspring.
    virtual std::string_view genome() const = 0;
    virtual Direction direction() const = 0;

    /// The arms, in order.
    virtual const std::vector<Pipeline>& pipelines() const = 0;
    /// What starts an island, without parents.
    virtual const Pipeline& starter() const = 0;

    /// Throws InputError when a candidate of this genome is none.
    virtual void check(const Candidate& candidate) const = 0;

    /// What the objective_calls of a record that this operator made (the evaluation included) weigh for the bandit.
    virtual double cost(std::string_view operator_name, double objective_calls) const {
        (void)operator_name;
        return objective_calls;
    }

    /// Runs a pipeline (one of pipelines(), or the starter) on as many parents as it takes. Pure: the same result for
    /// the same input. `to_beat`: the worst candidate that would still be kept, or null; a search may give up once it
    /// is clear that its result will be worse.
    virtual engine::Made make(const Pipeline& pipeline, std::span<const Candidate* const> parents, RandomStream& random,
                              const Candidate* to_beat) const = 0;

    /// Of a pipeline that asks a model: the question, without key and model. Fast enough for the loop.
    virtual llm::Request question(const Pipeline& pipeline, const PromptContext& context, RandomStream& random) const {
        (void)pipeline;
        (void)context;
        (void)random;
        return {};
    }
    /// The candidate that a reply holds, or why there is none. `parent`: the one that the question asked to change.
    virtual engine::Made make_of_reply(const Pipeline& pipeline, const Candidate& parent, const std::string& reply,
                                       RandomStream& random) const {
        (void)pipeline;
        (void)parent;
        (void)reply;
        (void)random;
        return {};
    }
};

}  // namespace atl::evolve
