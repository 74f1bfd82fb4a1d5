// SPDX-License-Identifier: Apache-2.0
// The search's rules and costs out of the rule language, the time model and the memory model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atoll/plan/cost_model.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/plan/rules.hpp"
#include "atoll/plan/search.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

SearchSubject subject_of(const Transformer& model, const Cluster& cluster);

/// The rules of a filter, then those without which a plan cannot run at all: the global batch must be a multiple of
/// data * micro-batch, tensor must divide the heads, fp8 needs a GPU that has it. `filter` must outlive it.
class FilterRules : public PlanRules {
public:
    FilterRules(const RuleFilter& filter, const Transformer& model, const Cluster& cluster, const Workload& workload);
    std::size_t size() const override { return filter_.rules().size() + built_in; }
    std::string name(std::size_t rule) const override;
    AxisSet reads(std::size_t rule) const override { return reads_[rule]; }
    bool drops(std::size_t rule, const Strategy& strategy) override;

private:
    static constexpr std::size_t built_in = 3;
    const RuleFilter& filter_;
    RuleVariables variables_;
    Strategy set_;  ///< the strategy that variables_ hold
    Workload workload_;
    std::uint32_t heads_;
    bool has_fp8_;
    std::vector<AxisSet> reads_;
};

/// Time and memory by the models; both must outlive it.
class ModelCost : public PlanCost {
public:
    ModelCost(TimeModel& time, const MemoryModel& memory) : time_(time), memory_(memory) {}
    double seconds(const Strategy& strategy) override;
    /// The plan without recomputation: what is computed again only adds to an iteration.
    double seconds_lower_bound(const Strategy& strategy) override;
    double peak_gib(const Strategy& strategy) override;
    /// All but what overlaps.
    AxisSet memory_reads() const override;

private:
    TimeModel& time_;
    const MemoryModel& memory_;
};

/// The highest peak that a plan may have: within the GPU's memory, and running out with `probability` at most.
double memory_limit_gib(const MemoryModel& memory, const Gpu& gpu, double probability);

}  // namespace atl::plan
