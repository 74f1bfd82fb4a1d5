// SPDX-License-Identifier: Apache-2.0
// Files of the best plan: a framework's arguments, pictures.
#include <fmt/format.h>

#include <filesystem>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/report/plan_pictures.hpp"
#include "plan_search.hpp"

namespace atl::app {

namespace fs = std::filesystem;

namespace {

void make_folder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw InputError(fmt::format("cannot make the folder {}: {}", folder.string(), failed.message()));
}

std::string title_of(const PlanJob& job, const KeptPlan& best) {
    return fmt::format("{} on {} {}: {}", job.model.name, job.cluster.gpus, job.cluster.gpu.name,
                       describe(best.strategy));
}

}  // namespace

fs::path emit_best(const PlanJob& job, const PlanFindings& findings) {
    fs::path folder = job.options.text("emit_to");
    make_folder(folder);
    const auto files = emit(*job.emit, job.model, job.cluster, job.workload, findings.plans.front().strategy);
    for (const plan::EmittedFile& file : files) {
        if (fs::exists(folder / file.name)) {
            throw InputError(fmt::format("{}: {} holds a plan already; choose another folder",
                                         job.options.source("emit_to"), (folder / file.name).string()));
        }
    }
    for (const plan::EmittedFile& file : files) write_file_atomically(folder / file.name, file.text);
    return folder;
}

void draw_best(const PlanJob& job, const PlanFindings& findings, const fs::path& folder) {
    const KeptPlan& best = findings.plans.front();
    const std::string title = title_of(job, best);
    make_folder(folder);
    write_file_atomically(
        folder / "memory.svg",
        report::memory_picture(findings.stages, std::vector<double>(findings.stages.size(), job.cluster.gpu.memory_gib),
                               title));
    write_file_atomically(
        folder / "timeline.svg",
        report::timeline_picture(best.terms, shape_of(best.strategy, job.workload, job.model.layers), title));
}

}  // namespace atl::app
