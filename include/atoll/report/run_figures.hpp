// SPDX-License-Identifier: Apache-2.0
// The figures of a run: how it converged, and what its best solution looks like.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "atoll/problems/vector_problem.hpp"
#include "atoll/report/plot.hpp"
#include "atoll/report/run_summary.hpp"

namespace atl::report {

/// Best proven value so far, a step line an island and a thick one for the run, over elapsed seconds. Where a best
/// value is known: the distance to it (or to the run's best, if that is better) on a logarithmic scale, with the
/// published values as lines; otherwise the value itself. Received elites are not drawn: each line shows what an island
/// found itself.
Plot convergence_plot(const journal::RunContents& contents, const RunFacts& facts);

/// Writes convergence.svg and, when the best candidate is a vector with its bytes and the problem has a figure,
/// solution.svg into `directory`, which is made; each is written beside and renamed. `problem` may be null. Returns the
/// paths written. Throws InfrastructureError naming the file when one can not be written.
std::vector<std::filesystem::path> write_figures(const journal::RunContents& contents, const RunFacts& facts,
                                                 const problems::VectorProblem* problem,
                                                 const std::filesystem::path& directory);

/// solution.svg alone, from a vector; false (and no file) when the problem has no figure for it.
bool write_solution_figure(const problems::VectorProblem& problem, std::span<const double> x,
                           const std::filesystem::path& file);

}  // namespace atl::report
