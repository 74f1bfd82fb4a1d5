// SPDX-License-Identifier: Apache-2.0
// The hash covers the options that change what a run finds, and a run made before an option existed keeps its hash.
#include "atoll/app/content_job.hpp"

#include <gtest/gtest.h>

#include "atoll/app/job.hpp"
#include "atoll/core/error.hpp"

namespace atl::app {
namespace {

TEST(ContentOfJob, HasWhatTheHashCoversAndNothingElse) {
    const std::string job =
        "problem = \"noop\"\nseed = 5\n[limits]\nevaluations = 9\n[engine]\nworkers = 3\n[population]\nsize = 7\n";
    const std::string content = content_of_job(job);
    EXPECT_EQ(content, "problem = \"noop\"\nseed = 5\n\n[population]\nsize = 7\n");
    EXPECT_EQ(content_of_job(content), content);
}

TEST(ContentOfJob, OfAResolvedJobIsThatOfItsOptions) {
    const ResolvedOptions resolved =
        resolve_options(job_options(), JobFile{"job.toml", "problem = \"noop\"\n"}, {}, {});
    EXPECT_EQ(content_of_job(resolved.to_toml()), resolved.content_toml());
}

TEST(ContentOfJob, AJobOfAnotherProgramIsRefused) {
    EXPECT_THROW(content_of_job("problem = \"noop\"\ntelepathy = true\n"), InputError);
}

TEST(IsDeterministic, NotWithoutTheOption) {
    journal::RunContents contents;
    EXPECT_FALSE(is_deterministic(contents)) << "nothing is known";
    contents.segments.emplace_back();
    EXPECT_FALSE(is_deterministic(contents)) << "a lost header";
    contents.segments[0].job_toml = "problem = \"noop\"\n";
    EXPECT_FALSE(is_deterministic(contents));
    contents.segments[0].job_toml = "problem = \"noop\"\ntelepathy = true\n";
    EXPECT_FALSE(is_deterministic(contents));
}

}  // namespace
}  // namespace atl::app
