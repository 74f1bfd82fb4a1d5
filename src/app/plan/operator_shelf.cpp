// SPDX-License-Identifier: Apache-2.0
// Tables in memory, operator times by type of GPU.
#include "operator_shelf.hpp"

#include <algorithm>

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

double OperatorShelf::mixed_seconds(const plan::TrainingRun& run, const plan::CostParameters& parameters) {
    const auto count = static_cast<std::uint16_t>(run.stages.size());
    const double micro = std::max(1U, micro_batches(run.strategy, run.workload));
    double slowest = 0;
    double exchange = 0;
    for (std::size_t replica = 0; replica < run.stages.front().replicas.size(); ++replica) {
        double sum = 0;
        double largest = 0;
        for (std::uint16_t i = 0; i < count; ++i) {
            const plan::RowStage& stage = run.stages[i];
            plan::Cluster cluster = run.cluster;
            cluster.gpu = stage.replicas[replica].gpu;
            plan::Strategy strategy = run.strategy;
            strategy.tensor = stage.replicas[replica].tensor;
            plan::TimeModel model(run.model, cluster, run.workload, of(cluster.gpu), parameters);
            const plan::CostTerms terms = model.terms(strategy);
            const double pace =
                terms.slowdown * (stage.layers * (terms.layer_forward + terms.layer_backward + terms.layer_recompute) +
                                  terms.micro_batch_overhead + (i + 1 < count ? terms.p2p : 0) +
                                  (i == 0 ? terms.embedding : 0) + (i + 1 == count ? terms.head : 0));
            sum += pace;
            largest = std::max(largest, pace);
            exchange = std::max(exchange, terms.gradient_sync + terms.parameter_gather + terms.optimizer);
        }
        slowest = std::max(slowest, sum + (micro - 1) * largest);
    }
    return slowest + exchange;
}

double OperatorShelf::seconds(const plan::TrainingRun& run, const plan::CostParameters& parameters) {
    if (!run.stages.empty()) return mixed_seconds(run, parameters);
    plan::TimeModel model(run.model, run.cluster, run.workload, of(run.cluster.gpu), parameters);
    plan::CostTerms terms = model.terms(run.strategy);
    if (run.has_frozen_weights) terms = with_frozen_weights(terms);
    return iteration_seconds(terms, shape_of(run.strategy, run.workload, run.model.layers));
}

}  // namespace atl::app
