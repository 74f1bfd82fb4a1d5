// SPDX-License-Identifier: Apache-2.0
// The interior-point method beside NLopt's SLSQP on the same random starts, on one core.
//
// local_solvers [starts=200] [slsqp_starts=5]
// SLSQP runs on the first few starts only: it takes about a hundred times as long.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/optimize/interior_point.hpp"
#include "atoll/optimize/slsqp.hpp"
#include "atoll/problems/vector_problem.hpp"

namespace {

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void measure(const char* who, const atl::problems::VectorProblem& problem, int starts,
             const std::function<atl::optimize::LocalResult(const std::vector<double>&)>& solve) {
    std::vector<double> objectives;
    double iterations = 0, violation = 0;
    int converged = 0;
    const double begin = cpu_seconds();
    for (int k = 0; k < starts; ++k) {
        atl::RandomStream random(1, 0, 0, static_cast<std::uint32_t>(k), atl::StreamPurpose::initialize);
        const auto result = solve(problem.program_start(problem.random_vector(random)));
        iterations += result.iterations;
        converged += result.converged;
        violation = std::max(violation, result.violation);
        objectives.push_back(result.objective);
    }
    const double seconds = cpu_seconds() - begin;
    std::sort(objectives.begin(), objectives.end());
    std::printf(
        "%-16s %-14s %4d starts %8.2f ms a solve %7.1f iterations %5.1f %% converged | objective best %.12f "
        "median %.6f | largest violation %.1e\n",
        problem.name().c_str(), who, starts, 1e3 * seconds / starts, iterations / starts, 100.0 * converged / starts,
        objectives.front(), objectives[objectives.size() / 2], violation);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const int starts = argc > 1 ? std::atoi(argv[1]) : 200;
    const int slsqp_starts = argc > 2 ? std::atoi(argv[2]) : 5;
    for (const std::string name : {"circles_26", "circles_32", "min_ratio_2d_16"}) {
        const auto problem = atl::problems::make_vector_problem(name);
        const atl::optimize::InteriorPoint solver(*problem->program());
        measure("interior point", *problem, starts, [&](const auto& start) { return solver.minimize(start); });
        measure("SLSQP", *problem, slsqp_starts, [&](const auto& start) {
            atl::optimize::LocalOptions options;
            options.maximum_iterations = 1000;
            options.tolerance = 1e-12;
            return atl::optimize::minimize_by_slsqp(*problem->program(), start, options);
        });
    }
    return 0;
}
