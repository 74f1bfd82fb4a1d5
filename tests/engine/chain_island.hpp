// SPDX-License-Identifier: Apache-2.0
// An island that forgets nothing: its state is a hash over all it was ever told, and every candidate depends on it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/hash.hpp"
#include "atoll/core/random.hpp"
#include "atoll/engine/island.hpp"
#include "atoll/journal/encoding.hpp"

namespace atl::engine::testing {

/// One result taken in out of order, twice or not at all, one migrant more or less, and all later candidates differ.
class ChainIsland final : public Island {
public:
    ChainIsland(std::uint32_t id, std::uint32_t islands) : id_(id), islands_(islands) {}

    Proposal propose(std::uint64_t step, std::uint32_t slot, bool /*may_ask*/) override {
        Proposal proposal;
        proposal.operator_name = "chain";
        if (best_) proposal.parent_1 = best_->key;
        proposal.make = [state = state_, step, slot] {
            const std::string content = sha256_text(state + " " + std::to_string(step) + " " + std::to_string(slot));
            // Few different ones, so that some were seen before.
            return Made{{"chain", content.substr(0, 3)}, 0, 0};
        };
        return proposal;
    }
    void commit(const EvaluationRecord& record) override {
        learn("commit " + to_string(record.key) + " " + to_hex(record.candidate_sha256) + " " +
              std::to_string(record.objective_calls) + " " + std::to_string(record.score.lower));
        if (record.verdict.ok() && (!best_ || record.score.lower > best_->score.lower)) best_ = record;
    }
    void acknowledged(const EvaluationKey& key) override { acknowledged_ = std::max(acknowledged_, key.step + 1); }
    std::vector<Migrant> emigrants(std::uint64_t epoch) override {
        if (!best_ || islands_ < 2) return {};
        return {Migrant{epoch, id_, (id_ + 1) % islands_, *best_}, Migrant{epoch, id_, (id_ + 3) % islands_, *best_}};
    }
    void immigrate(const Migrant& migrant) override {
        learn("migrant " + std::to_string(migrant.from_island) + " " + to_string(migrant.record.key));
    }
    std::string snapshot() const override {
        std::string payload;
        if (best_) journal::encode(Record(*best_), payload);
        return state_ + payload;
    }
    void restore(const std::string& snapshot, const CandidateBytes& /*bytes_of*/) override {
        if (snapshot.empty()) return;
        state_ = snapshot.substr(0, 64);
        if (snapshot.size() == 64) return;
        best_ = std::get<EvaluationRecord>(
            journal::decode_record(journal::FrameType::evaluation, std::string_view(snapshot).substr(64)));
    }
    void replay(const EvaluationRecord& record) override { commit(record); }

private:
    static std::string sha256_text(const std::string& text) { return to_hex(sha256(text)); }
    void learn(const std::string& what) { state_ = sha256_text(state_ + what); }

    std::uint32_t id_;
    std::uint32_t islands_;
    std::string state_ = std::string(64, '0');
    std::uint64_t acknowledged_ = 0;
    std::optional<EvaluationRecord> best_;
};

}  // namespace atl::engine::testing
