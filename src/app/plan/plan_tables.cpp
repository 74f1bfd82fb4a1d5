// SPDX-License-Identifier: Apache-2.0
// The verbs on tables of measured runs: plan fit, plan predict, plan calibrate.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "atoll/app/plan.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/plan/fit.hpp"
#include "atoll/plan/measured_table.hpp"
#include "atoll/plan/memory_fit.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"
#include "measured_files.hpp"
#include "operator_shelf.hpp"
#include "validation.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_runs_bytes = 1U << 28U;
constexpr std::uint64_t largest_parameters_bytes = 1U << 22U;

std::vector<plan::TrainingRun> runs_of(const std::filesystem::path& file, plan::MeasuredColumns measured) {
    return plan::parse_training_runs(read_text_file(file, largest_runs_bytes), file.string(), plan::shipped_gpus(),
                                     measured);
}

plan::TimeParameters parameters_of(const std::optional<std::filesystem::path>& file) {
    if (!file) return plan::shipped_time_parameters();
    return plan::parse_time_parameters(read_text_file(*file, largest_parameters_bytes), file->string());
}

std::vector<const plan::TrainingRun*> timed_of(const std::vector<plan::TrainingRun>& runs,
                                               const std::filesystem::path& file) {
    std::vector<const plan::TrainingRun*> timed;
    for (const plan::TrainingRun& run : runs) {
        // runs on several types are predicted, never fitted: there are six
        if (!run.stages.empty()) continue;
        if (run.usable && run.iteration_seconds && *run.iteration_seconds > 0) timed.push_back(&run);
    }
    if (timed.empty()) {
        throw InputError(file.string() +
                         ": no row has layers, hidden, global_batch, a known GPU and a measured iter_s");
    }
    return timed;
}

void print_validation(const plan::FittedTimeModel& fitted, std::ostream& out) {
    using report::short_number;
    report::Table table(
        "Mean absolute error of an iteration's time, %; runs inside 90 % intervals that other folds set",
        {{"family", report::Align::left},
         {"rows"},
         {"fitted"},
         {"4 folds"},
         {"family left out"},
         {"with 3 runs"},
         {"inside"}});
    for (const auto& [family, errors] : errors_by_family(fitted)) {
        table.add_row({family, std::to_string(errors.fitted.size()), short_number(mean_percent(errors.fitted), 3),
                       errors.folded_text(), short_number(mean_percent(errors.left_out), 3), errors.three_text(),
                       errors.coverage_text()});
    }
    table.print(out);
}

/// "GiB,probability of running out", both empty where too little is known.
std::string peak_cells(const plan::TrainingRun& run, const plan::MemoryGroups& groups) {
    if (!run.has_memory) return ",";
    plan::MemoryParameters parameters = groups.of(memory_group(run));
    if (run.has_frozen_weights) parameters.gradient_bytes = parameters.optimizer_bytes = 0;
    const plan::MemoryModel memory(run.model, run.cluster, run.workload, parameters);
    const double peak = memory.peak_gib(run.strategy);
    return fmt::format("{:.5g},{:.4f}", peak, memory.out_of_memory_probability(peak, run.cluster.gpu.memory_gib));
}

std::string csv_text(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// One factor for each family of runs on several types of GPU, after everything else; says what it leaves.
std::string fit_mixed(const std::vector<plan::TrainingRun>& runs, OperatorShelf& operators,
                      plan::TimeParameters& parameters) {
    std::map<std::string, std::vector<double>> families;
    for (const plan::TrainingRun& run : runs) {
        if (run.stages.empty() || !run.usable || !run.iteration_seconds || *run.iteration_seconds <= 0) continue;
        const double seconds = operators.seconds(run, parameters.of(groups_of(run)));
        families[run.family].push_back(std::log(*run.iteration_seconds / seconds));
    }
    std::string text;
    for (const auto& [family, misses] : families) {
        std::vector<double> left;
        for (std::size_t i = 0; i < misses.size() && misses.size() > 1; ++i) {
            std::vector<double> others = misses;
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
            left.push_back(std::exp(middle(others) - misses[i]) - 1);
        }
        plan::TimeGroup& group = parameters.groups[family];
        group.factors["scale"] = std::exp(middle(misses));
        group.rows = misses.size();
        text += fmt::format(
            "{}: {} rows on several types of GPU, one factor {}; mean absolute error of each by the others "
            "{} % (indicative)\n",
            family, misses.size(), report::short_number(group.factors["scale"], 3),
            left.empty() ? "-" : report::short_number(mean_percent(left), 3));
    }
    return text;
}

void fit_peaks(const std::vector<plan::TrainingRun>& runs, const std::filesystem::path& out) {
    std::vector<const plan::TrainingRun*> measured;
    for (const plan::TrainingRun& run : runs) {
        if (run.has_memory && run.peak_gib && *run.peak_gib > 0) measured.push_back(&run);
    }
    const plan::FittedMemory fitted = plan::fit_memory(measured);
    write_file_atomically(
        out,
        "# SPDX-License-Identifier: Apache-2.0\n# Constants of the memory model, written by 'atoll plan "
        "fit --memory'; what is not here has the defaults.\n" +
            to_toml(fitted.groups));
    std::map<std::string, std::array<std::vector<double>, 2>> groups;
    for (const plan::ValidatedPeak& one : fitted.runs) {
        auto& [all, folded] = groups[memory_group(*one.run)];
        all.push_back(one.fitted / *one.run->peak_gib - 1);
        folded.push_back(one.folded / *one.run->peak_gib - 1);
    }
    report::Table table("Mean absolute error of the peak of memory, %",
                        {{"group", report::Align::left}, {"rows"}, {"fitted"}, {"4 folds"}});
    for (const auto& [name, errors] : groups) {
        table.add_row({name, std::to_string(errors[0].size()), report::short_number(mean_percent(errors[0]), 3),
                       report::short_number(mean_percent(errors[1]), 3)});
    }
    table.print(std::cout);
}

}  // namespace

ExitCode plan_fit(const PlanTableRequest& request) {
    const std::filesystem::path file =
        request.runs ? *request.runs : measured_operators_folder().parent_path() / "training.csv";
    const std::vector<plan::TrainingRun> runs = runs_of(file, plan::MeasuredColumns::read);
    if (request.memory) fit_peaks(runs, *request.memory);
    OperatorShelf operators;
    plan::FittedTimeModel fitted =
        plan::fit_and_validate(timed_of(runs, file),
                               [&](const plan::TrainingRun& run, const plan::CostParameters& parameters) {
                                   return operators.seconds(run, parameters);
                               },
                               {});
    const std::string mixed = fit_mixed(runs, operators, fitted.parameters);
    const std::string head =
        "# SPDX-License-Identifier: Apache-2.0\n"
        "# Constants of the time model (docs/cost-model.md), written by 'atoll plan fit': shared ones, and what "
        "families\n"
        "# of runs and types of GPU multiply them with. Widths are of 90 % intervals.\n";
    write_file_atomically(request.out, head + to_toml(fitted.parameters));
    print_validation(fitted, std::cout);
    std::cout << mixed;
    std::cout << fmt::format("{} runs; 90 % intervals of unseen families x/ {}, with 3 runs x/ {}\n",
                             fitted.parameters.rows, report::short_number(1 + fitted.parameters.interval_half_width, 3),
                             report::short_number(1 + fitted.parameters.calibrated_interval_half_width, 3));
    if (request.residuals) {
        std::string rows = "id,family,measured_s,fitted_s,folded_s,left_out_s,three_s\n";
        for (const plan::ValidatedRun& one : fitted.runs) {
            rows += fmt::format("{},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g}\n", csv_text(one.run->id),
                                csv_text(one.run->family), *one.run->iteration_seconds, one.fitted, one.folded,
                                one.left_out, one.three);
        }
        write_file_atomically(*request.residuals, rows);
    }
    return ExitCode::ok;
}

ExitCode plan_predict(const PlanTableRequest& request) {
    const std::vector<plan::TrainingRun> runs = runs_of(request.table, plan::MeasuredColumns::ignore);
    const plan::TimeParameters parameters = parameters_of(request.parameters);
    OperatorShelf operators;
    const plan::MemoryGroups memory_groups = plan::shipped_memory_parameters();
    std::string rows = "id,iter_s,iter_s_low,iter_s_high,peak_mem_gib,oom_probability,note\n";
    std::size_t predicted = 0;
    for (const plan::TrainingRun& run : runs) {
        const auto groups = groups_of(run);
        const double seconds = run.usable ? operators.seconds(run, parameters.of(groups)) : 0;
        if (!run.usable || !std::isfinite(seconds) || seconds <= 0) {
            rows += fmt::format("{},,,,{},{}\n", csv_text(run.id), peak_cells(run, memory_groups),
                                csv_text(run.usable ? "no prediction: the sizes give no time" : run.note));
            continue;
        }
        ++predicted;
        const double width = 1 + parameters.half_width_of(groups);
        const std::string note = parameters.groups.contains(run.family)
                                     ? run.note
                                     : run.note + (run.note.empty() ? "" : "; ") + "unseen family";
        rows += fmt::format("{},{:.6g},{:.6g},{:.6g},{},{}\n", csv_text(run.id), seconds, seconds / width,
                            seconds * width, peak_cells(run, memory_groups), csv_text(note));
    }
    write_file_atomically(request.out, rows);
    std::cout << fmt::format("{} of {} rows predicted\n", predicted, runs.size());
    return ExitCode::ok;
}

ExitCode plan_calibrate(const PlanTableRequest& request) {
    const std::filesystem::path& file = request.table;
    const std::vector<plan::TrainingRun> runs = runs_of(file, plan::MeasuredColumns::read);
    plan::TimeParameters parameters = parameters_of(request.parameters);
    OperatorShelf operators;
    std::vector<double> misses;
    for (const plan::TrainingRun* run : timed_of(runs, file)) {
        const double seconds = operators.seconds(*run, parameters.of(groups_of(*run)));
        misses.push_back(std::log(seconds / *run->iteration_seconds));
    }
    if (misses.size() < 3) {
        throw InputError(fmt::format("{}: {} measured run{} of use; calibration needs at least 3", file.string(),
                                     misses.size(), misses.size() == 1 ? "" : "s"));
    }
    std::vector<double> before;
    std::vector<double> after;
    for (std::size_t i = 0; i < misses.size(); ++i) {
        std::vector<double> others = misses;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
        before.push_back(std::exp(misses[i]) - 1);
        after.push_back(std::exp(misses[i] - middle(others)) - 1);
    }
    const double factor = std::exp(-middle(misses));
    const double width_before = parameters.interval_half_width;
    parameters.shared.scale *= factor;
    parameters.interval_half_width = parameters.calibrated_interval_half_width;
    for (auto& [name, group] : parameters.groups) group.interval_half_width = 0;
    write_file_atomically(request.out,
                          fmt::format("# SPDX-License-Identifier: Apache-2.0\n# Constants of the time model, scaled by "
                                      "{} measured runs by 'atoll plan calibrate'.\n",
                                      misses.size()) +
                              to_toml(parameters));
    using report::short_number;
    std::cout << fmt::format("{} runs: the model is scaled by {}\n", misses.size(), short_number(factor, 4))
              << fmt::format("mean absolute error: before {} %, after {} % (each run scaled by the others)\n",
                             short_number(mean_percent(before), 3), short_number(mean_percent(after), 3))
              << fmt::format("90 % interval: before x/ {}, after x/ {}\n", short_number(1 + width_before, 3),
                             short_number(1 + parameters.interval_half_width, 3));
    return ExitCode::ok;
}

}  // namespace atl::app
