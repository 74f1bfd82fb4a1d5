// SPDX-License-Identifier: Apache-2.0
// Measured operator times of many types of GPU, each made when first asked for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "atoll/plan/measured_table.hpp"
#include "atoll/plan/operator_times.hpp"
#include "atoll/plan/time_parameters.hpp"

namespace atl::app {

/// Reads data/measured/gpu-ops once.
class OperatorShelf {
public:
    OperatorShelf();
    plan::OperatorTimes& of(const plan::Gpu& gpu);
    const std::string& collective_table() const { return collective_; }
    /// Operator times of a GPU whose table of matrix products or attention is `csv` instead.
    std::unique_ptr<plan::OperatorTimes> with_table(std::string_view csv, const plan::Gpu& gpu) const;
    /// Predicted seconds of one iteration.
    double seconds(const plan::TrainingRun& run, const plan::CostParameters& parameters);

private:
    /// Each replica's pipeline by itself, the slowest of them; the same function as for mixed plans.
    double mixed_seconds(const plan::TrainingRun& run, const plan::CostParameters& parameters);

    std::string gemm_;
    std::string attention_;
    std::string collective_;
    std::map<std::string, std::unique_ptr<plan::OperatorTimes>> operators_;
};

}  // namespace atl::app
