// SPDX-License-Identifier: Apache-2.0
// What proposes: one island's search, driven by the engine from the loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/llm/request.hpp"

namespace atl::engine {

/// What an operator hands back from a worker. `objective_calls` counts its inner calls.
struct Made {
    Candidate candidate;
    std::uint64_t objective_calls = 0;
    double cpu_seconds = 0;
    /// Set when there is nothing to evaluate: this is the verdict. `candidate` is then what was refused, of the genome
    /// refused_genome.
    std::optional<Verdict> refused = std::nullopt;
};

/// Of what could not be read as a candidate.
inline constexpr std::string_view refused_genome = "reply";

struct Proposal;

/// A model is asked first, and its reply makes the candidate.
struct ModelQuestion {
    llm::Request request;
    std::function<Made(const std::string& reply)> make;  ///< as Proposal::make
    /// Takes the slot when no reply comes. Null: the slot gets a verdict of `infrastructure`.
    std::shared_ptr<Proposal> otherwise;
};

/// One candidate to be. `make` runs on a worker, holds all it needs by value, and may take long.
struct Proposal {
    EvaluationKey key;
    std::optional<EvaluationKey> parent_1;
    std::optional<EvaluationKey> parent_2;
    std::string operator_name;
    std::function<Made()> make;  ///< empty when there is a question
    std::optional<ModelQuestion> question;
};

/// An elite on the wire: the full record, so that lineage never dangles.
struct Migrant {
    std::uint64_t epoch = 0;
    std::uint32_t from_island = 0;
    std::uint32_t to_island = 0;
    EvaluationRecord record;
};

/// The bytes of a candidate by their content; empty when they are lost.
using CandidateBytes = std::function<std::string(const Sha256&)>;

/// One island. All calls come from the loop thread and must return fast: computing belongs into `Proposal::make`.
class Island {
public:
    virtual ~Island() = default;

    /// The proposal for (step, slot), from the state as it is now. The engine asks slot by slot, steps in order.
    /// `may_ask`: models can be asked now. Without it no proposal holds a question.
    virtual Proposal propose(std::uint64_t step, std::uint32_t slot, bool may_ask) = 0;

    /// True when (step, slot) can only be filled by a model: then it waits until one can be asked.
    virtual bool must_ask(std::uint64_t step, std::uint32_t slot) const {
        (void)step;
        (void)slot;
        return false;
    }

    /// A result to learn from, with the candidate's bytes. It may not be synced yet: what leaves the rank is asked for
    /// by emigrants(). All of it is in the record: what a resumed run replays is all there ever was.
    virtual void commit(const EvaluationRecord& record) = 0;

    /// The same record is now acknowledged: from here on it may be sent to neighbours.
    virtual void acknowledged(const EvaluationKey& key) = 0;

    /// Called when a migration epoch begins: acknowledged elites with their target islands.
    virtual std::vector<Migrant> emigrants(std::uint64_t epoch) = 0;

    /// A neighbour's elite arrives.
    virtual void immigrate(const Migrant& migrant) = 0;

    /// State for resuming, taken between two steps.
    virtual std::string snapshot() const = 0;

    /// Rebuilds the state from a snapshot (empty: none), then replay() brings the later records back in. A snapshot
    /// names candidates by content; their bytes are in the journals.
    virtual void restore(const std::string& snapshot, const CandidateBytes& bytes_of) = 0;
    virtual void replay(const EvaluationRecord& record) = 0;
};

}  // namespace atl::engine
