// SPDX-License-Identifier: Apache-2.0
// Private to plan: the frameworks that plans are written for, one source file each.
#pragma once

#include "atoll/plan/emit.hpp"

namespace atl::plan {

/// What is written down: all that emit() is given.
struct EmitSubject {
    const Transformer& model;
    const Cluster& cluster;
    const Workload& workload;
    const Strategy& strategy;
};

std::vector<EmittedFile> emit_megatron(const EmitSubject& subject);
std::vector<EmittedFile> emit_torchtitan(const EmitSubject& subject);
std::vector<EmittedFile> emit_deepspeed(const EmitSubject& subject);

EmittedPlan parse_megatron(const std::vector<EmittedFile>& files);
EmittedPlan parse_torchtitan(const std::vector<EmittedFile>& files);
EmittedPlan parse_deepspeed(const std::vector<EmittedFile>& files);

/// "llama2-70b on 64 H100-SXM-80: tp8 ...": the first line of every file.
std::string headline(const EmitSubject& subject);
/// Throws InputError when there is no such file.
const EmittedFile& file_named(const std::vector<EmittedFile>& files, std::string_view name);

/// Layers of every stage but the last, and of the last.
struct StageLayers {
    std::uint32_t each = 0;
    std::uint32_t last = 0;
};
StageLayers stage_layers(std::uint32_t layers, std::uint32_t stages);

}  // namespace atl::plan
