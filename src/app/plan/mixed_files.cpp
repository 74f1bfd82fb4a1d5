// SPDX-License-Identifier: Apache-2.0
// What is kept of mixed plans: rows of the archive, pictures.
#include <fmt/format.h>

#include <algorithm>

#include "atoll/core/file.hpp"
#include "atoll/report/plan_pictures.hpp"
#include "mixed_plan.hpp"

namespace atl::app {

namespace {

std::string recompute_text(const plan::MixedPlan& plan) {
    const auto count =
        std::count_if(plan.stages.begin(), plan.stages.end(), [](const auto& stage) { return stage.recompute; });
    if (count == 0) return "none";
    return count == static_cast<std::ptrdiff_t>(plan.stages.size()) ? "full-uniform-1"
                                                                    : "full-uniform-1 in some stages";
}

}  // namespace

std::vector<PlanRecord> mixed_records(const MixedJob& job, const MixedFindings& findings) {
    std::vector<PlanRecord> records;
    for (const plan::MixedPlan& plan : findings.free.best) {
        PlanRecord record;
        record.place = static_cast<std::uint32_t>(records.size() + 1);
        record.strategy = describe(plan, job.pools);
        for (const plan::MixedStage& stage : plan.stages) {
            record.tensor = std::max<std::uint32_t>(record.tensor, stage.tensor);
        }
        record.pipeline = static_cast<std::uint32_t>(plan.stages.size());
        record.data = plan.data;
        record.micro_batch = plan.micro_batch;
        record.schedule = to_string(plan::Schedule::one_f_one_b);
        record.recompute = recompute_text(plan);
        record.zero_stage = plan.data > 1 ? 1 : 0;
        record.switches = "flash_attention";
        if (record.tensor > 1) record.switches += " sequence_parallel overlap_tensor_parallel";
        if (plan.data > 1) record.switches += " overlap_gradient_reduce overlap_parameter_gather";
        record.iteration_seconds = plan.seconds;
        record.tokens_per_second =
            static_cast<double>(job.workload.global_batch) * job.workload.sequence / plan.seconds;
        for (const plan::MixedStageDetail& stage : stage_details(job.model, job.workload, job.pools, plan)) {
            record.peak_gib = std::max(record.peak_gib, stage.memory.total());
            record.out_of_memory_probability =
                std::max(record.out_of_memory_probability, stage.out_of_memory_probability);
        }
        records.push_back(std::move(record));
    }
    return records;
}

std::vector<PlanCountRecord> mixed_count_records(const MixedFindings& findings) {
    const plan::MixedCertificate& certificate = findings.free.certificate;
    return {{"bounded", "sizes", certificate.pruned_by_sizes},
            {"bounded", "paces of the stages", certificate.pruned_by_stages},
            {"bounded", "split of the layers", certificate.pruned_by_split},
            {"simulated", "", certificate.split}};
}

void draw_mixed(const MixedJob& job, const MixedFindings& findings, const std::filesystem::path& folder) {
    const plan::MixedPlan& plan = findings.free.best.front();
    const auto details = stage_details(job.model, job.workload, job.pools, plan);
    std::vector<plan::StageMemory> memory;
    std::vector<double> capacity;
    std::vector<plan::StageWork> work;
    std::vector<std::string> types;
    for (std::size_t i = 0; i < details.size(); ++i) {
        const plan::Gpu& gpu = job.pools.at(plan.stages[i].pool).gpu;
        memory.push_back(details[i].memory);
        capacity.push_back(gpu.memory_gib);
        types.push_back(gpu.name);
        work.push_back({.forward = details[i].forward_seconds + details[i].overhead_seconds / 2,
                        .backward = details[i].backward_seconds + details[i].overhead_seconds / 2,
                        .send = details[i].send_seconds / 2});
    }
    const std::string title = fmt::format("{}, {}", job.model.name, gpus_of(job, plan));
    const std::uint32_t micro_batches = job.workload.global_batch / plan.data / plan.micro_batch;
    std::filesystem::create_directories(folder);
    write_file_atomically(folder / "memory.svg", report::memory_picture(memory, capacity, title));
    write_file_atomically(folder / "timeline.svg", report::timeline_picture(work, types, micro_batches, title));
    if (!job.prices) return;
    const double tokens = static_cast<double>(job.workload.global_batch) * job.workload.sequence;
    std::vector<report::PricedPlan> front;
    for (const Offer& offer : offers(job, findings, job.pools)) {
        front.push_back({.tokens_per_second = tokens / offer.seconds,
                         .dollars_per_million_tokens = 1e6 * offer.dollars / tokens,
                         .label = ""});
    }
    std::vector<report::PricedPlan> alone;
    for (std::size_t i = 0; i < job.pools.size(); ++i) {
        if (findings.alone[i].best.empty()) continue;
        const plan::MixedPlan& best = findings.alone[i].best.front();
        alone.push_back({.tokens_per_second = tokens / best.seconds,
                         .dollars_per_million_tokens = 1e6 * best.dollars / tokens,
                         .label = job.pools[i].gpu.name});
    }
    write_file_atomically(folder / "money.svg", report::money_picture(front, alone,
                                                                      fmt::format("{}, prices {} of {}", job.model.name,
                                                                                  job.prices->name, job.prices->date)));
}

}  // namespace atl::app
