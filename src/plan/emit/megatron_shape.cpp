// SPDX-License-Identifier: Apache-2.0
// Arguments that Megatron-LM and Megatron-DeepSpeed share.
#include "plan/emit/megatron_shape.hpp"

#include "atoll/core/error.hpp"

namespace atl::plan {

void write_common(ArgumentsWriter& arguments, const EmitSubject& subject) {
    const Transformer& model = subject.model;
    const Strategy& strategy = subject.strategy;
    arguments.add("num-layers", model.layers);
    arguments.add("hidden-size", model.hidden);
    arguments.add("ffn-hidden-size", model.ffn);
    arguments.add("num-attention-heads", model.heads);
    arguments.add("kv-channels", model.head_dim);
    arguments.add("vocab-size", model.vocabulary);
    arguments.add_if(model.gated_ffn, "swiglu");
    arguments.add_if(!model.tied_embeddings, "untie-embeddings-and-output-weights");
    arguments.add("seq-length", subject.workload.sequence);
    arguments.add("max-position-embeddings", subject.workload.sequence);
    arguments.add("global-batch-size", subject.workload.global_batch);
    arguments.add("micro-batch-size", strategy.micro_batch);
    arguments.add("bf16");
    arguments.add("tensor-model-parallel-size", strategy.tensor);
    arguments.add("pipeline-model-parallel-size", strategy.pipeline);
    arguments.add_if(strategy.sequence_parallel, "sequence-parallel");
    if (strategy.recompute != Recompute::none) arguments.add("recompute-granularity", to_string(strategy.recompute));
    if (strategy.recompute == Recompute::full) {
        arguments.add("recompute-method", to_string(strategy.recompute_method));
        // of a block the layers of one chunk are counted
        const bool is_block = strategy.recompute_method == RecomputeMethod::block;
        arguments.add("recompute-num-layers", strategy.recompute_layers / (is_block ? strategy.virtual_stages : 1));
    }
}

void read_common(ArgumentsReader& arguments, EmittedPlan& plan) {
    Transformer& model = plan.model;
    model.layers = arguments.integer("num-layers", 0);
    model.hidden = arguments.integer("hidden-size", 0);
    model.ffn = arguments.integer("ffn-hidden-size", 4 * model.hidden);
    model.heads = arguments.integer("num-attention-heads", 0);
    model.head_dim = arguments.integer("kv-channels", model.heads > 0 ? model.hidden / model.heads : 0);
    model.vocabulary = arguments.integer("vocab-size", 0);
    model.gated_ffn = arguments.has("swiglu");
    model.tied_embeddings = !arguments.has("untie-embeddings-and-output-weights");
    plan.workload.sequence = arguments.integer("seq-length", 0);
    arguments.integer("max-position-embeddings", 0);
    plan.workload.global_batch = arguments.integer("global-batch-size", 0);
    Strategy& strategy = plan.strategy;
    strategy.micro_batch = static_cast<std::uint16_t>(arguments.integer("micro-batch-size", 1));
    arguments.has("bf16");
    strategy.tensor = static_cast<std::uint16_t>(arguments.integer("tensor-model-parallel-size", 1));
    strategy.pipeline = static_cast<std::uint16_t>(arguments.integer("pipeline-model-parallel-size", 1));
    strategy.sequence_parallel = arguments.has("sequence-parallel");
    const std::string granularity = arguments.word("recompute-granularity", "none");
    if (granularity == "selective") strategy.recompute = Recompute::selective;
    if (granularity == "full") strategy.recompute = Recompute::full;
    if (arguments.word("recompute-method") == "block") strategy.recompute_method = RecomputeMethod::block;
    strategy.recompute_layers = static_cast<std::uint16_t>(arguments.integer("recompute-num-layers", 0));
    if (strategy.tensor == 0 || strategy.pipeline == 0) throw InputError("a parallel size is 0");
}

}  // namespace atl::plan
