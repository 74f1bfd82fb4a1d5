// SPDX-License-Identifier: Apache-2.0
// Megatron-LM (core 0.14 and later), megatron/training/arguments.py.
#include <fmt/format.h>

#include <algorithm>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"
#include "plan/emit/arguments.hpp"
#include "plan/emit/batch_script.hpp"
#include "plan/emit/megatron_shape.hpp"
#include "plan/emit/targets.hpp"

namespace atl::plan {
namespace {

void write_model(ArgumentsWriter& arguments, const Transformer& model) {
    if (model.kv_heads != model.heads) {
        arguments.add("group-query-attention");
        arguments.add("num-query-groups", model.kv_heads);
    }
    if (model.gated_ffn) {
        arguments.add("normalization", "RMSNorm");
        arguments.add("position-embedding-type", "rope");
        arguments.add("disable-bias-linear");
    }
    if (model.kv_rank > 0) {
        arguments.add("multi-latent-attention");
        if (model.query_rank > 0) arguments.add("q-lora-rank", model.query_rank);
        arguments.add("kv-lora-rank", model.kv_rank);
        arguments.add("qk-head-dim", model.head_dim);
        arguments.add("qk-pos-emb-head-dim", model.rope_head_dim);
        arguments.add("v-head-dim", model.value_head_dim);
    }
    if (!model.mixture_of_experts()) return;
    arguments.add("num-experts", model.experts);
    arguments.add("moe-router-topk", model.experts_per_token);
    arguments.add("moe-ffn-hidden-size", model.expert_ffn);
    if (model.shared_expert_ffn > 0) arguments.add("moe-shared-expert-intermediate-size", model.shared_expert_ffn);
    if (model.dense_layers > 0) {
        arguments.add("moe-layer-freq",
                      fmt::format("([0]*{}+[1]*{})", model.dense_layers, model.layers - model.dense_layers));
    }
    arguments.add("moe-token-dispatcher-type", "alltoall");
    arguments.add("moe-grouped-gemm");
}

void read_model(ArgumentsReader& arguments, Transformer& model) {
    arguments.has("group-query-attention");
    model.kv_heads = arguments.integer("num-query-groups", model.heads);
    arguments.word("normalization");
    arguments.word("position-embedding-type");
    arguments.has("disable-bias-linear");
    arguments.has("multi-latent-attention");
    model.query_rank = arguments.integer("q-lora-rank", 0);
    model.kv_rank = arguments.integer("kv-lora-rank", 0);
    arguments.integer("qk-head-dim", 0);
    model.rope_head_dim = arguments.integer("qk-pos-emb-head-dim", 0);
    model.value_head_dim = arguments.integer("v-head-dim", 0);
    model.experts = arguments.integer("num-experts", 0);
    model.experts_per_token = arguments.integer("moe-router-topk", 0);
    model.expert_ffn = arguments.integer("moe-ffn-hidden-size", 0);
    model.shared_expert_ffn = arguments.integer("moe-shared-expert-intermediate-size", 0);
    const std::string places = arguments.word("moe-layer-freq");
    constexpr std::string_view leading = "([0]*";
    if (places.compare(0, leading.size(), leading) == 0) {
        const std::string count = places.substr(leading.size(), places.find('+') - leading.size());
        model.dense_layers = static_cast<std::uint32_t>(parse_number(count).value_or(0));
    }
    arguments.word("moe-token-dispatcher-type");
    arguments.has("moe-grouped-gemm");
}

void write_plan(ArgumentsWriter& arguments, const EmitSubject& subject) {
    const Strategy& strategy = subject.strategy;
    if (strategy.context > 1) arguments.add("context-parallel-size", strategy.context);
    if (strategy.expert > 1) arguments.add("expert-model-parallel-size", strategy.expert);
    if (strategy.virtual_stages > 1) {
        arguments.add("num-virtual-stages-per-pipeline-rank", strategy.virtual_stages);
        arguments.add_if(!strategy.overlap_p2p, "no-overlap-p2p-communication");
    }
    const StageLayers stages = stage_layers(subject.model.layers, strategy.pipeline);
    if (stages.last != stages.each) arguments.add("decoder-last-pipeline-num-layers", stages.last);
    arguments.add_if(strategy.zero_stage >= 1, "use-distributed-optimizer");
    if (strategy.zero_stage >= 2) {
        arguments.add("use-megatron-fsdp");
        arguments.add("data-parallel-sharding-strategy",
                      strategy.zero_stage == 2 ? "optim_grads" : "optim_grads_params");
        arguments.add("ckpt-format", "fsdp_dtensor");
    }
    arguments.add_if(strategy.overlap_gradient_reduce, "overlap-grad-reduce");
    arguments.add_if(strategy.overlap_parameter_gather, "overlap-param-gather");
    arguments.add_if(strategy.overlap_tensor_parallel, "tp-comm-overlap");
    arguments.add("attention-backend", strategy.flash_attention ? "flash" : "unfused");
    if (strategy.offload_optimizer) {
        arguments.add("optimizer-cpu-offload");
        arguments.add("use-precision-aware-optimizer");
    }
    if (strategy.precision == Precision::fp8) arguments.add("fp8-format", "hybrid");
    arguments.add("transformer-impl", "transformer_engine");
}

void read_plan(ArgumentsReader& arguments, EmittedPlan& plan) {
    Strategy& strategy = plan.strategy;
    strategy.context = static_cast<std::uint16_t>(arguments.integer("context-parallel-size", 1));
    strategy.expert = static_cast<std::uint16_t>(arguments.integer("expert-model-parallel-size", 1));
    strategy.virtual_stages = static_cast<std::uint16_t>(arguments.integer("num-virtual-stages-per-pipeline-rank", 1));
    const bool is_interleaved = strategy.virtual_stages > 1;
    if (is_interleaved) strategy.schedule = Schedule::interleaved;
    strategy.overlap_p2p = is_interleaved && !arguments.has("no-overlap-p2p-communication");
    arguments.integer("decoder-last-pipeline-num-layers", 0);
    if (arguments.has("use-distributed-optimizer")) strategy.zero_stage = 1;
    const std::string sharded = arguments.word("data-parallel-sharding-strategy");
    if (arguments.has("use-megatron-fsdp")) strategy.zero_stage = sharded == "optim_grads" ? 2 : 3;
    arguments.word("ckpt-format");
    strategy.overlap_gradient_reduce = arguments.has("overlap-grad-reduce");
    strategy.overlap_parameter_gather = arguments.has("overlap-param-gather");
    strategy.overlap_tensor_parallel = arguments.has("tp-comm-overlap");
    strategy.flash_attention = arguments.word("attention-backend", "flash") == "flash";
    strategy.offload_optimizer = arguments.has("optimizer-cpu-offload");
    arguments.has("use-precision-aware-optimizer");
    if (arguments.has("fp8-format")) strategy.precision = Precision::fp8;
    arguments.word("transformer-impl");
    if (strategy.recompute_method == RecomputeMethod::block) {
        strategy.recompute_layers = static_cast<std::uint16_t>(strategy.recompute_layers * strategy.virtual_stages);
    }
    strategy.data = plan.gpus / std::max(1U, std::uint32_t{strategy.tensor} * strategy.pipeline * strategy.context);
}

}  // namespace

std::vector<EmittedFile> emit_megatron(const EmitSubject& subject) {
    ArgumentsWriter arguments(headline(subject));
    write_common(arguments, subject);
    write_model(arguments, subject.model);
    write_plan(arguments, subject);
    // Hopper and older need one queue for tensor-parallel overlap; sharded weights need more than one
    const bool is_fsdp = subject.strategy.zero_stage >= 2;
    return {{"arguments.txt", arguments.text()},
            batch_script(subject, {.source = "MEGATRON",
                                   .environment = is_fsdp ? "" : "export CUDA_DEVICE_MAX_CONNECTIONS=1\n",
                                   .command = "\"$framework/pretrain_gpt.py\" \"${arguments[@]}\""})};
}

EmittedPlan parse_megatron(const std::vector<EmittedFile>& files) {
    EmittedPlan plan;
    read_batch_script(file_named(files, "train.sbatch"), plan);
    ArgumentsReader arguments(file_named(files, "arguments.txt").text, "arguments.txt");
    read_common(arguments, plan);
    read_model(arguments, plan.model);
    read_plan(arguments, plan);
    arguments.check_all_read();
    return plan;
}

}  // namespace atl::plan
