// SPDX-License-Identifier: Apache-2.0
// Draws a training plan: the memory of its stages and the timeline of its pipeline, as SVG 1.1 text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atoll/plan/cost_terms.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/plan/pipeline_timeline.hpp"

namespace atl::report {

/// One bar a stage, what it holds stacked, below the GPU's memory.
/// `capacity_gib`: of each stage's GPU.
std::string memory_picture(const std::vector<plan::StageMemory>& stages, const std::vector<double>& capacity_gib,
                           const std::string& title);

/// One row a stage. Of a long pipeline the first micro-batches are drawn, and the picture says how many; of a deep one
/// 32 stages at most.
std::string timeline_picture(const plan::CostTerms& terms, const plan::PipelineShape& shape, const std::string& title);

/// The same of unlike stages, 1F1B; `types`: of each stage ("H100-SXM-80"), marked in front of its row.
std::string timeline_picture(const std::vector<plan::StageWork>& stages, const std::vector<std::string>& types,
                             std::uint32_t micro_batches, const std::string& title);

/// A plan as speed and money.
struct PricedPlan {
    double tokens_per_second = 0;
    double dollars_per_million_tokens = 0;
    std::string label;  ///< "" for none
};
/// Tokens a second against dollars; `front` is joined by steps, `others` lie beside it. Both axes begin at 0.
std::string money_picture(const std::vector<PricedPlan>& front, const std::vector<PricedPlan>& others,
                          const std::string& title);

}  // namespace atl::report
