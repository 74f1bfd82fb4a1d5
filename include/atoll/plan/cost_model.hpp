// SPDX-License-Identifier: Apache-2.0
// Time and memory of a plan, of one model on one cluster.
#pragma once

#include <memory>

#include "atoll/plan/cost_parameters.hpp"
#include "atoll/plan/cost_terms.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/operator_times.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// The time model of one (model, cluster, workload). What depends on few axes of a strategy is computed when first
/// asked for and kept in dense tables, so that a strategy costs well under a microsecond after that. One object serves
/// one thread; `operators` must outlive it.
class TimeModel {
public:
    TimeModel(const Transformer& model, const Cluster& cluster, const Workload& workload, OperatorTimes& operators,
              const CostParameters& parameters);
    ~TimeModel();
    TimeModel(TimeModel&&) noexcept;
    TimeModel& operator=(TimeModel&&) noexcept;

    /// A strategy that fits the cluster: gpus() is the cluster's, micro_batches() > 0, tensor divides heads.
    CostTerms terms(const Strategy& strategy);
    /// iteration_seconds(terms(strategy), shape of strategy).
    double seconds(const Strategy& strategy);

private:
    struct Tables;
    std::unique_ptr<Tables> tables_;
};

}  // namespace atl::plan
