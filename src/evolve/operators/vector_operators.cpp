// SPDX-License-Identifier: Apache-2.0
// The table of vector operators, and running a pipeline of them.
#include "atoll/evolve/vector_operators.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/optimize/interior_point.hpp"
#include "evolve/operators/mutation.hpp"
#include "evolve/operators/search.hpp"

namespace atl::evolve {
namespace {

constexpr std::string_view polish_suffix = "+polish";
/// Newton steps a polish usually takes.
constexpr double expected_polish_steps = 50;

double objective_of(const QuadraticProgram& program, std::span<const double> variables) {
    double sum = 0;
    for (std::size_t i = 0; i < variables.size(); ++i) sum += program.objective[i] * variables[i];
    return sum;
}

}  // namespace

/// The problem's program, prepared once for all local solves.
struct VectorOperators::Polish {
    explicit Polish(const QuadraticProgram& given) : program(given), solver(given) {}
    const QuadraticProgram& program;
    optimize::InteriorPoint solver;
};

VectorOperators::VectorOperators(std::shared_ptr<const problems::VectorProblem> problem)
    : problem_(std::move(problem)) {
    if (const QuadraticProgram* program = problem_->program()) polish_ = std::make_unique<const Polish>(*program);
    operators_ = {
        {"none", 1, 0,
         [](const OperatorInput& input) {
             return Offspring{{input.parents[0].begin(), input.parents[0].end()}, 0};
         }},
        {"random", 0, 0, random_vector},
        {"gaussian", 1, 0, gaussian},
        {"differential", 3, 0, differential},
        {"crossover", 2, 0, crossover},
        {"cma_es", 1, static_cast<double>(search_calls), cma_es_search},
        {"de", 1, static_cast<double>(search_calls), de_search},
    };
    for (const std::string& move : problem_->move_names()) {
        operators_.push_back({move, 1, 0, [move](const OperatorInput& input) {
                                  return Offspring{input.problem.move(move, input.parents[0], input.random), 0};
                              }});
    }
}

VectorOperators::~VectorOperators() = default;

std::vector<std::string> VectorOperators::names() const {
    std::vector<std::string> names;
    for (const VectorOperator& each : operators_) names.push_back(each.name);
    return names;
}

VectorPipeline VectorOperators::pipeline(const std::string& name) const {
    VectorPipeline pipeline;
    pipeline.name = name;
    std::string mutation = name;
    if (mutation.ends_with(polish_suffix)) {
        pipeline.polished = true;
        mutation.resize(mutation.size() - polish_suffix.size());
    }
    const auto found = std::find_if(operators_.begin(), operators_.end(),
                                    [&](const VectorOperator& each) { return each.name == mutation; });
    if (found == operators_.end()) {
        throw InputError(fmt::format("unknown operator '{}' for problem {}{}; there are {}, each also with '{}'", name,
                                     problem_->name(), did_you_mean(mutation, names()), fmt::join(names(), ", "),
                                     polish_suffix));
    }
    pipeline.mutation = *found;
    pipeline.expected_calls = found->expected_calls;
    if (pipeline.polished) {
        pipeline.expected_calls += polish_ ? expected_polish_steps : static_cast<double>(local_search_calls);
    }
    return pipeline;
}

std::vector<std::string> VectorOperators::default_pipelines() const {
    std::vector<std::string> names = problem_->move_names();
    for (const char* each : {"gaussian", "crossover", "differential"}) names.emplace_back(each);
    if (polish_) {
        for (std::string& name : names) name += polish_suffix;
    } else if (problem_->merit_is_cheap()) {
        names.emplace_back("cma_es");
        names.emplace_back("de");
    }
    return names;
}

VectorPipeline VectorOperators::starter() const {
    return pipeline(polish_ ? "random" + std::string(polish_suffix) : "random");
}

Offspring VectorOperators::run(const VectorPipeline& pipeline, std::span<const std::span<const double>> parents,
                               RandomStream& random, std::span<const double> to_beat) const {
    Offspring child = pipeline.mutation.apply({*problem_, parents, random});
    if (pipeline.polished && polish_) {
        optimize::LocalOptions options;
        if (!to_beat.empty()) {
            options.give_up_above = objective_of(polish_->program, problem_->program_start(to_beat));
        }
        const optimize::LocalResult local = polish_->solver.minimize(problem_->program_start(child.x), options);
        child.x = problem_->program_result(local.x);
        child.objective_calls += static_cast<std::uint64_t>(std::max(local.iterations, 0));
    } else if (pipeline.polished) {
        Offspring better = local_search(*problem_, child.x, random);
        child.x = std::move(better.x);
        child.objective_calls += better.objective_calls;
    }
    reflect_into_bounds(*problem_, child.x);
    problem_->make_feasible(child.x);  // where it can not, the judge says what is wrong
    return child;
}

}  // namespace atl::evolve
