// SPDX-License-Identifier: Apache-2.0
// What every problem over programs promises, and the one in Python.
#include <gtest/gtest.h>

#include <algorithm>

#include "atoll/core/error.hpp"
#include "atoll/problems/program_problem.hpp"
#include "problems/program_answer.hpp"

namespace atl::problems {
namespace {

class EveryProgramProblem : public ::testing::TestWithParam<std::string> {
protected:
    std::unique_ptr<ProgramProblem> problem = make_program_problem(GetParam());
};

TEST_P(EveryProgramProblem, goes_by_its_own_name) { EXPECT_EQ(problem->name(), GetParam()); }

TEST_P(EveryProgramProblem, starts_from_a_program_with_one_marked_region_and_a_driver_of_its_language) {
    const std::string program = problem->initial_program(), driver = problem->driver();
    const std::size_t begin = program.find("EVOLVE-BLOCK-START"), end = program.find("EVOLVE-BLOCK-END");
    ASSERT_NE(begin, std::string::npos);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LT(begin, end);
    EXPECT_EQ(program.find("EVOLVE-BLOCK-START", begin + 1), std::string::npos);
    if (problem->judges_text()) {
        EXPECT_EQ(driver, "");
        return;
    }
    EXPECT_NE(driver.find(problem->language() == Language::cpp ? "void atoll_run(" : "def result_of("),
              std::string::npos);
}

TEST_P(EveryProgramProblem, gives_each_stage_a_name_of_its_own_and_room_for_its_answer) {
    ASSERT_EQ(problem->stages(open_instances).empty(), problem->judges_text());
    for (const std::string_view set : {open_instances, hidden_instances}) {
        const std::vector<Stage>& stages = problem->stages(set);
        for (std::size_t i = 0; i < stages.size(); ++i) {
            EXPECT_FALSE(stages[i].name.empty());
            EXPECT_GT(stages[i].result_bytes, 0U);
            EXPECT_EQ(stages[i].input.size() % sizeof(double), 0U);
            for (std::size_t j = 0; j < i; ++j) EXPECT_NE(stages[i].name, stages[j].name);
        }
    }
}

TEST_P(EveryProgramProblem, shows_no_input_of_the_hidden_instances) {
    for (const Stage& hidden : problem->stages(hidden_instances)) {
        for (const Stage& open : problem->stages(open_instances)) {
            EXPECT_TRUE(open.input.empty() || open.input != hidden.input) << open.name;
        }
    }
}

TEST_P(EveryProgramProblem, never_accepts_garbage) {
    RandomStream random(31, 0, 0, 0, StreamPurpose::test);
    for (const std::string_view set : {open_instances, hidden_instances}) {
        const std::vector<Stage>& stages = problem->stages(set);
        for (int round = 0; round < 40 && !stages.empty(); ++round) {
            std::vector<std::string> results(1 + random.below(stages.size()));
            for (std::string& bytes : results) {
                const std::uint64_t most = random.below(2) != 0 ? 4096 : stages.back().result_bytes;
                bytes.resize(random.below(most));
                for (char& byte : bytes) byte = static_cast<char>(random());
            }
            if (round % 2 == 0) results.back().resize(stages[results.size() - 1].result_bytes);
            const Judgement judgement = problem->judge(set, results);
            EXPECT_FALSE(judgement.verdict.ok());
            EXPECT_FALSE(judgement.verdict.reason.empty());
            EXPECT_FALSE(judgement.score.scored());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryProgramProblem, ::testing::ValuesIn(program_problem_names()),
                         [](const auto& parameter) { return parameter.param; });

TEST(ProgramRegistry, lists_the_problems_it_makes_and_makes_no_others) {
    const std::vector<std::string> names = program_problem_names();
    EXPECT_EQ(names,
              (std::vector<std::string>{"circles_26_program", "noop_program", "online_bin_packing", "tsp_construct"}));
    EXPECT_EQ(make_program_problem("circles_26"), nullptr);
}

TEST(ProgramRegistry, lists_programs_too_when_a_problem_is_unknown) {
    try {
        make_vector_problem("online_bin_pack");
        FAIL();
    } catch (const InputError& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("did you mean 'online_bin_packing'"), std::string::npos) << text;
        for (const std::string& name : program_problem_names()) EXPECT_NE(text.find(name), std::string::npos) << text;
    }
}

TEST(Circles26Program, is_judged_as_the_vector_that_it_leaves) {
    const auto problem = make_program_problem("circles_26_program");
    const auto judge = [&](const std::string& bytes) {
        return problem->judge(open_instances, std::vector<std::string>{bytes});
    };
    std::vector<double> x(78, 0.0);
    for (std::size_t i = 0; i < 26; ++i) {
        x[3 * i] = 0.1 + 0.16 * static_cast<double>(i % 6);
        x[3 * i + 1] = 0.1 + 0.16 * static_cast<double>(i / 6);
        x[3 * i + 2] = 0.0625;
    }
    EXPECT_TRUE(judge(bytes_of(x)).verdict.ok());
    EXPECT_EQ(judge(bytes_of(x)).score.lower, 26 * 0.0625);
    EXPECT_EQ(judge(bytes_of(x) + "x").verdict.reason, "not_a_vector");
    EXPECT_EQ(judge("").verdict.reason, "wrong_length");
    x[2] = 0.5;
    EXPECT_EQ(judge(bytes_of(x)).verdict.reason, "outside_square");
    ASSERT_NE(problem->vectors(), nullptr);
    EXPECT_EQ(problem->vectors()->name(), "circles_26");
    EXPECT_EQ(problem->best_known()->value, problem->vectors()->best_known()->value);
    EXPECT_THROW(make_program_problem("circles_26_program", {"or3"}), InputError);
}

TEST(NoopProgram, scores_the_text_by_its_hash_and_runs_nothing) {
    const auto problem = make_program_problem("noop_program");
    ASSERT_TRUE(problem->judges_text());
    const Judgement judgement = problem->judge_text("abc");
    EXPECT_TRUE(judgement.verdict.ok());
    // SHA-256 of "abc" begins with ba7816bf 8f01cfea
    EXPECT_EQ(judgement.score.lower, static_cast<double>(0xba7816bf8f01cfeaULL >> 11) / 9007199254740992.0);
    EXPECT_EQ(judgement.score.upper, judgement.score.lower);
    EXPECT_NE(problem->judge_text("abd").score.lower, judgement.score.lower);
    EXPECT_EQ(problem->judge_text("").verdict.reason, "empty");
}

TEST(NoopProgram, begins_with_a_program_of_the_length_that_a_job_names) {
    const std::string small = make_program_problem("noop_program", {"2kb"})->initial_program();
    const std::string large = make_program_problem("noop_program", {"8kb"})->initial_program();
    EXPECT_EQ(small, make_program_problem("noop_program")->initial_program());
    EXPECT_NEAR(static_cast<double>(small.size()), 2048, 200);
    EXPECT_NEAR(static_cast<double>(large.size()), 8192, 500);
    EXPECT_THROW(make_program_problem("noop_program", {"4kb"}), InputError);
    EXPECT_THROW(make_program_problem("noop_program", {"2kb", "8kb"}), InputError);
}

TEST(Circles26Program, has_no_judgement_of_a_text_that_nobody_ran) {
    const Judgement judgement = make_program_problem("circles_26_program")->judge_text("def run_packing(): pass");
    EXPECT_EQ(judgement.verdict.kind, VerdictKind::infrastructure);
    EXPECT_FALSE(judgement.score.scored());
}

}  // namespace
}  // namespace atl::problems
