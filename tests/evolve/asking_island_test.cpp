// SPDX-License-Identifier: Apache-2.0
// An island whose pipelines ask a model: what it asks is a function of its state, and what failed is shown again.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "atoll/evolve/evolution_island.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/program_variation.hpp"

namespace atl::evolve {
namespace {

using engine::Proposal;

constexpr const char* seed_program = "# EVOLVE-BLOCK-START\ndef f(x):\n    return x * 3 + 1\n# EVOLVE-BLOCK-END\n";

IslandOptions options_with(std::vector<double> weights = {1}) {
    IslandOptions options;
    options.batch = 4;
    options.islands = 1;
    options.population.size = 8;
    options.initial_candidates = 4;
    options.model_weights = std::move(weights);
    options.seed_candidate = Candidate{std::string(program_genome), seed_program};
    return options;
}

std::string shown(const llm::Request& request) {
    std::string all;
    for (const llm::Message& message : request.messages) all += message.role + ":\n" + message.content + "\n";
    return all;
}

/// Asks, evaluates and commits by hand.
class Asking {
public:
    explicit Asking(const std::vector<std::string>& pipelines, IslandOptions options = options_with())
        : options_(std::move(options)),
          problem_(problems::make_program_problem("noop_program")),
          variation_(std::make_shared<const ProgramVariation>(
              problem_, nullptr, seed_program, 0, pipelines,
              std::make_shared<const ModelProposer>(problem_, PromptOptions{}))),
          island(variation_, options_) {
        for (std::uint32_t slot = 0; slot < options_.batch; ++slot) {
            const Proposal proposal = island.propose(0, slot, true);
            EXPECT_FALSE(proposal.question) << "seed and starting slots are filled without a model";
            commit(proposal, proposal.make());
        }
    }

    EvaluationRecord commit(const Proposal& proposal, engine::Made made, double wall_seconds = 1.5) {
        EvaluationRecord record;
        record.key = proposal.key;
        record.parent_1 = proposal.parent_1;
        record.parent_2 = proposal.parent_2;
        record.operator_name = proposal.operator_name;
        record.candidate = std::move(made.candidate);
        record.candidate_sha256 = sha256(record.candidate.bytes);
        record.objective_calls = 1;
        record.wall_seconds = wall_seconds;
        if (made.refused) {
            record.verdict = *made.refused;
        } else {
            const problems::Judgement judged = problem_->judge_text(record.candidate.bytes);
            record.verdict = judged.verdict;
            record.score = judged.score;
        }
        return commit(record);
    }

    EvaluationRecord commit(const EvaluationRecord& record) {
        bytes_[record.candidate_sha256] = record.candidate.bytes;
        records_.insert_or_assign(record.key, record);
        island.commit(record);
        island.acknowledged(record.key);
        return record;
    }

    /// A model's program that was run and failed.
    EvaluationRecord fail(const Proposal& proposal, const std::string& program, const std::string& words) {
        EvaluationRecord record;
        record.key = proposal.key;
        record.parent_1 = proposal.parent_1;
        record.operator_name = proposal.operator_name;
        record.candidate = {std::string(program_genome), program};
        record.candidate_sha256 = sha256(program);
        record.verdict = {VerdictKind::crashed, "exit_1", words};
        return commit(record);
    }

    /// Another island with the state of this one.
    std::unique_ptr<EvolutionIsland> restored() const {
        auto other = std::make_unique<EvolutionIsland>(variation_, options_);
        other->restore(island.snapshot(), [this](const Sha256& content) { return bytes_.at(content); });
        return other;
    }

    const EvaluationRecord& record(const EvaluationKey& key) const { return records_.at(key); }

private:
    IslandOptions options_;
    std::shared_ptr<const problems::ProgramProblem> problem_;
    std::shared_ptr<const ProgramVariation> variation_;
    std::map<Sha256, std::string> bytes_;
    std::map<EvaluationKey, EvaluationRecord> records_;

public:
    EvolutionIsland island;
};

/// The first proposal of a step that holds a question.
Proposal question_of(EvolutionIsland& island, std::uint64_t step) {
    for (std::uint32_t slot = 0; slot < 1000; ++slot) {
        Proposal proposal = island.propose(step, slot, true);
        if (proposal.question) return proposal;
    }
    ADD_FAILURE() << "nothing was asked";
    return {};
}

TEST(AskingIsland, AModelPipelineAsksAboutItsParentAndAnOperatorStandsBy) {
    Asking asking({"literal", "llm_rewrite"});
    std::set<std::string> operators;
    for (std::uint32_t slot = 0; slot < 40; ++slot) {
        const Proposal proposal = asking.island.propose(1, slot, true);
        operators.insert(proposal.operator_name);
        EXPECT_EQ(proposal.operator_name == "llm_rewrite", proposal.question.has_value());
        if (!proposal.question) continue;
        EXPECT_FALSE(proposal.make);
        EXPECT_EQ(proposal.question->request.key, (EvaluationKey{0, 1, slot, 0}));
        ASSERT_TRUE(proposal.parent_1);
        EXPECT_NE(shown(proposal.question->request).find(asking.record(*proposal.parent_1).candidate.bytes),
                  std::string::npos);
        ASSERT_TRUE(proposal.question->otherwise);
        const Proposal& other = *proposal.question->otherwise;
        EXPECT_EQ(other.operator_name, "literal");
        EXPECT_EQ(other.key, proposal.key);
        EXPECT_FALSE(other.question);
        EXPECT_EQ(other.make().candidate.genome, program_genome);
    }
    EXPECT_EQ(operators, (std::set<std::string>{"literal", "llm_rewrite"}));
    EXPECT_FALSE(asking.island.must_ask(1, 0));
}

TEST(AskingIsland, WithoutAModelAtHandNothingIsAsked) {
    Asking asking({"literal", "llm_rewrite"});
    for (std::uint32_t slot = 0; slot < 40; ++slot) {
        const Proposal proposal = asking.island.propose(1, slot, false);
        EXPECT_FALSE(proposal.question);
        EXPECT_EQ(proposal.operator_name, "literal");
    }
}

TEST(AskingIsland, WithModelsAloneASlotWaitsForOne) {
    Asking asking({"llm_rewrite", "llm_crossover"});
    std::set<std::string> operators;
    for (std::uint32_t slot = 0; slot < 40; ++slot) {
        EXPECT_TRUE(asking.island.must_ask(1, slot));
        const Proposal proposal = asking.island.propose(1, slot, true);
        ASSERT_TRUE(proposal.question);
        EXPECT_FALSE(proposal.question->otherwise);
        EXPECT_EQ(proposal.parent_2.has_value(), proposal.operator_name == "llm_crossover");
        operators.insert(proposal.operator_name);
    }
    EXPECT_EQ(operators.size(), 2U);
    for (std::uint32_t slot = 0; slot < 4; ++slot) EXPECT_FALSE(asking.island.must_ask(0, slot)) << slot;
}

TEST(AskingIsland, AnIslandThatHoldsNothingNeedNotAsk) {
    const std::shared_ptr<const problems::ProgramProblem> problem = problems::make_program_problem("noop_program");
    const EvolutionIsland island(std::make_shared<const ProgramVariation>(
                                     problem, nullptr, seed_program, 0, std::vector<std::string>{"llm_diff"},
                                     std::make_shared<const ModelProposer>(problem, PromptOptions{})),
                                 options_with());
    EXPECT_FALSE(island.must_ask(9, 0)) << "there is no parent to show";
}

/// Everything that tells one question from another.
std::string told(EvolutionIsland& island) {
    std::string all;
    for (std::uint32_t slot = 0; slot < 12; ++slot) {
        const Proposal proposal = island.propose(2, slot, true);
        all += proposal.operator_name + "\n";
        if (!proposal.question) continue;
        all += body_of(proposal.question->request, {}, std::to_string(proposal.question->request.model)) + "\n";
    }
    return all;
}

TEST(AskingIsland, TheSameStateAsksTheSameAlsoWhenItWasRestored) {
    const std::vector<std::string> pipelines{"literal", "llm_rewrite", "llm_repair", "llm_crossover"};
    Asking asking(pipelines, options_with({1, 2}));
    const std::string before = told(asking.island);
    EXPECT_EQ(told(asking.island), before);
    Proposal proposal = question_of(asking.island, 1);
    asking.commit(proposal, proposal.question->make("no program at all"));
    proposal.key.slot += 1;
    asking.fail(proposal, "def f(x):\n    return x / 0\n", "ZeroDivisionError: line 2");
    const std::string after = told(asking.island);
    EXPECT_NE(after, before) << "mistakes are part of what is asked";
    EXPECT_NE(after.find("ZeroDivisionError"), std::string::npos);
    EXPECT_EQ(told(*asking.restored()), after);
}

TEST(AskingIsland, AReplyOfNoUseIsShownToTheNext) {
    Asking asking({"llm_rewrite"});
    const Proposal proposal = question_of(asking.island, 1);
    const engine::Made made = proposal.question->make("I can not help with that.");
    ASSERT_TRUE(made.refused);
    EXPECT_EQ(made.refused->kind, VerdictKind::wrong);
    EXPECT_EQ(made.candidate.genome, engine::refused_genome);
    EXPECT_EQ(made.candidate.bytes, "I can not help with that.");
    EXPECT_FALSE(made.refused->reason.empty());
    const std::string reason = made.refused->reason;
    EXPECT_EQ(shown(question_of(asking.island, 2).question->request).find("- " + reason + ": "), std::string::npos);
    asking.commit(proposal, made);
    EXPECT_NE(shown(question_of(asking.island, 2).question->request).find("- " + reason + ": "), std::string::npos);
}

TEST(AskingIsland, AReplyBecomesACandidate) {
    Asking asking({"llm_rewrite"});
    const Proposal proposal = question_of(asking.island, 1);
    const std::string program = "# EVOLVE-BLOCK-START\ndef f(x):\n    return x * 5 + 2\n# EVOLVE-BLOCK-END\n";
    const engine::Made made = proposal.question->make("Here it is:\n```python\n" + program + "```\n");
    EXPECT_FALSE(made.refused) << made.refused->text;
    EXPECT_EQ(made.candidate, (Candidate{std::string(program_genome), program}));
    const auto& complete = proposal.question->request.complete;
    ASSERT_TRUE(complete);
    EXPECT_FALSE(complete("Here it is:\n"));
}

TEST(AskingIsland, RepairTakesWhatFailedAndElseAnotherQuestionIsAsked) {
    Asking asking({"llm_repair", "llm_rewrite"});
    for (std::uint32_t slot = 0; slot < 20; ++slot) {
        EXPECT_EQ(asking.island.propose(1, slot, true).operator_name, "llm_rewrite") << "nothing has failed";
    }
    const Proposal first = asking.island.propose(1, 0, true);
    asking.commit(first, first.question->make("no program"));
    for (std::uint32_t slot = 1; slot < 20; ++slot) {
        EXPECT_EQ(asking.island.propose(1, slot, true).operator_name, "llm_rewrite") << "a reply can not be repaired";
    }
    const std::string broken = "def f(x):\n    return x / 0\n";
    const EvaluationRecord failed = asking.fail(asking.island.propose(1, 1, true), broken, "ZeroDivisionError");
    Proposal repair;
    for (std::uint32_t slot = 0; slot < 100 && repair.operator_name != "llm_repair"; ++slot) {
        repair = asking.island.propose(2, slot, true);
    }
    ASSERT_EQ(repair.operator_name, "llm_repair");
    EXPECT_EQ(repair.parent_1, failed.key);
    EXPECT_NE(shown(repair.question->request).find(broken), std::string::npos);
    EXPECT_NE(shown(repair.question->request).find("ZeroDivisionError"), std::string::npos);

    asking.commit(repair, {{std::string(program_genome), "def f(x):\n    return x\n"}, 0, 0});
    for (std::uint32_t slot = 0; slot < 20; ++slot) {
        EXPECT_EQ(asking.island.propose(3, slot, true).operator_name, "llm_rewrite") << "it is repaired";
    }
}

TEST(AskingIsland, ModelsAreAskedByWeight) {
    Asking asking({"llm_rewrite"}, options_with({1, 0, 3}));
    std::array<int, 3> asked{};
    for (std::uint32_t slot = 0; slot < 400; ++slot) {
        ++asked.at(asking.island.propose(1, slot, true).question->request.model);
    }
    EXPECT_EQ(asked[1], 0);
    EXPECT_NEAR(asked[0], 100, 40);
    EXPECT_NEAR(asked[2], 300, 40);
}

TEST(AskingIsland, MeasuredTimesStayOutOfPromptsThatMustComeAgain) {
    const auto asked = [](bool with_timings, double wall_seconds) {
        IslandOptions options = options_with();
        options.prompts_with_timings = with_timings;
        Asking asking({"llm_rewrite"}, options);
        const Proposal proposal = question_of(asking.island, 1);
        asking.commit(proposal, {{std::string(program_genome), "def f(x):\n    return 7\n"}, 0, 0}, wall_seconds);
        std::string all;
        for (std::uint32_t slot = 0; slot < 20; ++slot) {
            all += shown(asking.island.propose(2, slot, true).question->request);
        }
        return all;
    };
    EXPECT_EQ(asked(false, 2.5), asked(false, 7.25));
    EXPECT_EQ(asked(false, 2.5).find("time to run"), std::string::npos);
    EXPECT_NE(asked(true, 2.5), asked(true, 7.25));
}

}  // namespace
}  // namespace atl::evolve
