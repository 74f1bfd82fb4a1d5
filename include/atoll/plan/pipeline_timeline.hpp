// SPDX-License-Identifier: Apache-2.0
// What every stage of a pipeline does when: for pictures, and to check the bubble that the time model counts.
#pragma once

#include <cstdint>
#include <vector>

#include "atoll/plan/cost_terms.hpp"

namespace atl::plan {

enum class PipelineWork : std::uint8_t { forward, backward, weight_gradient };

/// One piece of work of one stage; seconds since the pipeline's first piece.
struct PipelineSlot {
    std::uint32_t stage = 0;
    std::uint32_t chunk = 0;
    std::uint32_t micro_batch = 0;
    PipelineWork work = PipelineWork::forward;
    double begin = 0;
    double end = 0;
};

/// Every slot, stage by stage in the order of work. GPipe (Huang et al. 2019), 1F1B and interleaved 1F1B (Narayanan et
/// al. 2021), ZB-H1 with the gradient of weights apart, half of the backward pass (Qi et al. 2024). The interleaved
/// schedule needs micro-batches in multiples of the stages; throws std::invalid_argument otherwise.
std::vector<PipelineSlot> pipeline_timeline(const CostTerms& terms, const PipelineShape& shape);

/// One stage of an unlike pipeline: seconds of one micro-batch.
struct StageWork {
    double forward = 0;
    double backward = 0;
    double send = 0;  ///< to the next stage, one way
};
/// 1F1B over unlike stages.
std::vector<PipelineSlot> pipeline_timeline(const std::vector<StageWork>& stages, std::uint32_t micro_batches);

}  // namespace atl::plan
