// SPDX-License-Identifier: Apache-2.0
// Megatron-DeepSpeed: Megatron's arguments for the model, a JSON file for ZeRO.
#include <fmt/format.h>

#include <algorithm>

#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"
#include "plan/emit/arguments.hpp"
#include "plan/emit/batch_script.hpp"
#include "plan/emit/megatron_shape.hpp"
#include "plan/emit/targets.hpp"

namespace atl::plan {
namespace {

Json zero_json(const EmitSubject& subject) {
    const Strategy& strategy = subject.strategy;
    Json zero;
    zero.set("stage", static_cast<int>(strategy.zero_stage));
    zero.set("overlap_comm", strategy.overlap_gradient_reduce);
    if (strategy.offload_optimizer) {
        Json offload;
        offload.set("device", "cpu");
        offload.set("pin_memory", true);
        zero.set("offload_optimizer", std::move(offload));
    }
    Json bf16;
    bf16.set("enabled", true);
    Json all;
    all.set("train_batch_size", subject.workload.global_batch);
    all.set("train_micro_batch_size_per_gpu", static_cast<std::uint32_t>(strategy.micro_batch));
    all.set("bf16", std::move(bf16));
    all.set("zero_optimization", std::move(zero));
    return all;
}

}  // namespace

std::vector<EmittedFile> emit_deepspeed(const EmitSubject& subject) {
    const Transformer& model = subject.model;
    const Strategy& strategy = subject.strategy;
    ArgumentsWriter arguments(headline(subject));
    write_common(arguments, subject);
    if (model.kv_heads != model.heads) arguments.add("num-key-value-heads", model.kv_heads);
    if (model.gated_ffn) {
        arguments.add("normalization", "rmsnorm");
        arguments.add("use-rotary-position-embeddings");
        arguments.add("disable-bias-linear");
    }
    arguments.add_if(strategy.flash_attention, "use-flash-attn-v2");
    arguments.add("zero-stage", static_cast<int>(strategy.zero_stage));
    arguments.add_if(strategy.pipeline == 1, "no-pipeline-parallel");
    arguments.add_if(strategy.offload_optimizer, "cpu-optimizer");
    return {{"arguments.txt", arguments.text()},
            {"ds_config.json", zero_json(subject).dump(2) + "\n"},
            batch_script(subject, {.source = "MEGATRON_DEEPSPEED",
                                   .environment = "export CUDA_DEVICE_MAX_CONNECTIONS=1\n",
                                   .command = "\"$framework/pretrain_gpt.py\" \"${arguments[@]}\" --deepspeed "
                                              "--deepspeed_config \"$plan/ds_config.json\""})};
}

EmittedPlan parse_deepspeed(const std::vector<EmittedFile>& files) {
    EmittedPlan plan;
    read_batch_script(file_named(files, "train.sbatch"), plan);
    ArgumentsReader arguments(file_named(files, "arguments.txt").text, "arguments.txt");
    read_common(arguments, plan);
    plan.model.kv_heads = arguments.integer("num-key-value-heads", plan.model.heads);
    arguments.word("normalization");
    arguments.has("use-rotary-position-embeddings");
    arguments.has("disable-bias-linear");
    Strategy& strategy = plan.strategy;
    strategy.flash_attention = arguments.has("use-flash-attn-v2");
    strategy.zero_stage = static_cast<std::uint8_t>(arguments.integer("zero-stage", 0));
    arguments.has("no-pipeline-parallel");
    strategy.offload_optimizer = arguments.has("cpu-optimizer");
    arguments.check_all_read();
    const Json config = parse_json(file_named(files, "ds_config.json").text, "ds_config.json");
    const Json& zero = config["zero_optimization"];
    if (zero["stage"].as_integer() != strategy.zero_stage ||
        zero["offload_optimizer"].is_null() == strategy.offload_optimizer ||
        config["train_batch_size"].as_integer() != plan.workload.global_batch ||
        config["train_micro_batch_size_per_gpu"].as_integer() != strategy.micro_batch) {
        throw InputError("ds_config.json and arguments.txt say different things of ZeRO or the batch");
    }
    strategy.overlap_gradient_reduce = zero["overlap_comm"].as_bool();
    strategy.overlap_parameter_gather = strategy.overlap_gradient_reduce && strategy.zero_stage == 3;
    strategy.data = plan.gpus / std::max(1U, std::uint32_t{strategy.tensor} * strategy.pipeline);
    return plan;
}

}  // namespace atl::plan
