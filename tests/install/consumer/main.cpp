// SPDX-License-Identifier: Apache-2.0
// Polishes a random vector of an installed problem and judges it.
#include <cstdio>

#include "atoll/evolve/vector_operators.hpp"
#include "atoll/problems/vector_problem.hpp"

int main() {
    const std::shared_ptr<const atl::problems::VectorProblem> problem =
        atl::problems::make_vector_problem("circles_26");
    const atl::evolve::VectorOperators operators(problem);
    atl::RandomStream random(1, 0, 0, 0, atl::StreamPurpose::initialize);
    const auto made = operators.run(operators.starter(), {}, random);
    const auto judged = problem->judge(made.x);
    std::printf("%s [%.17g, %.17g]\n", std::string(atl::to_string(judged.verdict.kind)).c_str(), judged.score.lower,
                judged.score.upper);
    return judged.verdict.ok() && judged.score.lower > 2 ? 0 : 1;
}
