// SPDX-License-Identifier: Apache-2.0
// How far the time and memory models are from measured training runs, family by family, beside the null model.
//
// Usage: plan_accuracy FOLDER_OF_DATA_MEASURED [ROWS_OUT.csv]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

#include "atoll/core/file.hpp"
#include "atoll/core/gzip.hpp"
#include "atoll/plan/cost_model.hpp"
#include "atoll/plan/measured_operators.hpp"
#include "atoll/plan/measured_table.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"

using namespace atl;

namespace {

struct Scores {
    std::vector<double> errors;  ///< log(predicted / measured)
};

double mean_percent(const std::vector<double>& logs, double shift) {
    double sum = 0;
    for (const double one : logs) sum += std::abs(std::exp(one - shift) - 1);
    return 100 * sum / static_cast<double>(logs.size());
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const std::string folder = std::string(argv[1]) + "/";
    const auto read = [&](const std::string& name) { return read_compressed_file(folder + name, 1U << 30U); };
    const std::string gemm = read("gpu-ops/gemm.csv.gz");
    const std::string attention = read("gpu-ops/attention_forward_causal.csv.gz");
    const std::string collective = read("gpu-ops/collective.csv.gz");
    const std::string training = read("training.csv");
    std::map<std::string, std::unique_ptr<plan::OperatorTimes>> operators;
    std::map<std::string, Scores> time;
    std::map<std::string, Scores> memory;
    std::map<std::string, std::map<std::string, std::vector<double>>> efficiency;  ///< family -> null group -> log
    std::ofstream rows;
    if (argc > 2) rows.open(argv[2]);
    int predicted = 0;
    int all = 0;
    const plan::GpuCatalogue& gpus = plan::shipped_gpus();
    for (const plan::TrainingRun& run :
         plan::parse_training_runs(training, "training.csv", gpus, plan::MeasuredColumns::read)) {
        ++all;
        if (!run.usable) continue;
        ++predicted;
        auto& times = operators[run.cluster.gpu.name];
        if (!times) {
            times = plan::make_measured_operators({.gemm = gemm, .attention = attention, .collective = collective},
                                                  run.cluster.gpu, gpus.find(run.cluster.gpu.operators));
        }
        plan::TimeModel model(run.model, run.cluster, run.workload, *times, {});
        const double seconds = model.seconds(run.strategy);
        const plan::MemoryModel sizes(run.model, run.cluster, run.workload, {});
        const double peak = sizes.peak_gib(run.strategy);
        if (run.iteration_seconds && *run.iteration_seconds > 0) {
            time[run.family].errors.push_back(std::log(seconds / *run.iteration_seconds));
            const double work = plan::active_parameter_count(run.model) * run.workload.global_batch *
                                run.workload.sequence / run.cluster.gpus;
            efficiency[run.family][run.cluster.gpu.name + (run.strategy.precision == plan::Precision::fp8 ? "8" : "")]
                .push_back(std::log(work / *run.iteration_seconds));
        }
        if (run.peak_gib) memory[run.family].errors.push_back(std::log(peak / *run.peak_gib));
        if (rows.is_open()) {
            rows << run.id << ",\"" << run.family << "\"," << seconds << "," << run.iteration_seconds.value_or(0) << ","
                 << peak << "," << run.peak_gib.value_or(0) << "," << describe(run.strategy) << "," << run.model_name
                 << "," << run.cluster.gpus << "\n";
        }
    }
    std::printf("%d of %d rows have a prediction\n", predicted, all);
    report::Table table(
        "Iteration time",
        {{"family", report::Align::left}, {"rows"}, {"MAPE %"}, {"bias %"}, {"MAPE %, level right"}, {"null MAPE %"}});
    for (const auto& [family, scores] : time) {
        const double shift = median(scores.errors);
        double null_sum = 0;
        for (const auto& [group, logs] : efficiency[family]) {
            const double level = median(logs);
            for (const double one : logs) null_sum += std::abs(std::exp(one - level) - 1);
        }
        table.add_row({family, std::to_string(scores.errors.size()),
                       report::short_number(mean_percent(scores.errors, 0), 3),
                       report::short_number(100 * (std::exp(shift) - 1), 3),
                       report::short_number(mean_percent(scores.errors, shift), 3),
                       report::short_number(100 * null_sum / static_cast<double>(scores.errors.size()), 3)});
    }
    table.print(std::cout);
    report::Table sizes("Peak memory", {{"family", report::Align::left}, {"rows"}, {"MAPE %"}, {"bias %"}});
    for (const auto& [family, scores] : memory) {
        sizes.add_row({family, std::to_string(scores.errors.size()),
                       report::short_number(mean_percent(scores.errors, 0), 3),
                       report::short_number(100 * (std::exp(median(scores.errors)) - 1), 3)});
    }
    sizes.print(std::cout);
    return 0;
}
