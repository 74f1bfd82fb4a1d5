// SPDX-License-Identifier: Apache-2.0
// An island that forgets nothing and asks a model for every other candidate, or for all of them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "chain_island.hpp"

namespace atl::engine::testing {

class AskingIsland final : public Island {
public:
    AskingIsland(std::uint32_t id, std::uint32_t islands, bool only_asks)
        : chain_(id, islands), id_(id), only_asks_(only_asks) {}

    Proposal propose(std::uint64_t step, std::uint32_t slot, bool may_ask) override {
        Proposal ours = chain_.propose(step, slot, false);
        if (!may_ask || (!only_asks_ && slot % 2 == 0)) return ours;
        Proposal proposal;
        proposal.key = ours.key;
        proposal.parent_1 = ours.parent_1;
        proposal.operator_name = "llm";
        ModelQuestion question;
        question.request.key = {id_, step, slot, 0};
        // One of few questions, so that an island asks the same again.
        const std::string state = chain_.snapshot().substr(0, 1);
        question.request.messages = {{"user", "island " + std::to_string(id_) + " state " + state}};
        question.make = [step](const std::string& reply) {
            Made made{{"chain", reply + " " + std::to_string(step % 3)}, 0, 0};
            if (reply.ends_with("0")) made.refused = Verdict{VerdictKind::wrong, "reply_unusable", "it ends in 0"};
            return made;
        };
        if (!only_asks_) question.otherwise = std::make_shared<Proposal>(std::move(ours));
        proposal.question = std::move(question);
        return proposal;
    }
    bool must_ask(std::uint64_t, std::uint32_t) const override { return only_asks_; }
    void commit(const EvaluationRecord& record) override { chain_.commit(record); }
    void acknowledged(const EvaluationKey& key) override { chain_.acknowledged(key); }
    std::vector<Migrant> emigrants(std::uint64_t epoch) override { return chain_.emigrants(epoch); }
    void immigrate(const Migrant& migrant) override { chain_.immigrate(migrant); }
    std::string snapshot() const override { return chain_.snapshot(); }
    void restore(const std::string& snapshot, const CandidateBytes& bytes_of) override {
        chain_.restore(snapshot, bytes_of);
    }
    void replay(const EvaluationRecord& record) override { chain_.replay(record); }

private:
    ChainIsland chain_;
    std::uint32_t id_;
    bool only_asks_;
};

}  // namespace atl::engine::testing
