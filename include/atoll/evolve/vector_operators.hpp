// SPDX-License-Identifier: Apache-2.0
// The operators of the genome "vector", by name, and the pipelines made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/problems/vector_problem.hpp"

namespace atl::evolve {

/// What an operator is given, all of it immutable: it runs on a worker thread.
struct OperatorInput {
    const problems::VectorProblem& problem;
    std::span<const std::span<const double>> parents;  ///< at least VectorOperator::parents of them
    RandomStream& random;
};

/// `objective_calls` counts what the operator spent inside: merit calls of a search, Newton steps of a polish
/// (each costs about as much as a few hundred merit calls of the same problem; the count is a count, not a time).
/// An operator that only rearranges coordinates spends none.
struct Offspring {
    std::vector<double> x;
    std::uint64_t objective_calls = 0;
};

/// A way to make one vector. `apply` is a pure function of its input, from any thread.
struct VectorOperator {
    std::string name;
    std::uint32_t parents = 1;
    double expected_calls = 0;  ///< typical objective_calls, until they have been measured
    std::function<Offspring(const OperatorInput&)> apply;
};

/// A mutation and, when `polished`, a polish after it. `name` is "mutation" or "mutation+polish".
struct VectorPipeline {
    std::string name;
    VectorOperator mutation;
    bool polished = false;
    double expected_calls = 0;  ///< of the whole, without the evaluation
};

/// All operators for one problem. Immutable after construction, shared by islands and workers.
///  - "random": a new random vector (no parent)
///  - "gaussian": normal steps on all coordinates, or on a few groups, over several orders of magnitude
///  - "differential": a + F (b - c) with groups matched by nearness when the problem says that they may be exchanged
///  - "crossover": groups of one parent on one side of a random line, of the other on the other side; without
///    exchangeable groups, whole groups from either parent
///  - "cma_es", "de": a bounded search of the problem's merit around the parent
///  - each of the problem's own moves, by its name
///  - "none": the parent itself, for "none+polish"
class VectorOperators {
public:
    explicit VectorOperators(std::shared_ptr<const problems::VectorProblem> problem);
    ~VectorOperators();
    VectorOperators(const VectorOperators&) = delete;
    VectorOperators& operator=(const VectorOperators&) = delete;

    const problems::VectorProblem& problem() const { return *problem_; }
    std::vector<std::string> names() const;

    /// The pipeline of that name ("reinsert", "reinsert+polish"); throws InputError naming what there is.
    VectorPipeline pipeline(const std::string& name) const;
    /// What a job gets that names no operators: with a program, everything polished; without one, the cheap
    /// mutations and, where merits are cheap, the bounded searches.
    std::vector<std::string> default_pipelines() const;
    /// What starts an island: "random+polish" where the problem has a program, else "random".
    VectorPipeline starter() const;

    /// Runs a pipeline. The result lies inside the bounds and went through make_feasible(). A polish gives up early
    /// once it is clear that its result will be worse than `to_beat` (a feasible vector; empty: it never gives up).
    Offspring run(const VectorPipeline& pipeline, std::span<const std::span<const double>> parents,
                  RandomStream& random, std::span<const double> to_beat = {}) const;

private:
    struct Polish;
    std::shared_ptr<const problems::VectorProblem> problem_;
    std::vector<VectorOperator> operators_;
    std::unique_ptr<const Polish> polish_;
};

}  // namespace atl::evolve
