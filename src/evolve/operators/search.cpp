// SPDX-License-Identifier: Apache-2.0
// CMA-ES and differential evolution as operators: one parent in, the best vector found out.
#include "evolve/operators/search.hpp"

#include <algorithm>
#include <cmath>

#include "atoll/optimize/cma_es.hpp"
#include "atoll/optimize/differential_evolution.hpp"

namespace atl::evolve {
namespace {

/// The merit as something to minimise over the unit cube, so that one step size fits all coordinates.
class UnitCube {
public:
    explicit UnitCube(const problems::VectorProblem& problem)
        : problem_(problem), lower_(problem.lower_bounds()), upper_(problem.upper_bounds()), point_(lower_.size()) {}

    std::vector<double> into(std::span<const double> x) const {
        std::vector<double> unit(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double range = upper_[i] - lower_[i];
            unit[i] = range > 0 ? std::clamp((x[i] - lower_[i]) / range, 0.0, 1.0) : 0.0;
        }
        return unit;
    }
    void out_of(std::span<const double> unit, std::vector<double>& x) const {
        x.resize(unit.size());
        for (std::size_t i = 0; i < unit.size(); ++i) {
            x[i] = std::clamp(lower_[i] + unit[i] * (upper_[i] - lower_[i]), lower_[i], upper_[i]);
        }
    }
    optimize::Objective objective() {
        const double sign = problem_.direction() == Direction::maximize ? -1.0 : 1.0;
        return [this, sign](std::span<const double> unit) {
            out_of(unit, point_);
            return sign * problem_.merit(point_);
        };
    }

private:
    const problems::VectorProblem& problem_;
    std::span<const double> lower_;
    std::span<const double> upper_;
    std::vector<double> point_;
};

Offspring search_by_cma_es(const problems::VectorProblem& problem, std::span<const double> start, RandomStream& random,
                           double step, std::uint64_t calls) {
    UnitCube cube(problem);
    const std::vector<double> lower(start.size(), 0.0);
    const std::vector<double> upper(start.size(), 1.0);
    optimize::CmaEsOptions options;
    options.initial_step = step;
    options.maximum_calls = calls;
    const optimize::SearchResult found =
        optimize::minimize_by_cma_es(cube.objective(), cube.into(start), lower, upper, random, options);
    Offspring child{{}, found.calls};
    cube.out_of(found.x, child.x);
    return child;
}

}  // namespace

Offspring cma_es_search(const OperatorInput& input) {
    // Steps from a thousandth to a third of the box, all orders equally likely.
    const double step = 1e-3 * std::pow(300.0, input.random.uniform());
    return search_by_cma_es(input.problem, input.parents[0], input.random, step, search_calls);
}

Offspring local_search(const problems::VectorProblem& problem, std::span<const double> x, RandomStream& random) {
    return search_by_cma_es(problem, x, random, 1e-3, local_search_calls);
}

Offspring de_search(const OperatorInput& input) {
    UnitCube cube(input.problem);
    const std::vector<double> centre = cube.into(input.parents[0]);
    // A box around the parent: half-width from a hundredth to all of the range.
    const double half_width = std::pow(100.0, input.random.uniform() - 1);
    std::vector<double> lower(centre.size());
    std::vector<double> upper(centre.size());
    for (std::size_t i = 0; i < centre.size(); ++i) {
        lower[i] = std::max(0.0, centre[i] - half_width);
        upper[i] = std::min(1.0, centre[i] + half_width);
    }
    optimize::DifferentialEvolutionOptions options;
    options.population = 32;
    options.strategy = optimize::DifferentialStrategy::self_adaptive;
    options.maximum_calls = search_calls;
    const optimize::SearchResult found =
        optimize::minimize_by_differential_evolution(cube.objective(), lower, upper, input.random, options, {centre});
    Offspring child{{}, found.calls};
    cube.out_of(found.x, child.x);
    return child;
}

}  // namespace atl::evolve
