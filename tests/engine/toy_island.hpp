// SPDX-License-Identifier: Apache-2.0
// The smallest real island: every candidate is a number drawn from its key; elites travel round a ring.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/engine/evaluator.hpp"
#include "atoll/engine/island.hpp"

namespace atl::engine::testing {

/// What the islands of one run were told, for assertions.
struct ToyLog {
    std::vector<EvaluationKey> committed;
    std::vector<EvaluationKey> acknowledged;
    std::vector<Migrant> received;
};

class ToyIsland final : public Island {
public:
    ToyIsland(std::uint32_t id, std::uint32_t islands, ToyLog& log, std::uint64_t distinct = 0)
        : id_(id), islands_(islands), log_(log), distinct_(distinct) {}

    Proposal propose(std::uint64_t step, std::uint32_t slot, bool /*may_ask*/) override {
        Proposal proposal;
        proposal.operator_name = "toy";
        proposal.make = [=, id = id_, distinct = distinct_] {
            RandomStream random(7, id, step, slot, StreamPurpose::operate);
            const std::uint64_t value = distinct > 0 ? random.below(distinct) : random();
            return Made{{"toy", std::to_string(value)}, 0, 0};
        };
        return proposal;
    }
    void commit(const EvaluationRecord& record) override {
        log_.committed.push_back(record.key);
        if (!best_ || record.score.lower > best_->score.lower) best_ = record;
    }
    void acknowledged(const EvaluationKey& key) override {
        log_.acknowledged.push_back(key);
        safe_.insert(key);
    }
    std::vector<Migrant> emigrants(std::uint64_t epoch) override {
        if (!best_ || !safe_.contains(best_->key) || islands_ < 2) return {};
        return {Migrant{epoch, id_, (id_ + 1) % islands_, *best_}};
    }
    void immigrate(const Migrant& migrant) override { log_.received.push_back(migrant); }
    std::string snapshot() const override { return "toy " + std::to_string(id_); }
    void restore(const std::string&, const CandidateBytes&) override {}
    void replay(const EvaluationRecord&) override {}

private:
    std::uint32_t id_;
    std::uint32_t islands_;
    ToyLog& log_;
    std::uint64_t distinct_;
    std::optional<EvaluationRecord> best_;
    std::set<EvaluationKey> safe_;
};

/// Scores a toy candidate by its digits, in [0, 1).
class ToyEvaluator final : public Evaluator {
public:
    EvaluationOutcome evaluate(const EvaluationRequest& request) const override {
        EvaluationOutcome outcome;
        const Sha256 digest = sha256(request.candidate->bytes);
        const double value = (digest[0] * 256.0 + digest[1]) / 65536.0;
        outcome.score = {value, value};
        return outcome;
    }
};

}  // namespace atl::engine::testing
