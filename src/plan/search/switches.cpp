// SPDX-License-Identifier: Apache-2.0
// Combinations of the inner switches.
#include "plan/search/switches.hpp"

#include <algorithm>
#include <stdexcept>

namespace atl::plan {
namespace {

template <class Value, class Set>
void multiply(std::vector<Strategy>& combinations, const std::vector<Value>& values, Set set) {
    std::vector<Strategy> product;
    for (const Strategy& combination : combinations) {
        for (const Value value : values) {
            product.push_back(combination);
            set(product.back(), value);
        }
    }
    combinations = std::move(product);
}

/// The combination with the switches outside `reads` put back to their defaults.
Strategy seen_by(AxisSet reads, const Strategy& combination) {
    Strategy seen;
    if (reads.has(Axis::precision)) seen.precision = combination.precision;
    if (reads.has(Axis::zero_stage)) seen.zero_stage = combination.zero_stage;
    if (reads.has(Axis::sequence_parallel)) seen.sequence_parallel = combination.sequence_parallel;
    if (reads.has(Axis::overlap_gradient_reduce)) seen.overlap_gradient_reduce = combination.overlap_gradient_reduce;
    if (reads.has(Axis::overlap_parameter_gather)) seen.overlap_parameter_gather = combination.overlap_parameter_gather;
    if (reads.has(Axis::overlap_p2p)) seen.overlap_p2p = combination.overlap_p2p;
    if (reads.has(Axis::overlap_tensor_parallel)) seen.overlap_tensor_parallel = combination.overlap_tensor_parallel;
    if (reads.has(Axis::flash_attention)) seen.flash_attention = combination.flash_attention;
    if (reads.has(Axis::offload_optimizer)) seen.offload_optimizer = combination.offload_optimizer;
    return seen;
}

}  // namespace

void SwitchTable::copy(Strategy& strategy, const Strategy& from) {
    strategy.precision = from.precision;
    strategy.zero_stage = from.zero_stage;
    strategy.sequence_parallel = from.sequence_parallel;
    strategy.overlap_gradient_reduce = from.overlap_gradient_reduce;
    strategy.overlap_parameter_gather = from.overlap_parameter_gather;
    strategy.overlap_p2p = from.overlap_p2p;
    strategy.overlap_tensor_parallel = from.overlap_tensor_parallel;
    strategy.flash_attention = from.flash_attention;
    strategy.offload_optimizer = from.offload_optimizer;
}

SwitchTable::SwitchTable(const Space& space) : combinations_(1) {
    multiply(combinations_, space.precision, [](Strategy& s, Precision value) { s.precision = value; });
    multiply(combinations_, space.zero_stage,
             [](Strategy& s, std::uint32_t value) { s.zero_stage = static_cast<std::uint8_t>(value); });
    multiply(combinations_, space.sequence_parallel, [](Strategy& s, bool value) { s.sequence_parallel = value; });
    multiply(combinations_, space.overlap_gradient_reduce,
             [](Strategy& s, bool value) { s.overlap_gradient_reduce = value; });
    multiply(combinations_, space.overlap_parameter_gather,
             [](Strategy& s, bool value) { s.overlap_parameter_gather = value; });
    multiply(combinations_, space.overlap_p2p, [](Strategy& s, bool value) { s.overlap_p2p = value; });
    multiply(combinations_, space.overlap_tensor_parallel,
             [](Strategy& s, bool value) { s.overlap_tensor_parallel = value; });
    multiply(combinations_, space.flash_attention, [](Strategy& s, bool value) { s.flash_attention = value; });
    multiply(combinations_, space.offload_optimizer, [](Strategy& s, bool value) { s.offload_optimizer = value; });
    if (combinations_.size() > SwitchSet::words * 64)
        throw std::invalid_argument("a space lists a switch's value twice");
    for (std::size_t i = 0; i < combinations_.size(); ++i) all_.add(i);
}

std::vector<SwitchGroup> SwitchTable::groups(AxisSet reads) const {
    std::vector<SwitchGroup> groups;
    for (std::size_t i = 0; i < combinations_.size(); ++i) {
        const Strategy seen = seen_by(reads, combinations_[i]);
        auto group = std::find_if(groups.begin(), groups.end(), [&](const SwitchGroup& candidate) {
            return seen_by(reads, candidate.representative) == seen;
        });
        if (group == groups.end()) {
            groups.push_back({combinations_[i], {}});
            group = groups.end() - 1;
        }
        group->members.add(i);
    }
    return groups;
}

}  // namespace atl::plan
