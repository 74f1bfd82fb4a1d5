// SPDX-License-Identifier: Apache-2.0
// Measured operator times of many types of GPU, each made when first asked for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "atoll/plan/measured_operators.hpp"
#include "atoll/plan/measured_table.hpp"
#include "atoll/plan/operator_times.hpp"
#include "atoll/plan/time_parameters.hpp"

namespace atl::app {

/// By the trees of models/efficiency where the build has XGBoost and they are there, else by interpolation in the
/// measured tables of data/measured/gpu-ops; reads what it needs once.
class OperatorShelf {
public:
    plan::OperatorTimes& of(const plan::Gpu& gpu);
    /// How `of(gpu)` knows: "trees learned on H100-SXM-80", "measured on A100-SXM-80, scaled by peak and bandwidth".
    static std::string origin(const plan::Gpu& gpu);
    const std::string& collective_table() { return text_of(collective_, "collective.csv.gz"); }
    /// Operator times of a GPU whose table of matrix products or attention is `csv` instead.
    std::unique_ptr<plan::OperatorTimes> with_table(std::string_view csv, const plan::Gpu& gpu);
    /// Predicted seconds of one iteration.
    double seconds(const plan::TrainingRun& run, const plan::CostParameters& parameters);

private:
    static const std::string& text_of(std::string& text, const char* file);
    plan::OperatorTables tables();
    /// Each replica's pipeline by itself, the slowest of them; the same function as for mixed plans.
    double mixed_seconds(const plan::TrainingRun& run, const plan::CostParameters& parameters);

    std::string gemm_;
    std::string attention_;
    std::string collective_;
    std::map<std::string, std::unique_ptr<plan::OperatorTimes>> operators_;
};

}  // namespace atl::app
