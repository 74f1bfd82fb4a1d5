// SPDX-License-Identifier: Apache-2.0
// Private to plan: what Megatron-LM and Megatron-DeepSpeed are told in the same words.
#pragma once

#include "plan/emit/arguments.hpp"
#include "plan/emit/targets.hpp"

namespace atl::plan {

/// Layers, widths, batch, tensor and pipeline sizes, recomputation.
void write_common(ArgumentsWriter& arguments, const EmitSubject& subject);
/// `plan.gpus` must be known.
void read_common(ArgumentsReader& arguments, EmittedPlan& plan);

}  // namespace atl::plan
