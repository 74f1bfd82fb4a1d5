// SPDX-License-Identifier: Apache-2.0
// Names of a strategy's parts, and what follows from its sizes.
#include "atoll/plan/strategy.hpp"

#include <fmt/format.h>

namespace atl::plan {

std::uint32_t micro_batches(const Strategy& strategy, const Workload& workload) {
    const std::uint64_t step = std::uint64_t{strategy.data} * strategy.micro_batch;
    if (step == 0 || workload.global_batch % step != 0) return 0;
    return static_cast<std::uint32_t>(workload.global_batch / step);
}

std::string to_string(Schedule schedule) {
    switch (schedule) {
        case Schedule::gpipe:
            return "gpipe";
        case Schedule::one_f_one_b:
            return "1f1b";
        case Schedule::interleaved:
            return "interleaved";
        case Schedule::zero_bubble:
            return "zero-bubble";
    }
    return "";
}

std::string to_string(Recompute recompute) {
    switch (recompute) {
        case Recompute::none:
            return "none";
        case Recompute::selective:
            return "selective";
        case Recompute::full:
            return "full";
    }
    return "";
}

std::string to_string(RecomputeMethod method) { return method == RecomputeMethod::uniform ? "uniform" : "block"; }
std::string to_string(Precision precision) { return precision == Precision::bf16 ? "bf16" : "fp8"; }

std::string describe(const Strategy& strategy) {
    std::string text = fmt::format("tp{} pp{} dp{}", strategy.tensor, strategy.pipeline, strategy.data);
    if (strategy.context > 1) text += fmt::format(" cp{}", strategy.context);
    if (strategy.expert > 1) text += fmt::format(" ep{}", strategy.expert);
    text += fmt::format(" mbs{}", strategy.micro_batch);
    if (strategy.virtual_stages > 1) text += fmt::format(" vpp{}", strategy.virtual_stages);
    if (strategy.pipeline > 1 && strategy.schedule != Schedule::one_f_one_b &&
        strategy.schedule != Schedule::interleaved) {
        text += fmt::format(" {}", to_string(strategy.schedule));
    }
    if (strategy.recompute == Recompute::selective) text += " selective";
    if (strategy.recompute == Recompute::full) {
        text += fmt::format(" full-{}-{}", to_string(strategy.recompute_method), strategy.recompute_layers);
    }
    if (strategy.zero_stage > 0) text += fmt::format(" zero{}", strategy.zero_stage);
    if (strategy.sequence_parallel) text += " sp";
    if (strategy.overlap_gradient_reduce) text += " overlap-grad";
    if (strategy.overlap_parameter_gather) text += " overlap-param";
    if (strategy.overlap_p2p) text += " overlap-p2p";
    if (strategy.overlap_tensor_parallel) text += " overlap-tp";
    if (!strategy.flash_attention) text += " no-flash";
    if (strategy.offload_optimizer) text += " offload";
    if (strategy.precision == Precision::fp8) text += " fp8";
    return text;
}

}  // namespace atl::plan
