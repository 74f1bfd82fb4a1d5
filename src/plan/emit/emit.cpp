// SPDX-License-Identifier: Apache-2.0
// Targets by name, and what none of them is given.
#include "atoll/plan/emit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "plan/emit/targets.hpp"

namespace atl::plan {

std::string_view megatron_rules();
std::string_view torchtitan_rules();
std::string_view deepspeed_rules();

namespace {

struct Target {
    std::string_view (*rules)();
    std::vector<EmittedFile> (*emit)(const EmitSubject&);
    EmittedPlan (*parse)(const std::vector<EmittedFile>&);
};

constexpr std::array<Target, 3> targets{{{megatron_rules, emit_megatron, parse_megatron},
                                         {torchtitan_rules, emit_torchtitan, parse_torchtitan},
                                         {deepspeed_rules, emit_deepspeed, parse_deepspeed}}};

const Target& of(EmitTarget target) { return targets.at(static_cast<std::size_t>(target)); }

}  // namespace

const std::vector<std::string>& emit_target_names() {
    static const std::vector<std::string> names{"megatron", "torchtitan", "deepspeed"};
    return names;
}

EmitTarget parse_emit_target(std::string_view name) {
    const auto& names = emit_target_names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        throw InputError(fmt::format("no target '{}' for plans{}; there are '{}'", name, did_you_mean(name, names),
                                     fmt::join(names, "', '")));
    }
    return static_cast<EmitTarget>(found - names.begin());
}

std::vector<RuleText> target_rules(EmitTarget target) {
    const std::string& name = emit_target_names().at(static_cast<std::size_t>(target));
    return parse_rules(of(target).rules(), fmt::format("models/targets/{}.toml", name));
}

std::vector<EmittedFile> emit(EmitTarget target, const Transformer& model, const Cluster& cluster,
                              const Workload& workload, const Strategy& strategy) {
    const RuleFilter filter(target_rules(target));
    RuleVariables variables(model, cluster, workload);
    variables.set(strategy);
    if (const int rule = filter.dropped_by(variables); rule >= 0) {
        const RuleText& text = filter.rules()[static_cast<std::size_t>(rule)];
        throw InputError(fmt::format("{} cannot run the plan {}: {} ({})",
                                     emit_target_names().at(static_cast<std::size_t>(target)), describe(strategy),
                                     text.why, text.name));
    }
    return of(target).emit({model, cluster, workload, strategy});
}

EmittedPlan parse_emitted(EmitTarget target, const std::vector<EmittedFile>& files) { return of(target).parse(files); }

std::string headline(const EmitSubject& subject) {
    return fmt::format("{} on {} {}: {}", subject.model.name, subject.cluster.gpus, subject.cluster.gpu.name,
                       describe(subject.strategy));
}

const EmittedFile& file_named(const std::vector<EmittedFile>& files, std::string_view name) {
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const EmittedFile& file) { return file.name == name; });
    if (found == files.end()) throw InputError(fmt::format("the plan has no file '{}'", name));
    return *found;
}

StageLayers stage_layers(std::uint32_t layers, std::uint32_t stages) {
    const std::uint32_t each = (layers + stages - 1) / stages;
    return {each, layers - each * (stages - 1)};
}

}  // namespace atl::plan
