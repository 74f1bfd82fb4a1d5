// SPDX-License-Identifier: Apache-2.0
// A wrong job gets one message with the place and the remedy.
#include "atoll/app/job.hpp"

#include <gtest/gtest.h>

#include "atoll/app/narrowed_problem.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "temporary_folder.hpp"

namespace atl::app {
namespace {

Job job_of(const std::string& text, const FlagValues& flags = {}) {
    return make_job(resolve_options(job_options(), JobFile{"job.toml", text}, {}, flags));
}

std::string message_of(const std::string& text, const FlagValues& flags = {}) {
    try {
        job_of(text, flags);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

const std::string good = "problem = \"noop\"\n[limits]\nevaluations = 10\n";

TEST(Job, MinimalJobTakesDefaults) {
    const Job job = job_of(good);
    EXPECT_EQ(job.rank.islands, 8U);
    EXPECT_EQ(job.rank.batch, 16U);
    EXPECT_EQ(job.rank.limit_evaluations, 10U);
    EXPECT_FALSE(job.rank.target.has_value());
    EXPECT_EQ(job.island.islands, job.rank.islands);
    EXPECT_EQ(job.rank.direction, Direction::maximize);
}

TEST(Job, UnknownKeyNamesPlaceAndNearest) {
    const std::string message = message_of("problem = \"noop\"\nsead = 3\n");
    EXPECT_NE(message.find("job.toml:2"), std::string::npos) << message;
    EXPECT_NE(message.find("'seed'"), std::string::npos) << message;
}

TEST(Job, UnknownProblemNamesPlaceAndNearest) {
    const std::string message = message_of("problem = \"circles_62\"\n[limits]\nevaluations = 10\n");
    EXPECT_NE(message.find("job.toml:1"), std::string::npos) << message;
    EXPECT_NE(message.find("circles_26"), std::string::npos) << message;
}

TEST(Job, CrossedBoundsNameBothPlaces) {
    const std::string message = message_of(good + "[search]\nlower = 0.9\nupper = 0.1\n");
    EXPECT_NE(message.find("job.toml:5"), std::string::npos) << message;
    EXPECT_NE(message.find("job.toml:6"), std::string::npos) << message;
}

TEST(Job, BoundsOutsideTheProblemsOwnAreRefused) {
    const std::string message =
        message_of("problem = \"circles_26\"\n[limits]\nevaluations = 10\n[search]\nlower = 5.0\n");
    EXPECT_NE(message.find("job.toml:5"), std::string::npos) << message;
    EXPECT_NE(message.find("cross"), std::string::npos) << message;
}

TEST(Job, UnknownOperatorNamesPlace) {
    const std::string message = message_of(good + "[operators]\nenabled = [\"gausian\"]\n");
    EXPECT_NE(message.find("job.toml:5"), std::string::npos) << message;
    EXPECT_NE(message.find("gaussian"), std::string::npos) << message;
}

TEST(Job, JobWithoutAnyLimitIsRefused) {
    EXPECT_NE(message_of("problem = \"noop\"\n").find("never end"), std::string::npos);
}

TEST(Job, FlagBeatsFile) { EXPECT_EQ(job_of(good, {{"--islands", "3"}}).rank.islands, 3U); }

TEST(Job, ResolvedJobResolvesToItself) {
    const std::string resolved = job_of(good).options.to_toml();
    EXPECT_EQ(job_of(resolved).options.to_toml(), resolved);
}

TEST(Job, ResumeRefusesToChangeWhatTheResultDependsOn) {
    const testing::TemporaryFolder folder;
    write_file_atomically(folder.path / "job.toml", job_of(good).options.to_toml());
    EXPECT_THROW(resolve_stored_job(folder.path / "job.toml", {{"--seed", "9"}}), InputError);
    EXPECT_EQ(
        resolve_stored_job(folder.path / "job.toml", {{"--limits-evaluations", "99"}}).integer("limits.evaluations"),
        99);
}

TEST(NarrowedProblem, CutsBoundsAndKeepsTheJudge) {
    const std::shared_ptr<const problems::VectorProblem> whole = problems::make_vector_problem("circles_26");
    EXPECT_EQ(narrow(whole, -1, 2), whole) << "nothing to cut";
    const auto narrowed = narrow(whole, 0.1, 0.9);
    RandomStream random(1, 0, 0, 0, StreamPurpose::test);
    const std::vector<double> x = narrowed->random_vector(random);
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_GE(narrowed->lower_bounds()[i], 0.1);
        EXPECT_LE(narrowed->upper_bounds()[i], 0.9);
        EXPECT_GE(x[i], narrowed->lower_bounds()[i]);
        EXPECT_LE(x[i], narrowed->upper_bounds()[i]);
    }
    EXPECT_EQ(narrowed->judge(x).verdict, whole->judge(x).verdict);
}

}  // namespace
}  // namespace atl::app
