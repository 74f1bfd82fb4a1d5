// SPDX-License-Identifier: Apache-2.0
// What users' own problems say without their verifier being asked.
#include "atoll/evolve/own_problem.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "atoll/core/error.hpp"
#include "atoll/evolve/vector_operators.hpp"

namespace atl::evolve {
namespace {

/// With a program that is none in the place of the sandbox: whoever asks the verifier gets a failure.
std::shared_ptr<const problems::VectorProblem> never_verified(OwnProblem own) {
    sandbox::WardenOptions warden;
    warden.program = "/nonexistent/atoll";
    auto host = std::make_shared<sandbox::ProgramHost>(warden, sandbox::CompilerOptions{});
    auto verifier = std::make_shared<const Verifier>(OwnFile{"verifier.py", ""}, host, sandbox::Limits{});
    return make_own_vector_problem(std::move(own), verifier);
}

OwnProblem three_numbers() {
    OwnProblem own;
    own.name = "three";
    own.dimension = 3;
    own.lower = -1;
    own.upper = 2;
    return own;
}

std::string reason(const problems::VectorProblem& problem, const std::vector<double>& x) {
    const problems::Judgement judgement = problem.judge(x);
    return std::string(to_string(judgement.verdict.kind)) + " " + judgement.verdict.reason;
}

TEST(OwnVectorProblem, MalformedVectorsNeverReachTheVerifier) {
    const auto problem = never_verified(three_numbers());
    EXPECT_EQ(reason(*problem, {0, 0}), "wrong wrong_length");
    EXPECT_EQ(reason(*problem, {0, 0, std::numeric_limits<double>::quiet_NaN()}), "wrong not_finite");
    EXPECT_EQ(reason(*problem, {0, 2.5, 0}), "wrong out_of_bounds");
    EXPECT_EQ(reason(*problem, {0, 2, -1}), "infrastructure verifier");
}

TEST(OwnVectorProblem, NothingSearchesByAVerifierThatIsNotCheap) {
    const VectorOperators operators(never_verified(three_numbers()));
    const std::vector<std::string> names = operators.default_pipelines();
    EXPECT_FALSE(names.empty());
    for (const std::string& name : names) {
        EXPECT_TRUE(name != "cma_es" && name != "de" && !name.ends_with("+polish")) << name;
    }
    EXPECT_EQ(operators.starter().name, "random");
}

TEST(OwnVectorProblem, RandomVectorsLieInsideTheBounds) {
    const auto problem = never_verified(three_numbers());
    RandomStream random(1, 0, 0, 0, StreamPurpose::test);
    for (int i = 0; i < 1000; ++i) {
        for (const double value : problem->random_vector(random)) EXPECT_TRUE(value >= -1 && value <= 2);
    }
}

TEST(Verifier, IsPythonOrCpp) {
    auto host = std::make_shared<sandbox::ProgramHost>(sandbox::WardenOptions{}, sandbox::CompilerOptions{});
    EXPECT_THROW(Verifier({"verifier.sh", ""}, host, {}), InputError);
}

}  // namespace
}  // namespace atl::evolve
