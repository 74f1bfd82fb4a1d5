// SPDX-License-Identifier: Apache-2.0
// The time and memory models as costs of the search.
#include "atoll/plan/planner.hpp"

namespace atl::plan {

double ModelCost::seconds(const Strategy& strategy) { return time_.seconds(strategy); }

double ModelCost::peak_gib(const Strategy& strategy) { return memory_.peak_gib(strategy); }

double ModelCost::seconds_lower_bound(const Strategy& strategy) {
    Strategy without = strategy;
    without.recompute = Recompute::none;
    without.recompute_method = RecomputeMethod::uniform;
    without.recompute_layers = 0;
    return time_.seconds(without);
}

AxisSet ModelCost::memory_reads() const {
    return {Axis::precision, Axis::zero_stage, Axis::sequence_parallel, Axis::flash_attention, Axis::offload_optimizer};
}

double memory_limit_gib(const MemoryModel& memory, const Gpu& gpu, double probability) {
    const auto fits = [&](double peak) {
        return memory.out_of_memory_probability(peak, gpu.memory_gib) <= probability;
    };
    double low = 0;
    double high = gpu.memory_gib;
    if (fits(high)) return high;
    for (int step = 0; step < 60; ++step) {  // the probability grows with the peak
        const double middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

}  // namespace atl::plan
