// SPDX-License-Identifier: Apache-2.0
// The verbs that need no ranks: each prints to standard output and returns its exit code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/options.hpp"

namespace atl::app {

/// --show-config: every option of the job, its value and where that came from.
ExitCode show_config(const std::filesystem::path& job_file, const FlagValues& flags);

struct EvaluateRequest {
    std::filesystem::path job_file;
    std::filesystem::path candidate;
    FlagValues flags;
    std::string instances = "open";
    bool json = false;
};
/// Judges one candidate; ok whatever the verdict.
ExitCode evaluate(const EvaluateRequest& request);

struct DoctorRequest {
    std::optional<std::filesystem::path> job_file;
    bool json = false;
};
/// Tries the sandbox; infrastructure when the job's (or the default's) required layers or its Python do not work here.
ExitCode doctor_sandbox(const DoctorRequest& request);

/// The last status.json, and outcome.json once there is one. With `use_exit_code` the run's own code is returned.
ExitCode status(const std::filesystem::path& root, bool json, bool use_exit_code);

struct StopRequest {
    std::filesystem::path run;
    std::optional<double> wait_seconds;  ///< wait for the end, and return the run's own code
    bool json = false;
};
/// Leaves RUN/stop for a run that is held; says so, and leaves nothing, when the run has ended or was cut off.
/// Throws InfrastructureError when it has not ended after the wait.
ExitCode stop(const StopRequest& request);

/// Tables on standard output and figures in RUN/figures (or `figures`).
ExitCode report(const std::filesystem::path& root, const std::optional<std::filesystem::path>& figures, bool json);

/// `background`: lowest priority, and gone with its parent.
ExitCode archive_fold(const std::filesystem::path& root, bool background, bool json);
ExitCode archive_list(const std::filesystem::path& root, bool json);
/// `candidate`: where to write the best one, in the form that evaluate and --seed-candidate take.
ExitCode archive_best(const std::filesystem::path& root, const std::optional<std::filesystem::path>& candidate,
                      bool json);
/// SHA-256 over what the run found, and whether the same job gives it again.
ExitCode archive_hash(const std::filesystem::path& root, bool json);
/// 6 when something is damaged; a torn tail is a note.
ExitCode archive_verify(const std::filesystem::path& root, bool json);
/// The replies of models as a trace, "atoll-llm-trace/1", for llm.replay.
ExitCode archive_trace(const std::filesystem::path& root, const std::optional<std::filesystem::path>& output);
struct MergeRequest {
    std::vector<std::filesystem::path> runs;  ///< two or more, of one problem
    std::filesystem::path out;
    std::string command_line;
    bool json = false;
};
/// One run directory from several; BusyError when OUT is a run already.
ExitCode archive_merge(const MergeRequest& request);
ExitCode archive_export(const std::filesystem::path& root, const std::string& table,
                        const std::optional<std::filesystem::path>& output);

struct MockLlmRequest {
    std::uint32_t port = 0;
    std::optional<std::filesystem::path> port_file;
    std::optional<std::filesystem::path> stats_file;
    std::uint32_t seed = 0;
    bool vary = false;
    std::optional<double> latency_seconds;
    std::optional<double> latency_sigma;
    std::optional<double> faults;
    std::vector<std::string> named_faults;  ///< NAME=SHARE
    std::uint32_t retry_after_seconds = 1;
    std::uint32_t pad_bytes = 0;
    std::optional<std::string> key_environment;
};
/// Serves until SIGINT or SIGTERM. Prints where it listens first, and what it served last.
ExitCode mock_llm(const MockLlmRequest& request);

}  // namespace atl::app
