// SPDX-License-Identifier: Apache-2.0
// The values of each outer axis of a space, as far as the ones chosen before it leave sense in them.
#include <algorithm>

#include "plan/search/plan_tree.hpp"

namespace atl::plan {
namespace {

std::vector<std::uint32_t> divisors(std::uint32_t number) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t d = 1; d <= number && d <= 65535; ++d) {
        if (number % d == 0) found.push_back(d);
    }
    return found;
}

bool holds(const std::vector<RecomputeMethod>& methods, RecomputeMethod method) {
    return std::find(methods.begin(), methods.end(), method) != methods.end();
}

bool holds(const std::vector<Schedule>& schedules, Schedule schedule) {
    return std::find(schedules.begin(), schedules.end(), schedule) != schedules.end();
}

}  // namespace

std::uint32_t OuterAxes::stage_layers(const Strategy& sizes) const {
    return (subject_.layers + sizes.pipeline - 1) / sizes.pipeline;
}

std::vector<Strategy> OuterAxes::sizes() const {
    std::vector<Strategy> found;
    const auto pipelines = space_.pipeline.empty() ? divisors(subject_.gpus) : space_.pipeline;
    for (const std::uint32_t tensor : space_.tensor) {
        for (const std::uint32_t pipeline : pipelines) {
            const std::uint64_t stage = (subject_.layers + pipeline - 1) / pipeline;
            if (stage * (pipeline - 1) >= subject_.layers) continue;  // the last stage would have no layer
            for (const std::uint32_t context : space_.context) {
                const std::uint64_t product = std::uint64_t{tensor} * pipeline * context;
                if (product > subject_.gpus || subject_.gpus % product != 0) continue;
                Strategy strategy;
                strategy.tensor = static_cast<std::uint16_t>(tensor);
                strategy.pipeline = static_cast<std::uint16_t>(pipeline);
                strategy.context = static_cast<std::uint16_t>(context);
                strategy.data = static_cast<std::uint32_t>(subject_.gpus / product);
                found.push_back(strategy);
            }
        }
    }
    return found;
}

std::vector<std::uint16_t> OuterAxes::experts(const Strategy& sizes) const {
    if (subject_.experts == 0) return {1};
    std::vector<std::uint16_t> found;
    for (const std::uint32_t expert : space_.expert.empty() ? divisors(subject_.experts) : space_.expert) {
        if (subject_.experts % expert != 0 || (std::uint64_t{sizes.data} * sizes.context) % expert != 0) continue;
        found.push_back(static_cast<std::uint16_t>(expert));
    }
    return found;
}

std::vector<std::pair<Schedule, std::uint16_t>> OuterAxes::schedules(const Strategy& sizes) const {
    const bool one_f_one_b = holds(space_.schedule, Schedule::one_f_one_b);
    if (sizes.pipeline == 1) return {{Schedule::one_f_one_b, std::uint16_t{1}}};
    std::vector<std::pair<Schedule, std::uint16_t>> found;
    for (const Schedule schedule : space_.schedule) {
        if (schedule != Schedule::interleaved) found.emplace_back(schedule, std::uint16_t{1});
    }
    if (!one_f_one_b && !holds(space_.schedule, Schedule::interleaved)) return found;
    const std::uint32_t layers = stage_layers(sizes);
    for (const std::uint32_t chunks : space_.virtual_stages.empty() ? divisors(layers) : space_.virtual_stages) {
        if (chunks > 1 && layers % chunks == 0) {
            found.emplace_back(Schedule::interleaved, static_cast<std::uint16_t>(chunks));
        }
    }
    return found;
}

std::vector<RecomputeChoice> OuterAxes::recomputes(const Strategy& scheduled) const {
    std::vector<RecomputeChoice> found;
    const std::uint32_t chunk = stage_layers(scheduled) / scheduled.virtual_stages;
    for (const Recompute recompute : space_.recompute) {
        if (recompute != Recompute::full) {
            found.push_back({recompute, RecomputeMethod::uniform, {0}});
            continue;
        }
        for (const RecomputeMethod method : space_.recompute_method) {
            const bool block = method == RecomputeMethod::block;
            RecomputeChoice choice{recompute, method, {}};
            const auto add = [&](std::uint32_t layers) {
                const std::uint32_t in_stage = block ? layers * scheduled.virtual_stages : layers;
                choice.layers.push_back(static_cast<std::uint16_t>(in_stage));
            };
            if (space_.recompute_layers.empty()) {
                const bool all_is_elsewhere = block && holds(space_.recompute_method, RecomputeMethod::uniform);
                for (std::uint32_t n = 1; n <= chunk - (all_is_elsewhere ? 1 : 0); ++n) add(n);
            } else {
                for (const std::uint32_t n : space_.recompute_layers) {
                    if (n <= chunk) add(n);
                }
            }
            if (!choice.layers.empty()) found.push_back(std::move(choice));
        }
    }
    return found;
}

}  // namespace atl::plan
