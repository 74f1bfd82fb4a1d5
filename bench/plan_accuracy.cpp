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
#include "atoll/core/hash.hpp"
#include "atoll/plan/cost_model.hpp"
#include "atoll/plan/fit.hpp"
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
    const plan::GpuCatalogue& gpus = plan::shipped_gpus();
    const std::vector<plan::TrainingRun> runs =
        plan::parse_training_runs(training, "training.csv", gpus, plan::MeasuredColumns::read);
    const plan::RunSeconds seconds = [&](const plan::TrainingRun& run, const plan::CostParameters& parameters) {
        auto& times = operators[run.cluster.gpu.name];
        if (!times) {
            times = plan::make_measured_operators({.gemm = gemm, .attention = attention, .collective = collective},
                                                  run.cluster.gpu, gpus.find(run.cluster.gpu.operators));
        }
        return plan::TimeModel(run.model, run.cluster, run.workload, *times, parameters).seconds(run.strategy);
    };
    std::vector<const plan::TrainingRun*> timed;
    std::map<std::string, std::vector<const plan::TrainingRun*>> by_family;
    for (const plan::TrainingRun& run : runs) {
        if (!run.usable || !run.iteration_seconds) continue;
        timed.push_back(&run);
        by_family[run.family].push_back(&run);
    }
    plan::FitOptions options;
    options.independent_runs["vTrain single node"] = 32;
    const auto fold_of = [](const plan::TrainingRun& run) {
        const std::string shape = std::to_string(run.model.layers) + "/" + std::to_string(run.model.hidden) + "/" +
                                  std::to_string(run.workload.sequence) + "/" + std::to_string(run.strategy.tensor) +
                                  "/" + std::to_string(run.strategy.micro_batch) + "/" +
                                  std::to_string(run.cluster.gpus);
        return crc32c(shape) % 4;
    };
    const plan::TimeParameters fitted = fit_time_model(timed, seconds, {}, options);
    std::ofstream rows_out;
    if (argc > 2) {
        rows_out.open(argv[2]);
        rows_out << "id,family,measured_s,fitted_s,folded_s,left_out_s,plan,note\n";
    }
    std::map<const plan::TrainingRun*, double> folded;
    for (std::uint32_t fold = 0; fold < 4; ++fold) {
        std::vector<const plan::TrainingRun*> rest;
        for (const plan::TrainingRun* run : timed) {
            if (fold_of(*run) != fold) rest.push_back(run);
        }
        const plan::TimeParameters without = fit_time_model(rest, seconds, {}, options);
        for (const plan::TrainingRun* run : timed) {
            if (fold_of(*run) == fold)
                folded[run] = std::log(seconds(*run, without.of(*run)) / *run->iteration_seconds);
        }
    }
    report::Table table("Iteration time, MAPE %", {{"family", report::Align::left},
                                                   {"rows"},
                                                   {"before"},
                                                   {"fitted"},
                                                   {"4 folds"},
                                                   {"family left out"},
                                                   {"bias"}});
    for (const auto& [family, members] : by_family) {
        std::vector<const plan::TrainingRun*> others;
        for (const plan::TrainingRun* run : timed) {
            if (run->family != family) others.push_back(run);
        }
        const plan::TimeParameters without = fit_time_model(others, seconds, {}, options);
        std::vector<double> before;
        std::vector<double> in_sample;
        std::vector<double> folds;
        std::vector<double> left_out;
        for (const plan::TrainingRun* run : members) {
            const auto error = [&](const plan::CostParameters& parameters) {
                return std::log(seconds(*run, parameters) / *run->iteration_seconds);
            };
            before.push_back(error({}));
            in_sample.push_back(error(fitted.of(*run)));
            folds.push_back(folded[run]);
            left_out.push_back(error(without.of(*run)));
            const double measured = *run->iteration_seconds;
            rows_out << run->id << ",\"" << family << "\"," << measured << "," << measured * std::exp(in_sample.back())
                     << "," << measured * std::exp(folds.back()) << "," << measured * std::exp(left_out.back()) << ","
                     << describe(run->strategy) << ",\"" << run->note << "\"\n";
        }
        table.add_row({family, std::to_string(members.size()), report::short_number(mean_percent(before, 0), 3),
                       report::short_number(mean_percent(in_sample, 0), 3),
                       report::short_number(mean_percent(folds, 0), 3),
                       report::short_number(mean_percent(left_out, 0), 3),
                       report::short_number(100 * (std::exp(median(left_out)) - 1), 3)});
    }
    table.print(std::cout);
    for (const plan::CostParameter& one : plan::cost_parameters()) {
        std::printf("%-26s %10.4g", one.name, fitted.shared.*one.field);
        double low = 1e300;
        double high = 0;
        for (const plan::TrainingRun* run : timed) {
            const plan::CostParameters parameters = fitted.of(*run);
            low = std::min(low, parameters.*one.field);
            high = std::max(high, parameters.*one.field);
        }
        std::printf("   %10.4g .. %-10.4g\n", low, high);
    }
    std::map<std::string, Scores> memory;
    for (const plan::TrainingRun& run : runs) {
        if (!run.usable || !run.peak_gib) continue;
        const plan::MemoryModel sizes(run.model, run.cluster, run.workload, {});
        memory[run.family].errors.push_back(std::log(sizes.peak_gib(run.strategy) / *run.peak_gib));
    }
    report::Table sizes("Peak memory", {{"family", report::Align::left}, {"rows"}, {"MAPE %"}, {"bias %"}});
    for (const auto& [family, scores] : memory) {
        sizes.add_row({family, std::to_string(scores.errors.size()),
                       report::short_number(mean_percent(scores.errors, 0), 3),
                       report::short_number(100 * (std::exp(median(scores.errors)) - 1), 3)});
    }
    sizes.print(std::cout);
    return 0;
}
