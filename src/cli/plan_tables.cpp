// SPDX-License-Identifier: Apache-2.0
// What plan does with tables of runs: atoll plan fit, predict, calibrate.
#include <memory>

#include "atoll/app/plan.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_plan_tables(Command& plan, Action& action) {
    const auto add = [&](const char* name, const char* text, ExitCode (*does)(const app::PlanTableRequest&)) {
        Command verb = plan.verb(name, text);
        auto request = std::make_shared<app::PlanTableRequest>();
        verb.required_option("-o,--out", request->out, "File to write", "FILE");
        verb.on_parsed([&action, request, does] { action = [request, does] { return does(*request); }; });
        return std::pair(verb, request);
    };
    auto [fit, fit_request] = add("fit", "Fit the time model's constants to measured runs", app::plan_fit);
    fit.option("runs", fit_request->runs, "Measured runs (default: those that come with atoll)", "RUNS.csv");
    fit.option("--residuals", fit_request->residuals, "Every run's prediction by each fit", "FILE");
    fit.option("--memory", fit_request->memory, "File for the memory model's constants", "FILE");
    auto [predict, predict_request] =
        add("predict", "Predict time and memory of every run of a table", app::plan_predict);
    predict.positional("table", predict_request->table, "Runs; what was measured is not read", "TABLE.csv");
    auto [calibrate, calibrate_request] =
        add("calibrate", "Scale the time model by at least three runs of your own", app::plan_calibrate);
    calibrate.required_option("--runs", calibrate_request->table, "Your measured runs", "RUNS.csv");
    const auto add_operators = [&](const char* name, const char* text,
                                   ExitCode (*does)(const app::PlanOperatorRequest&)) {
        Command verb = plan.verb(name, text);
        auto request = std::make_shared<app::PlanOperatorRequest>();
        verb.positional("table", request->table, "Columns of data/measured/gpu-ops; may be compressed", "TABLE.csv");
        verb.on_parsed([&action, request, does] { action = [request, does] { return does(*request); }; });
        return std::pair(verb, request);
    };
    auto [train, train_request] =
        add_operators("train", "Train models of measured operator times (needs XGBoost)", app::plan_train);
    train.option("-o,--out", train_request->out, "Folder for the models", "DIR");
    train.flag("--score", train_request->score, "Only print the error on a tenth that is set aside");
    auto [operators, operators_request] =
        add_operators("predict-ops", "Predict the time of every operator of a table", app::plan_predict_operators);
    operators.required_option("-o,--out", operators_request->out, "File to write", "FILE");
    for (auto* one : {&predict, &calibrate}) {
        auto& request = one == &predict ? predict_request : calibrate_request;
        one->option("--parameters", request->parameters,
                    "Constants to start from (default: those that come with atoll)", "FILE");
    }
}

}  // namespace atl::cli
