// SPDX-License-Identifier: Apache-2.0
// Candidates into coordinates, operators over them, and back.
#include "atoll/evolve/vector_variation.hpp"

#include <algorithm>
#include <utility>

#include "atoll/evolve/vector_genome.hpp"

namespace atl::evolve {
namespace {

Pipeline described(const VectorPipeline& pipeline) {
    return {pipeline.name, pipeline.mutation.parents, pipeline.expected_calls};
}

}  // namespace

VectorVariation::VectorVariation(std::shared_ptr<const problems::VectorProblem> problem,
                                 const std::vector<std::string>& names)
    : operators_(std::move(problem)), starter_(described(operators_.starter())) {
    for (const std::string& name : names.empty() ? operators_.default_pipelines() : names) {
        vector_pipelines_.push_back(operators_.pipeline(name));
        pipelines_.push_back(described(vector_pipelines_.back()));
    }
    vector_pipelines_.push_back(operators_.starter());
}

std::string_view VectorVariation::genome() const { return vector_genome; }

void VectorVariation::check(const Candidate& candidate) const { decode_vector(candidate); }

engine::Made VectorVariation::make(const Pipeline& pipeline, std::span<const Candidate* const> parents,
                                   RandomStream& random, const Candidate* to_beat) const {
    std::vector<std::vector<double>> decoded;
    for (const Candidate* parent : parents) decoded.push_back(decode_vector(*parent));
    const std::vector<std::span<const double>> views(decoded.begin(), decoded.end());
    const std::vector<double> beaten = to_beat != nullptr ? decode_vector(*to_beat) : std::vector<double>();
    const auto known = std::find_if(vector_pipelines_.begin(), vector_pipelines_.end() - 1,
                                    [&](const VectorPipeline& each) { return each.name == pipeline.name; });
    const Offspring child = operators_.run(*known, views, random, beaten);
    return {encode_vector(child.x), child.objective_calls, 0};
}

}  // namespace atl::evolve
