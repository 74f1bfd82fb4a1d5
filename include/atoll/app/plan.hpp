// SPDX-License-Identifier: Apache-2.0
// The verb `plan`: searches training plans.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "atoll/core/error.hpp"
#include "atoll/core/options.hpp"

namespace atl::app {

/// Every key of a plan job, one table for job files, ATOLL_* variables, flags and --help.
const OptionTable& plan_options();

struct PlanRequest {
    std::optional<std::filesystem::path> job_file;
    FlagValues flags;
    std::optional<std::filesystem::path> run;  ///< what was found goes there
    std::string command_line;
    bool json = false;
    bool show_config = false;
    bool explain = false;     ///< print what sets the best plan apart, what binds it, which plans are as good
    bool stages = false;      ///< print the memory of its stages
    bool from_slurm = false;  ///< GPUs are those of the Slurm job this runs in
    std::optional<std::filesystem::path> pictures;  ///< folder for memory.svg and timeline.svg
};
/// Searches on all ranks it was started on, and prints on rank 0. Throws InputError for a model, GPU, space or rule
/// that is wrong, and for a space that the filters leave nothing of, naming the filter.
ExitCode plan(const PlanRequest& request);

/// Words of the verbs on tables of runs (columns of data/measured/training.csv).
struct PlanTableRequest {
    std::filesystem::path table;                ///< of predict and calibrate
    std::optional<std::filesystem::path> runs;  ///< of fit; those that come with the program otherwise
    std::filesystem::path out;
    std::optional<std::filesystem::path>
        parameters;  ///< TOML of the time model's constants; the shipped ones otherwise
    std::optional<std::filesystem::path> residuals;
    std::optional<std::filesystem::path> memory;  ///< of fit: the memory model's constants go there
};
/// Fits the time model's constants to measured runs, writes them, prints the error of every family. About a minute.
ExitCode plan_fit(const PlanTableRequest& request);
/// Writes id, iter_s, iter_s_low, iter_s_high, peak_mem_gib, oom_probability, note of every row; what was measured is
/// never read.
ExitCode plan_predict(const PlanTableRequest& request);
/// One factor on all times from three or more measured runs. Throws InputError for fewer.
ExitCode plan_calibrate(const PlanTableRequest& request);

/// Astra's figures for one type of GPU and several beside those measured here, and the time model's error by family of
/// runs beside that of a constant efficiency. About a minute.
ExitCode reproduce_plan();

/// Words of the verbs on tables of operators (columns of data/measured/gpu-ops).
struct PlanOperatorRequest {
    std::filesystem::path table;
    std::filesystem::path out;
    bool score = false;  ///< of train: only the error on a tenth that is set aside
};
/// Trains models of a table of matrix products or attention into the folder `out`. Minutes.
ExitCode plan_train(const PlanOperatorRequest& request);
/// The table with `predicted_us` appended; latency_us is never read.
ExitCode plan_predict_operators(const PlanOperatorRequest& request);

}  // namespace atl::app
