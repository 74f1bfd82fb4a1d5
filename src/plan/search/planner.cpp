// SPDX-License-Identifier: Apache-2.0
// Adapters between the models and the search.
#include "atoll/plan/planner.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atl::plan {
namespace {

enum BuiltIn : std::size_t { whole_micro_batches, whole_heads, known_precision };
constexpr std::array<std::string_view, 3> built_in_names{"global batch no multiple of data x micro-batch",
                                                         "tensor does not divide the heads", "the GPU has no fp8"};

}  // namespace

SearchSubject subject_of(const Transformer& model, const Cluster& cluster) {
    return {cluster.gpus, model.layers, model.experts};
}

FilterRules::FilterRules(const RuleFilter& filter, const Transformer& model, const Cluster& cluster,
                         const Workload& workload)
    : filter_(filter),
      variables_(model, cluster, workload),
      workload_(workload),
      heads_(model.heads),
      has_fp8_(cluster.gpu.fp8_tflops > 0) {
    variables_.set(set_);
    for (std::size_t rule = 0; rule < filter.rules().size(); ++rule) {
        reads_.push_back(filter.reads(rule));
    }
    reads_.push_back({Axis::data, Axis::micro_batch});
    reads_.push_back({Axis::tensor});
    reads_.push_back({Axis::precision});
}

std::string FilterRules::name(std::size_t rule) const {
    const auto& rules = filter_.rules();
    return rule < rules.size() ? rules[rule].name : std::string(built_in_names.at(rule - rules.size()));
}

bool FilterRules::drops(std::size_t rule, const Strategy& strategy) {
    const std::size_t written = filter_.rules().size();
    if (rule < written) {
        if (strategy != set_) {
            set_ = strategy;
            variables_.set(strategy);
        }
        return filter_.drops(rule, variables_);
    }
    switch (rule - written) {
        case whole_micro_batches:
            return micro_batches(strategy, workload_) == 0;
        case whole_heads:
            return heads_ % strategy.tensor != 0;
        default:
            return strategy.precision == Precision::fp8 && !has_fp8_;
    }
}

}  // namespace atl::plan
