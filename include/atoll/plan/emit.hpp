// SPDX-License-Identifier: Apache-2.0
// A plan as the arguments and the batch script of a training framework.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/machine.hpp"
#include "atoll/plan/rules.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// megatron: Megatron-LM's pretrain_gpt.py; torchtitan: its job file; deepspeed: Megatron-DeepSpeed's pretrain_gpt.py.
enum class EmitTarget : std::uint8_t { megatron, torchtitan, deepspeed };

/// "megatron", "torchtitan", "deepspeed", in this order.
const std::vector<std::string>& emit_target_names();
/// Throws InputError naming the nearest.
EmitTarget parse_emit_target(std::string_view name);

/// Plans that the target has no words for (models/targets/NAME.toml): rules to search with beside the shipped ones.
std::vector<RuleText> target_rules(EmitTarget target);

struct EmittedFile {
    std::string name;  ///< inside the plan's folder
    std::string text;
};

/// What the files say. Of torchtitan `model` has a name alone: its shape lives in torchtitan's own registry.
struct EmittedPlan {
    Transformer model;
    Strategy strategy;
    Workload workload;
    std::uint32_t gpus = 0;
    std::uint32_t gpus_per_node = 0;
};

/// Megatron and DeepSpeed: `arguments.txt`, an argument with its values a line; torchtitan: `job.toml`; DeepSpeed also
/// `ds_config.json`; all: `train.sbatch`, which takes what is not the plan's (data, learning rate) as further
/// arguments. The strategy must be one of the shipped rules' (models/rules.toml); throws InputError naming the rule of
/// target_rules() that drops it.
std::vector<EmittedFile> emit(EmitTarget target, const Transformer& model, const Cluster& cluster,
                              const Workload& workload, const Strategy& strategy);

/// The inverse of emit(). Throws InputError with file and line for what it does not know.
EmittedPlan parse_emitted(EmitTarget target, const std::vector<EmittedFile>& files);

}  // namespace atl::plan
