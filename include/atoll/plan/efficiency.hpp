// SPDX-License-Identifier: Apache-2.0
// Models of measured operator times: training, prediction of whole tables, error on shapes set aside.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/operator_times.hpp"

namespace atl::plan {

/// Trees over features of a shape, of one GPU, operator and type of number: log(measured / roofline).
struct EfficiencyModel {
    std::string name;   ///< "h100_sxm_gemm_bfloat16"
    std::string bytes;  ///< XGBoost's UBJSON
};

/// Of a group's shapes that were set aside; relative errors.
struct OperatorError {
    std::string group;  ///< "h100_sxm_gemm_bfloat16", "h100_sxm_collective_half"
    std::size_t rows = 0;
    double median = 0;
    double mean = 0;
    double p90 = 0;
    double median_above_50_us = 0;  ///< of the rows measured above 50 microseconds; 0 where there are none
};

/// Whether train_efficiency and predictions of matrix products and attention can be had of this build.
bool can_train_efficiency();

/// One model for every GPU and type of number of a table of matrix products or attention (the header tells which).
/// Throws InputError with place for a bad line, for a table of collectives, and without XGBoost.
std::vector<EfficiencyModel> train_efficiency(std::string_view csv, std::string_view file_name);

/// Operator times of a GPU by the name that tables use; null for one that is not known.
using OperatorsOfGpu = std::function<OperatorTimes*(std::string_view gpu)>;

/// The lines of `csv` (any of the three tables; latency_us is never read) with `predicted_us` appended. `models`: as
/// trained; `collectives`: the measured table of collectives, interpolated in the logarithms of bytes. A group with no
/// model or no measured row, and all without XGBoost, has the times of `otherwise` (interpolation in the measured
/// tables, or a sibling's). Throws InputError for a bad line and for a GPU that `otherwise` does not know.
std::string predict_operator_rows(std::string_view csv, std::string_view file_name,
                                  const std::vector<EfficiencyModel>& models, std::string_view collectives,
                                  const OperatorsOfGpu& otherwise);

/// Errors on the tenth of the shapes that a hash sets aside (CRC-32C of "m,n,k", "batch,seq,heads,kv_heads,head_dim" or
/// "op,gpus,bytes", a multiple of 10), by what was made of the others; group by group, in the order of the table; last
/// "all".
std::vector<OperatorError> score_operators(std::string_view csv, std::string_view file_name);

/// Makes operator times of a GPU from a table of matrix products or attention that lacks some of its rows.
using OperatorsFromRows = std::function<std::unique_ptr<OperatorTimes>(std::string_view csv, const std::string& gpu)>;
/// The same tenth by interpolation in the other nine: what is used without XGBoost.
std::vector<OperatorError> score_interpolation(std::string_view csv, std::string_view file_name,
                                               const OperatorsFromRows& make);

}  // namespace atl::plan
