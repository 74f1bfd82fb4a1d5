// SPDX-License-Identifier: Apache-2.0
// torchtitan's job file (JobConfig).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "atoll/core/error.hpp"
#include "atoll/core/toml.hpp"
#include "plan/emit/batch_script.hpp"
#include "plan/emit/targets.hpp"

namespace atl::plan {
namespace {

/// Models of torchtitan's registry by their names here.
struct Registered {
    std::string_view name;
    std::string_view model;
    std::string_view flavour;
};
constexpr std::array<Registered, 8> registry{{{"llama3-8b", "llama3", "8B"},
                                              {"llama3-70b", "llama3", "70B"},
                                              {"llama3-405b", "llama3", "405B"},
                                              {"deepseek-v3", "deepseek_v3", "671B"},
                                              {"qwen3-8b", "qwen3", "8B"},
                                              {"qwen3-32b", "qwen3", "32B"},
                                              {"qwen3-30b-a3b", "qwen3", "30B-A3B"},
                                              {"qwen3-235b-a22b", "qwen3", "235B-A22B"}}};

constexpr std::string_view own_model = "atoll";  ///< of a model that is not in the registry

std::string model_table(const EmitSubject& subject) {
    const Transformer& model = subject.model;
    const auto* found =
        std::find_if(registry.begin(), registry.end(), [&](const Registered& one) { return one.name == model.name; });
    std::string text;
    if (found == registry.end()) {
        text += fmt::format(
            "# not in torchtitan's registry: register it with {} layers, dim {}, {} heads, {} kv heads, ffn {}, "
            "vocabulary {}\n",
            model.layers, model.hidden, model.heads, model.kv_heads, model.ffn, model.vocabulary);
    }
    text += fmt::format("[model]\nname = \"{}\"\nflavor = \"{}\"\n", found == registry.end() ? own_model : found->model,
                        found == registry.end() ? model.name : found->flavour);
    if (subject.strategy.precision == Precision::fp8) text += "converters = [\"float8\"]\n";
    return text;
}

const char* schedule_name(const Strategy& strategy) {
    switch (strategy.schedule) {
        case Schedule::gpipe:
            return "GPipe";
        case Schedule::interleaved:
            return "Interleaved1F1B";
        case Schedule::one_f_one_b:
        case Schedule::zero_bubble:
            break;
    }
    return "1F1B";
}

/// Every key of a job file; each must be asked for before check_all_read().
class JobReader {
public:
    explicit JobReader(const EmittedFile& file) : file_(file), entries_(toml_text::parse(file.text, file.name)) {
        is_read_.resize(entries_.size());
    }
    std::uint32_t integer(std::string_view key, std::uint32_t otherwise) {
        const auto* value = find<std::int64_t>(key);
        return value ? static_cast<std::uint32_t>(std::max<std::int64_t>(0, *value)) : otherwise;
    }
    bool flag(std::string_view key) {
        const auto* value = find<bool>(key);
        return value && *value;
    }
    std::string word(std::string_view key) {
        const auto* value = find<std::string>(key);
        return value ? *value : "";
    }
    bool lists(std::string_view key, std::string_view word) {
        const auto* value = find<std::vector<std::string>>(key);
        return value && std::find(value->begin(), value->end(), word) != value->end();
    }
    void check_all_read() const {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (is_read_[i] || std::holds_alternative<toml_text::TableOpening>(entries_[i].value)) continue;
            throw InputError(fmt::format("{}:{}: unknown key '{}'", file_.name, entries_[i].line, entries_[i].key));
        }
    }

private:
    template <class Kind>
    const Kind* find(std::string_view key) {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].key != key) continue;
            is_read_[i] = true;
            const auto* value = std::get_if<Kind>(&entries_[i].value);
            if (value) return value;
            throw InputError(fmt::format("{}:{}: '{}' must not be {}", file_.name, entries_[i].line, key,
                                         toml_text::kind_of(entries_[i].value)));
        }
        return nullptr;
    }

    const EmittedFile& file_;
    std::vector<toml_text::Entry> entries_;
    std::vector<bool> is_read_;
};

}  // namespace

std::vector<EmittedFile> emit_torchtitan(const EmitSubject& subject) {
    const Strategy& strategy = subject.strategy;
    const bool is_sharded = strategy.zero_stage >= 2;
    const bool is_pipeline = strategy.pipeline > 1;
    // a pipeline is given all micro-batches at once; without it gradients are accumulated
    const std::uint32_t at_once = is_pipeline ? micro_batches(strategy, subject.workload) : 1;
    std::string text = fmt::format("# {}\n{}", headline(subject), model_table(subject));
    text += fmt::format("\n[training]\nseq_len = {}\nglobal_batch_size = {}\nlocal_batch_size = {}\n",
                        subject.workload.sequence, subject.workload.global_batch, strategy.micro_batch * at_once);
    text += fmt::format(
        "\n[parallelism]\ndata_parallel_replicate_degree = {}\ndata_parallel_shard_degree = {}\n"
        "tensor_parallel_degree = {}\npipeline_parallel_degree = {}\ncontext_parallel_degree = {}\n"
        "expert_parallel_degree = {}\n",
        is_sharded ? 1 : strategy.data, is_sharded ? strategy.data : 1, strategy.tensor, strategy.pipeline,
        strategy.context, strategy.expert);
    if (is_sharded) {
        text += fmt::format("fsdp_reshard_after_forward = \"{}\"\n", strategy.zero_stage == 2 ? "never" : "always");
    }
    if (subject.model.mixture_of_experts())
        text += fmt::format("expert_tensor_parallel_degree = {}\n", strategy.tensor);
    if (strategy.overlap_tensor_parallel) text += "enable_async_tensor_parallel = true\n";
    if (is_pipeline) {
        const std::uint32_t stages = std::uint32_t{strategy.pipeline} * strategy.virtual_stages;
        text += fmt::format(
            "pipeline_parallel_schedule = \"{}\"\npipeline_parallel_microbatch_size = {}\n"
            "pipeline_parallel_layers_per_stage = {}\npipeline_parallel_first_stage_less_layers = 0\n"
            "pipeline_parallel_last_stage_less_layers = 0\n",
            schedule_name(strategy), strategy.micro_batch, stage_layers(subject.model.layers, stages).each);
    }
    text += fmt::format("\n[activation_checkpoint]\nmode = \"{}\"\n",
                        strategy.recompute == Recompute::full ? "full" : "none");
    text += "\n[compile]\nenable = true\n";
    return {{"job.toml", text},
            batch_script(subject, {.source = "TORCHTITAN",
                                   .environment = "cd \"$framework\"\n",
                                   .command = "-m torchtitan.train --job.config_file \"$plan/job.toml\"",
                                   .reads_arguments = false})};
}

EmittedPlan parse_torchtitan(const std::vector<EmittedFile>& files) {
    EmittedPlan plan;
    read_batch_script(file_named(files, "train.sbatch"), plan);
    JobReader job(file_named(files, "job.toml"));
    const std::string model = job.word("model.name");
    const std::string flavour = job.word("model.flavor");
    const auto* found = std::find_if(registry.begin(), registry.end(), [&](const Registered& one) {
        return one.model == model && one.flavour == flavour;
    });
    plan.model.name = found == registry.end() ? flavour : std::string(found->name);
    Strategy& strategy = plan.strategy;
    if (job.lists("model.converters", "float8")) strategy.precision = Precision::fp8;
    plan.workload.sequence = job.integer("training.seq_len", 0);
    plan.workload.global_batch = job.integer("training.global_batch_size", 0);
    const auto size = [&](const char* key) {
        return static_cast<std::uint16_t>(job.integer(std::string("parallelism.") + key, 1));
    };
    const std::uint32_t replicated = job.integer("parallelism.data_parallel_replicate_degree", 1);
    const std::uint32_t sharded = job.integer("parallelism.data_parallel_shard_degree", 1);
    strategy.data = replicated * sharded;
    strategy.tensor = size("tensor_parallel_degree");
    strategy.pipeline = size("pipeline_parallel_degree");
    strategy.context = size("context_parallel_degree");
    strategy.expert = size("expert_parallel_degree");
    strategy.micro_batch = static_cast<std::uint16_t>(job.integer("training.local_batch_size", 1));
    const std::string reshard = job.word("parallelism.fsdp_reshard_after_forward");
    if (!reshard.empty()) strategy.zero_stage = reshard == "never" ? 2 : 3;
    job.integer("parallelism.expert_tensor_parallel_degree", 1);
    strategy.overlap_tensor_parallel = job.flag("parallelism.enable_async_tensor_parallel");
    strategy.sequence_parallel = strategy.tensor > 1;
    const bool has_replicas = strategy.data * strategy.context > 1;
    strategy.overlap_gradient_reduce = has_replicas;
    strategy.overlap_parameter_gather = has_replicas && strategy.zero_stage >= 2;
    if (strategy.pipeline > 1) {
        const std::string schedule = job.word("parallelism.pipeline_parallel_schedule");
        strategy.micro_batch = size("pipeline_parallel_microbatch_size");
        const std::uint32_t layers = size("pipeline_parallel_layers_per_stage");
        job.integer("parallelism.pipeline_parallel_first_stage_less_layers", 0);
        job.integer("parallelism.pipeline_parallel_last_stage_less_layers", 0);
        if (schedule == "GPipe") strategy.schedule = Schedule::gpipe;
        if (schedule == "Interleaved1F1B") {
            strategy.schedule = Schedule::interleaved;
            // the registry, not the file, knows the layers
            const std::uint32_t all = found == registry.end() ? 0 : find_transformer(found->name).layers;
            strategy.virtual_stages = static_cast<std::uint16_t>(all / std::max(1U, layers * strategy.pipeline));
        }
    }
    if (job.word("activation_checkpoint.mode") == "full") {
        strategy.recompute = Recompute::full;
        strategy.recompute_layers = 1;
    }
    job.flag("compile.enable");
    job.check_all_read();
    return plan;
}

}  // namespace atl::plan
