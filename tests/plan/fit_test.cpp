// SPDX-License-Identifier: Apache-2.0
// The fit finds constants that made the times; intervals hold what they promise; files of constants read back.
#include "atoll/plan/fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "atoll/core/error.hpp"

namespace atl::plan {
namespace {

/// Runs of two families whose times follow gemm * size + micro_batch_seconds, the second family's gemm 1.3 times.
std::vector<TrainingRun> made_runs() {
    std::vector<TrainingRun> runs;
    runs.reserve(60);
    for (std::uint32_t i = 0; i < 60; ++i) {
        TrainingRun run;
        run.id = std::to_string(i);
        run.family = i % 2 == 0 ? "one" : "two";
        run.cluster.gpu.name = "some GPU";
        run.usable = true;
        run.model.layers = 10 + i;
        const double gemm = i % 2 == 0 ? 0.9 : 0.9 * 1.3;
        const double noise = 1 + 0.01 * std::sin(i * 12.9898);
        run.iteration_seconds = (gemm * (10 + i) + 0.02) * noise;
        runs.push_back(run);
    }
    return runs;
}

double made_seconds(const TrainingRun& run, const CostParameters& parameters) {
    return parameters.gemm * run.model.layers + parameters.micro_batch_seconds;
}

std::vector<const TrainingRun*> pointers(const std::vector<TrainingRun>& runs) {
    std::vector<const TrainingRun*> all;
    all.reserve(runs.size());
    for (const TrainingRun& run : runs) all.push_back(&run);
    return all;
}

TEST(Fit, FindsWhatFamiliesHaveOfTheirOwn) {
    const std::vector<TrainingRun> runs = made_runs();
    const TimeParameters fitted = fit_time_model(pointers(runs), made_seconds, {}, {.noise = 0.01});
    EXPECT_NEAR(fitted.of(groups_of(runs[0])).gemm, 0.9, 0.02);
    EXPECT_NEAR(fitted.of(groups_of(runs[1])).gemm, 1.17, 0.02);
    EXPECT_EQ(fitted.rows, 60U);
    EXPECT_EQ(fitted.groups.at("one").rows, 30U);
}

TEST(Fit, IgnoresRunsWithoutAMeasuredTime) {
    std::vector<TrainingRun> runs = made_runs();
    runs[0].iteration_seconds.reset();
    runs[1].iteration_seconds = 0;
    runs[2].usable = false;
    EXPECT_EQ(fit_time_model(pointers(runs), made_seconds, {}, {}).rows, 57U);
}

TEST(Fit, IntervalsHoldWhatFoldsMissed) {
    const std::vector<TrainingRun> runs = made_runs();
    const FittedTimeModel fitted = fit_and_validate(pointers(runs), made_seconds, {.noise = 0.01});
    const double width = fitted.parameters.groups.at("one").interval_half_width;
    EXPECT_GT(width, 0);
    std::size_t inside = 0;
    std::size_t all = 0;
    for (const ValidatedRun& one : fitted.runs) {
        if (one.run->family != "one") continue;
        ++all;
        inside += std::abs(std::log(one.folded / *one.run->iteration_seconds)) <= std::log1p(width) + 1e-12 ? 1 : 0;
    }
    EXPECT_GE(inside, static_cast<std::size_t>(0.9 * static_cast<double>(all)));
    EXPECT_GT(fitted.parameters.interval_half_width, width) << "a family that was left out is missed by more";
    EXPECT_LT(fitted.parameters.calibrated_interval_half_width, fitted.parameters.interval_half_width);
}

TEST(Fit, CoverageIsOfIntervalsThatOtherFoldsSet) {
    std::vector<TrainingRun> runs = made_runs();
    runs[4].iteration_seconds = 3 * *runs[4].iteration_seconds;  // one run that nothing explains
    for (std::size_t i = 50; i < 53; ++i) runs[i].family = "three runs";
    const FittedTimeModel fitted = fit_and_validate(pointers(runs), made_seconds, {.noise = 0.01});
    std::size_t inside = 0;
    std::size_t asked = 0;
    for (const ValidatedRun& one : fitted.runs) {
        EXPECT_EQ(one.has_folds, one.run->family != "three runs");
        if (one.run->family == "three runs") {
            EXPECT_FALSE(one.covered.has_value()) << "two runs set no interval";
        }
        asked += one.covered ? 1 : 0;
        inside += one.covered.value_or(false) ? 1 : 0;
    }
    EXPECT_EQ(asked, 57U);
    EXPECT_GE(inside, 46U);
    EXPECT_FALSE(fitted.runs[4].covered.value_or(true));
}

TEST(TimeParameters, ReadBackAsWritten) {
    TimeParameters parameters;
    parameters.rows = 7;
    parameters.interval_half_width = 0.25;
    parameters.shared.gemm = 1.125;
    parameters.groups["Megatron-LM 0.14 on B200"] = {
        .factors = {{"gemm", 1.25}}, .rows = 3, .interval_half_width = 0.5};
    const TimeParameters read = parse_time_parameters(to_toml(parameters), "x.toml");
    EXPECT_EQ(to_toml(read), to_toml(parameters));
    const std::string name = "Megatron-LM 0.14 on B200";
    EXPECT_DOUBLE_EQ(read.of({&name, 1}).gemm, 1.125 * 1.25);
    EXPECT_DOUBLE_EQ(read.half_width_of({&name, 1}), 0.5);
}

TEST(TimeParameters, NameTheKeyThatIsWrong) {
    try {
        parse_time_parameters("rows = 1\n[shared]\ngem = 1.0\n", "x.toml");
        FAIL();
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("x.toml:3:"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("gemm"), std::string::npos) << error.what();
    }
    EXPECT_THROW(parse_time_parameters("rows = 1\n[shared]\ngemm = 1.0\n", "x.toml"), InputError)
        << "constants missing";
    EXPECT_THROW(parse_time_parameters("rows = \"many\"\n", "x.toml"), InputError);
}

TEST(TimeParameters, ShippedOnesWereFittedToMeasuredRuns) {
    const TimeParameters& shipped = shipped_time_parameters();
    EXPECT_GT(shipped.rows, 1000U);
    EXPECT_GT(shipped.groups.size(), 10U);
    EXPECT_GT(shipped.interval_half_width, shipped.calibrated_interval_half_width);
}

}  // namespace
}  // namespace atl::plan
