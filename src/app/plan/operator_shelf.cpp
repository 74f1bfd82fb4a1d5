// SPDX-License-Identifier: Apache-2.0
// Tables in memory, operator times by type of GPU.
#include "operator_shelf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "atoll/core/gzip.hpp"
#include "atoll/plan/cost_model.hpp"
#include "atoll/plan/explain.hpp"
#include "atoll/plan/measured_operators.hpp"
#include "atoll/plan/tree_operators.hpp"
#include "measured_files.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_table_bytes = 1U << 30U;

std::filesystem::path tree_file(const std::string& name) { return operator_models_folder() / (name + ".ubj.gz"); }

bool has_trees(const plan::Gpu& gpu) {
    const plan::TreeNames names = plan::tree_names_of(gpu);
    return plan::can_train_efficiency() && std::filesystem::exists(tree_file(names.gemm)) &&
           std::filesystem::exists(tree_file(names.attention));
}

std::optional<std::vector<plan::EfficiencyModel>> trees_of(const plan::Gpu& gpu) {
    if (!has_trees(gpu)) return std::nullopt;
    const plan::TreeNames names = plan::tree_names_of(gpu);
    std::vector<plan::EfficiencyModel> models;
    for (const std::string& name : {names.gemm, names.gemm_fp8, names.attention}) {
        const std::filesystem::path file = tree_file(name);
        if (std::filesystem::exists(file)) models.push_back({name, read_compressed_file(file, largest_table_bytes)});
    }
    return models;
}

}  // namespace

const std::string& OperatorShelf::text_of(std::string& text, const char* file) {
    if (text.empty()) text = read_compressed_file(measured_operators_folder() / file, largest_table_bytes);
    return text;
}

plan::OperatorTables OperatorShelf::tables() {
    return {.gemm = text_of(gemm_, "gemm.csv.gz"),
            .attention = text_of(attention_, "attention_forward_causal.csv.gz"),
            .collective = collective_table()};
}

plan::OperatorTimes& OperatorShelf::of(const plan::Gpu& gpu) {
    auto& times = operators_[gpu.name];
    if (!times) {
        const plan::Gpu& measured = plan::shipped_gpus().find(gpu.operators);
        const auto trees = trees_of(gpu);
        times = trees ? plan::make_tree_operators(*trees, collective_table(), gpu, measured)
                      : plan::make_measured_operators(tables(), gpu, measured);
    }
    return *times;
}

std::string OperatorShelf::origin(const plan::Gpu& gpu) {
    return fmt::format("{} {}{}", has_trees(gpu) ? "trees learned on" : "measured on",
                       plan::shipped_gpus().find(gpu.operators).name,
                       gpu.operators_are_its_own ? "" : ", scaled by peak and bandwidth");
}

std::unique_ptr<plan::OperatorTimes> OperatorShelf::with_table(std::string_view csv, const plan::Gpu& gpu) {
    plan::OperatorTables all = tables();
    const bool is_attention = csv.substr(0, csv.find('\n')).find("seq") != std::string_view::npos;
    (is_attention ? all.attention : all.gemm) = csv;
    return plan::make_measured_operators(all, gpu, plan::shipped_gpus().find(gpu.operators));
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
