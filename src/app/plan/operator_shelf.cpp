// SPDX-License-Identifier: Apache-2.0
// Tables in memory, operator times by type of GPU.
#include "operator_shelf.hpp"

#include "atoll/core/gzip.hpp"
#include "atoll/plan/cost_model.hpp"
#include "atoll/plan/explain.hpp"
#include "atoll/plan/measured_operators.hpp"
#include "measured_files.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_table_bytes = 1U << 30U;

}  // namespace

OperatorShelf::OperatorShelf() {
    const std::filesystem::path folder = measured_operators_folder();
    gemm_ = read_compressed_file(folder / "gemm.csv.gz", largest_table_bytes);
    attention_ = read_compressed_file(folder / "attention_forward_causal.csv.gz", largest_table_bytes);
    collective_ = read_compressed_file(folder / "collective.csv.gz", largest_table_bytes);
}

plan::OperatorTimes& OperatorShelf::of(const plan::Gpu& gpu) {
    auto& times = operators_[gpu.name];
    if (!times) {
        times = plan::make_measured_operators({.gemm = gemm_, .attention = attention_, .collective = collective_}, gpu,
                                              plan::shipped_gpus().find(gpu.operators));
    }
    return *times;
}

std::unique_ptr<plan::OperatorTimes> OperatorShelf::with_table(std::string_view csv, const plan::Gpu& gpu) const {
    plan::OperatorTables tables{.gemm = gemm_, .attention = attention_, .collective = collective_};
    const bool is_attention = csv.substr(0, csv.find('\n')).find("seq") != std::string_view::npos;
    (is_attention ? tables.attention : tables.gemm) = csv;
    return plan::make_measured_operators(tables, gpu, plan::shipped_gpus().find(gpu.operators));
}

double OperatorShelf::seconds(const plan::TrainingRun& run, const plan::CostParameters& parameters) {
    plan::TimeModel model(run.model, run.cluster, run.workload, of(run.cluster.gpu), parameters);
    plan::CostTerms terms = model.terms(run.strategy);
    if (run.has_frozen_weights) terms = with_frozen_weights(terms);
    return iteration_seconds(terms, shape_of(run.strategy, run.workload, run.model.layers));
}

}  // namespace atl::app
