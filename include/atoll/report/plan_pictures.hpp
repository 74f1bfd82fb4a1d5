// SPDX-License-Identifier: Apache-2.0
// Draws a training plan: the memory of its stages and the timeline of its pipeline, as SVG 1.1 text.
#pragma once

#include <string>
#include <vector>

#include "atoll/plan/cost_terms.hpp"
#include "atoll/plan/memory_model.hpp"

namespace atl::report {

/// One bar a stage, what it holds stacked, below the GPU's memory.
std::string memory_picture(const std::vector<plan::StageMemory>& stages, double capacity_gib, const std::string& title);

/// One row a stage. Of a long pipeline the first micro-batches are drawn, and the picture says how many; of a deep one
/// 32 stages at most.
std::string timeline_picture(const plan::CostTerms& terms, const plan::PipelineShape& shape, const std::string& title);

}  // namespace atl::report
