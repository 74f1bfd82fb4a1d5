// SPDX-License-Identifier: Apache-2.0
// Programs through runner, cascade, tuner and variation, in a real sandbox with a real compiler.
#include "atoll/evolve/program_variation.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "atoll/core/error.hpp"
#include "atoll/evolve/program_evaluator.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/program_literals.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "journal/temporary_folder.hpp"
#include "problems/metric.hpp"

namespace atl::evolve {
namespace {

constexpr double no_threshold = std::numeric_limits<double>::infinity();

/// One warden for all tests here, and a compile cache that goes with the test program.
class Programs : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder = std::make_unique<atl::testing::TemporaryFolder>();
        sandbox::WardenOptions warden;
        warden.program = ATOLL_PROGRAM;
        sandbox::CompilerOptions compiler;
        compiler.cache_folder = folder->path() / "cache";
        host = std::make_shared<sandbox::ProgramHost>(warden, compiler);
        packing = problems::make_program_problem("online_bin_packing", {"or1"});
        circles = problems::make_program_problem("circles_26_program");
    }
    static void TearDownTestSuite() {
        host.reset();
        folder.reset();
    }

    static std::shared_ptr<const ProgramRunner> runner(const std::shared_ptr<const problems::ProgramProblem>& problem) {
        return std::make_shared<const ProgramRunner>(*problem, host, sandbox::Limits{});
    }
    static engine::EvaluationOutcome judged(const std::string& text, const std::string& instances = "open",
                                            const std::vector<double>& thresholds = {}) {
        const Candidate candidate{std::string(program_genome), text};
        return ProgramEvaluator(packing, runner(packing), thresholds).evaluate({{}, &candidate, instances});
    }
    static ProgramVariation variation(const std::shared_ptr<const problems::ProgramProblem>& problem,
                                      const std::vector<std::string>& names = {}) {
        return ProgramVariation(problem, runner(problem), problem->initial_program(), 24, names);
    }

    static std::unique_ptr<atl::testing::TemporaryFolder> folder;
    static std::shared_ptr<sandbox::ProgramHost> host;
    static std::shared_ptr<const problems::ProgramProblem> packing, circles;
};
std::unique_ptr<atl::testing::TemporaryFolder> Programs::folder;
std::shared_ptr<sandbox::ProgramHost> Programs::host;
std::shared_ptr<const problems::ProgramProblem> Programs::packing, Programs::circles;

std::string priority(const std::string& expression) {
    return "// EVOLVE-BLOCK-START\ndouble priority(double item, double bin, double capacity) {\n    return " +
           expression + ";\n}\n// EVOLVE-BLOCK-END\n";
}

double metric(const engine::EvaluationOutcome& outcome, const std::string& name) {
    return atl::testing::metric(outcome.metrics, name);
}

TEST_F(Programs, ScoreIsTheLastStagesAndEarlierOnesAreMetrics) {
    const engine::EvaluationOutcome outcome = judged(packing->initial_program());
    ASSERT_TRUE(outcome.verdict.ok()) << outcome.verdict.text;
    EXPECT_EQ(outcome.stage + 1, packing->stages("open").size());
    EXPECT_TRUE(outcome.score.scored());
    EXPECT_EQ(metric(outcome, "or1_excess"), metric(outcome, "or1_best_fit_excess"));
    EXPECT_GT(metric(outcome, "screen_score"), 0);
    EXPECT_GT(outcome.wall_seconds, 0);
    EXPECT_GT(outcome.peak_bytes, 0U);
}

TEST_F(Programs, HiddenInstancesAreOthers) {
    const engine::EvaluationOutcome open = judged(packing->initial_program());
    const engine::EvaluationOutcome hidden = judged(packing->initial_program(), "hidden");
    ASSERT_TRUE(hidden.verdict.ok()) << hidden.verdict.text;
    EXPECT_NE(hidden.score.upper, open.score.upper);
}

TEST_F(Programs, ThresholdEndsTheCascadeOnOpenInstancesOnly) {
    const std::string worst_fit = priority("bin - item");
    const engine::EvaluationOutcome ended = judged(worst_fit, "open", {0.01});
    EXPECT_EQ(ended.verdict.kind, VerdictKind::wrong);
    EXPECT_EQ(ended.verdict.reason, "below_threshold");
    EXPECT_EQ(ended.stage, 0U);
    EXPECT_FALSE(ended.score.scored());
    EXPECT_TRUE(judged(worst_fit, "hidden", {0.01}).verdict.ok());
    EXPECT_TRUE(judged(worst_fit, "open", {no_threshold}).verdict.ok());
}

TEST_F(Programs, TextsThatDifferInLiteralsShareOneCompilation) {
    const auto run = [&](const std::string& literal) {
        const Candidate candidate{std::string(program_genome), priority("item - bin * " + literal)};
        return runner(packing)->run(candidate, packing->stages("open").front());
    };
    const auto entries = [&] {
        return std::distance(std::filesystem::recursive_directory_iterator(folder->path() / "cache"), {});
    };
    ASSERT_TRUE(run("1.25").verdict.ok());
    const auto before = entries();
    const ProgramRun other = run("0.75");
    EXPECT_TRUE(other.verdict.ok());
    EXPECT_EQ(entries(), before) << "a second compilation";
}

TEST_F(Programs, AnswerOfASetIsThatOfTheProgramWithItsValues) {
    const std::string text = priority("bin - item < 4.0 ? 100.0 - bin : bin * 2.5");
    const Hoisted hoisted = hoist_literals(text, problems::Language::cpp);
    ASSERT_EQ(hoisted.values.size(), 3U);
    const std::vector<std::vector<double>> sets{hoisted.values, {20, 100, 2.5}, {4, 0, -1}};
    const problems::Stage& stage = packing->stages("open").front();
    const ProgramRun together = runner(packing)->run_sets(hoisted.structure, sets, stage);
    ASSERT_TRUE(together.verdict.ok()) << together.verdict.text;
    ASSERT_EQ(together.results.size(), 3U);
    for (std::size_t i = 0; i < sets.size(); ++i) {
        const Candidate alone{std::string(program_genome), with_values(text, sets[i], problems::Language::cpp)};
        const ProgramRun run = runner(packing)->run(alone, stage);
        ASSERT_TRUE(run.verdict.ok()) << run.verdict.text;
        EXPECT_EQ(run.results.front(), together.results[i]) << i;
    }
    EXPECT_NE(together.results[0], together.results[2]);
}

TEST_F(Programs, ProgramThatIsNoneHasAVerdictOfItsOwn) {
    EXPECT_EQ(judged("// EVOLVE-BLOCK-START\n").verdict.reason, "not_a_program");
    EXPECT_EQ(judged(std::string(program_text_max_bytes + 1, ' ')).verdict.reason, "not_a_program");
    EXPECT_EQ(judged("double priority(").verdict.kind, VerdictKind::compile_error);
    const Candidate vector = encode_vector(std::vector<double>{1, 2});
    EXPECT_EQ(ProgramEvaluator(packing, runner(packing)).evaluate({{}, &vector, "open"}).verdict.reason,
              "not_a_program");
}

TEST_F(Programs, ProgramOfSeveralFilesRuns) {
    const std::vector<ProgramSource> sources{
        {"gap.hpp", "double gap(double item, double bin);\n"},
        {"gap.cpp", "#include \"gap.hpp\"\ndouble gap(double item, double bin) { return bin - item; }\n"},
        {"program.cpp",
         "#include \"gap.hpp\"\ndouble priority(double item, double bin, double) { return -gap(item, bin); }\n"}};
    const Candidate candidate = encode_program(sources, problems::Language::cpp);
    const engine::EvaluationOutcome outcome = judged(candidate.bytes);
    ASSERT_TRUE(outcome.verdict.ok()) << outcome.verdict.text;
    EXPECT_EQ(outcome.score.upper, judged(packing->initial_program()).score.upper);
}

TEST_F(Programs, TunerImprovesOnAProgramsNumbersAndCountsItsRuns) {
    // bins are to keep a gap of that size, which is far too wide
    const std::string text = priority("-fabs(bin - item - 40.0)");
    const ProgramTuner tuner(packing, runner(packing), 96);
    RandomStream random(4, 0, 0, 0, StreamPurpose::test);
    const Tuned tuned = tuner.tune(text, random);
    EXPECT_GT(tuned.calls, 10U);
    EXPECT_LE(tuned.calls, 96U);
    EXPECT_EQ(hoist_literals(tuned.text, problems::Language::cpp).structure,
              hoist_literals(text, problems::Language::cpp).structure);
    EXPECT_LT(metric(judged(tuned.text), "screen_score"), metric(judged(text), "screen_score"));
    RandomStream again(4, 0, 0, 0, StreamPurpose::test);
    EXPECT_EQ(tuner.tune(text, again).text, tuned.text);
}

TEST_F(Programs, TunerLeavesAProgramWithoutNumbersAlone) {
    RandomStream random(4, 0, 0, 0, StreamPurpose::test);
    const std::string text = priority("item - bin");
    const Tuned tuned = ProgramTuner(packing, runner(packing), 96).tune(text, random);
    EXPECT_EQ(tuned.text, text);
    EXPECT_EQ(tuned.calls, 0U);
}

TEST_F(Programs, EveryPipelineMakesTheSameCandidateOfTheSameStream) {
    for (const auto& problem : {packing, circles}) {
        const ProgramVariation varied = variation(problem);
        const Candidate parent{std::string(program_genome), problem->initial_program()};
        const std::vector<const Candidate*> parents{&parent, &parent, &parent};
        for (const Pipeline& pipeline : varied.pipelines()) {
            RandomStream first(9, 0, 1, 2, StreamPurpose::operate);
            RandomStream second(9, 0, 1, 2, StreamPurpose::operate);
            const std::span<const Candidate* const> views(parents.data(), pipeline.parents);
            const engine::Made one = varied.make(pipeline, views, first, nullptr);
            EXPECT_EQ(one.candidate, varied.make(pipeline, views, second, nullptr).candidate) << pipeline.name;
            if (one.candidate.genome != program_genome) continue;
            EXPECT_NO_THROW(varied.check(one.candidate)) << pipeline.name;
        }
    }
}

TEST_F(Programs, PolishedOutputIsAVectorThatTheJudgeTakes) {
    const ProgramVariation varied = variation(circles, {"polish_output"});
    const Candidate parent{std::string(program_genome), circles->initial_program()};
    const Candidate* const parents[] = {&parent};
    RandomStream random(1, 0, 0, 0, StreamPurpose::operate);
    const engine::Made made = varied.make(varied.pipelines().front(), parents, random, nullptr);
    EXPECT_EQ(made.candidate.genome, vector_genome);
    EXPECT_GT(made.objective_calls, 1U);
    const ProgramEvaluator evaluator(circles, runner(circles));
    const engine::EvaluationOutcome before = evaluator.evaluate({{}, &parent, "open"});
    const engine::EvaluationOutcome after = evaluator.evaluate({{}, &made.candidate, "open"});
    ASSERT_TRUE(after.verdict.ok()) << after.verdict.text;
    EXPECT_GT(after.score.lower, before.score.lower);
}

TEST_F(Programs, UnknownPipelinesAreRefusedWithTheNearestName) {
    for (const char* name : {"expresion", "tune+tune", "polish_output", "literal+polish"}) {
        EXPECT_THROW(variation(packing, {name}), InputError) << name;
    }
    EXPECT_NO_THROW(variation(packing, {"literal+tune", "tune"}));
    EXPECT_NO_THROW(variation(circles, {"polish_output"}));
}

}  // namespace
}  // namespace atl::evolve
