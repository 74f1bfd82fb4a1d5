// SPDX-License-Identifier: Apache-2.0
// Reads what Slurm and mpirun leave in the environment of a task.
#include "atoll/transport/launch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "atoll/core/error.hpp"

namespace atl::transport {

namespace {

/// Tasks in the srun step this process belongs to; 0 outside any step. A batch script itself is in no step,
/// although SLURM_NTASKS tells it the size of the whole job.
int tasks_in_step(const Environment& environment) {
    if (!environment.contains("SLURM_STEP_ID") && !environment.contains("SLURM_STEPID")) return 0;
    for (const char* name : {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"}) {
        const auto found = environment.find(name);
        if (found == environment.end()) continue;
        const std::string& text = found->second;
        int tasks = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tasks);
        if (error == std::errc() && end == text.data() + text.size()) return tasks;
    }
    return 0;
}

constexpr std::array process_managers = {"PMIX_RANK", "PMIX_NAMESPACE", "PMI_RANK", "PMI_FD"};

/// mpirun starts its ranks inside a step of its own daemons; what it set then counts.
bool started_by_mpirun(const Environment& environment) { return environment.contains("OMPI_COMM_WORLD_SIZE"); }

InputError mismatch(int tasks) {
    return InputError(
        fmt::format("srun started {} tasks, but MPI sees each of them alone: every task would run the whole job. "
                    "Start them as one job with 'srun --mpi=pmix' ('srun --mpi=list' shows what this Slurm offers) or "
                    "with mpirun inside the allocation",
                    tasks));
}

}  // namespace

Environment current_environment() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

bool may_have_peers(const Environment& environment) {
    const auto told = [&](const char* name) { return environment.contains(name); };
    return started_by_mpirun(environment) || tasks_in_step(environment) > 1 ||
           std::ranges::any_of(process_managers, told);
}

void detect_singleton_mismatch(int mpi_size, const Environment& environment) {
    if (mpi_size > 1 || started_by_mpirun(environment)) return;
    const int tasks = tasks_in_step(environment);
    if (tasks > 1) throw mismatch(tasks);
}

void detect_missing_process_manager(std::string_view mpi_library, const Environment& environment) {
    if (!mpi_library.starts_with("Open MPI") || started_by_mpirun(environment)) return;
    const auto told = [&](const char* name) { return environment.contains(name); };
    if (std::ranges::any_of(process_managers, told)) return;
    const int tasks = tasks_in_step(environment);
    if (tasks > 1) throw mismatch(tasks);
}

}  // namespace atl::transport
