// SPDX-License-Identifier: Apache-2.0
// The verbs on tables of operators: plan train, plan predict-ops.
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "atoll/app/plan.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/gzip.hpp"
#include "atoll/plan/efficiency.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"
#include "measured_files.hpp"
#include "operator_shelf.hpp"

namespace atl::app {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t largest_table_bytes = 1U << 30U;
constexpr std::string_view model_ending = ".ubj.gz";

std::vector<plan::EfficiencyModel> load_models() {
    std::vector<plan::EfficiencyModel> models;
    std::error_code none;
    if (!plan::can_train_efficiency()) return models;
    for (const fs::directory_entry& entry : fs::directory_iterator(operator_models_folder(), none)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(model_ending)) continue;
        models.push_back({name.substr(0, name.size() - model_ending.size()),
                          read_compressed_file(entry.path(), largest_table_bytes)});
    }
    return models;
}

void print_scores(const char* how, const std::vector<plan::OperatorError>& scores, std::ostream& out) {
    report::Table table(
        fmt::format("Error on a tenth of the shapes that was set aside, %: {}", how),
        {{"operator", report::Align::left}, {"rows"}, {"median"}, {"mean"}, {"90th"}, {"median above 50 us"}});
    const auto percent = [](double value) { return report::short_number(100 * value, 3); };
    for (const plan::OperatorError& one : scores) {
        table.add_row({one.group, report::count_number(one.rows), percent(one.median), percent(one.mean),
                       percent(one.p90), percent(one.median_above_50_us)});
    }
    table.print(out);
}

}  // namespace

ExitCode plan_train(const PlanOperatorRequest& request) {
    const std::string csv = read_compressed_file(request.table, largest_table_bytes);
    const std::string name = request.table.string();
    if (request.score) {
        const bool is_collective = csv.substr(0, csv.find('\n')).find("bytes") != std::string::npos;
        if (plan::can_train_efficiency() || is_collective) {
            print_scores(is_collective ? "interpolated" : "trees", plan::score_operators(csv, name), std::cout);
        }
        if (is_collective) return ExitCode::ok;
        OperatorShelf shelf;
        print_scores("interpolated (without XGBoost)",
                     plan::score_interpolation(csv, name,
                                               [&](std::string_view rows, const std::string& gpu) {
                                                   return shelf.with_table(rows, plan::shipped_gpus().find(gpu));
                                               }),
                     std::cout);
        return ExitCode::ok;
    }
    if (request.out.empty()) throw InputError("plan train: give the folder for the models with --out, or --score");
    const auto models = plan::train_efficiency(csv, name);
    fs::create_directories(request.out);
    for (const plan::EfficiencyModel& model : models) {
        write_file_atomically(request.out / (model.name + std::string(model_ending)), compress(model.bytes));
    }
    std::cout << fmt::format("{} models in {}\n", models.size(), request.out.string());
    return ExitCode::ok;
}

ExitCode plan_predict_operators(const PlanOperatorRequest& request) {
    const std::string csv = read_compressed_file(request.table, largest_table_bytes);
    OperatorShelf shelf;
    const auto otherwise = [&](std::string_view name) -> plan::OperatorTimes* {
        const plan::Gpu* gpu = plan::shipped_gpus().find_or_null(name);
        return gpu ? &shelf.of(*gpu) : nullptr;
    };
    write_file_atomically(request.out, plan::predict_operator_rows(csv, request.table.string(), load_models(),
                                                                   shelf.collective_table(), otherwise));
    std::cout << fmt::format("predicted_us by {}\n",
                             plan::can_train_efficiency() ? "trees, collectives by interpolation" : "interpolation");
    return ExitCode::ok;
}

}  // namespace atl::app
