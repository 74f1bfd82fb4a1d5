// SPDX-License-Identifier: Apache-2.0
// Rows of measured training runs: reading, filling in what they do not say, mending what can not be.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <numeric>

#include "atoll/core/error.hpp"
#include "atoll/plan/measured_table.hpp"
#include "plan/cost/csv_rows.hpp"

namespace atl::plan {

namespace {

/// Positions in the list of columns below.
enum Column : std::size_t {
    id,
    source,
    framework,
    model,
    task,
    layers,
    hidden,
    heads,
    kv_heads,
    ffn,
    seq,
    vocab,
    experts,
    topk,
    moe_ffn,
    gpu,
    gpu_count,
    gpus_per_node,
    internode,
    tp,
    pp,
    dp,
    cp,
    ep,
    vpp,
    schedule,
    zero_stage,
    micro_batch,
    global_batch,
    recompute,
    seq_parallel,
    precision,
    hetero_plan,
    iter_s,
    tokens_s_gpu,
    tflops_gpu,
    tflops_kind,
    peak_mem,
    oom,
};
const std::vector<std::string> columns{"source",
                                       "framework",
                                       "model",
                                       "task",
                                       "layers",
                                       "hidden",
                                       "heads",
                                       "kv_heads",
                                       "ffn",
                                       "seq",
                                       "vocab",
                                       "experts",
                                       "topk",
                                       "moe_ffn",
                                       "gpu",
                                       "gpu_count",
                                       "gpus_per_node",
                                       "internode_gbps_per_gpu",
                                       "tp",
                                       "pp",
                                       "dp",
                                       "cp",
                                       "ep",
                                       "vpp",
                                       "schedule",
                                       "zero_stage",
                                       "micro_batch",
                                       "global_batch",
                                       "recompute",
                                       "seq_parallel",
                                       "precision",
                                       "hetero_plan",
                                       "iter_s",
                                       "tokens_s_gpu",
                                       "tflops_gpu",
                                       "tflops_kind",
                                       "peak_mem_gib",
                                       "oom"};

std::string lower(std::string_view text) {
    std::string folded(text);
    for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return folded;
}

bool names_any(const std::string& text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

/// One row on its way from cells to a run.
class Row {
public:
    Row(const CsvRows& rows, const GpuCatalogue& gpus) : rows_(rows), gpus_(gpus) {}

    TrainingRun run(MeasuredColumns measured) {
        run_.id = text(id);
        run_.source = text(source);
        run_.framework = text(framework);
        run_.model_name = text(model);
        name_ = lower(run_.model_name);
        software_ = lower(run_.framework);
        run_.has_frozen_weights = lower(text(task)) == "lora";
        run_.has_memory = fill_cluster() && fill_model();
        run_.usable = run_.has_memory && fill_strategy();
        run_.family = family_of();
        if (measured == MeasuredColumns::read) {
            if (run_.usable && rows_.optional_number(seq).value_or(1) > 0) run_.iteration_seconds = measured_seconds();
            run_.peak_gib = rows_.optional_number(peak_mem);
            if (const auto ended = rows_.optional_number(oom)) run_.out_of_memory = *ended != 0;
        }
        return std::move(run_);
    }

private:
    std::string text(Column column) const { return std::string(rows_.cells()[column]); }
    std::uint32_t count(Column column, std::uint32_t otherwise) const {
        const auto value = rows_.optional_number(column);
        return value && *value >= 1 && *value < 4e9 ? static_cast<std::uint32_t>(std::llround(*value)) : otherwise;
    }
    void note(const std::string& words) { run_.note += (run_.note.empty() ? "" : "; ") + words; }
    bool give_up(const std::string& why) {
        note("no prediction: " + why);
        return false;
    }

    bool fill_cluster() {
        const std::string name = text(gpu);
        const bool is_mixed = !text(hetero_plan).empty();
        if (!is_mixed && name.find('+') != std::string::npos)
            return give_up("several types of GPU, and no hetero_plan");
        if (is_mixed && !fill_stages()) return false;
        const Gpu* found = is_mixed ? &run_.stages.front().replicas.front().gpu : gpus_.find_or_null(name);
        if (found == nullptr) return give_up("unknown GPU '" + name + "'");
        Cluster& cluster = run_.cluster;
        cluster.gpu = *found;
        cluster.gpus = count(gpu_count, 0);
        if (cluster.gpus == 0) return give_up("no number of GPUs");
        cluster.gpus_per_node = std::min(cluster.gpus, std::max(count(gpus_per_node, 8), found->scale_up_gpus));
        const auto fabric = rows_.optional_number(internode);
        cluster.inter_node_gb_per_second = fabric && *fabric > 0 ? *fabric / 8 : found->inter_node_gb_per_second;
        return true;
    }

    bool fill_stages() {
        try {
            run_.stages = parse_row_stages(text(hetero_plan), count(layers, 0), gpus_);
            return true;
        } catch (const InputError& error) {
            return give_up(std::string("hetero_plan: ") + error.what());
        }
    }

    bool fill_model() {
        Transformer& shape = run_.model;
        shape.name = run_.model_name;
        shape.layers = count(layers, 0);
        shape.hidden = count(hidden, 0);
        if (shape.layers == 0 || shape.hidden == 0) return give_up("no layers or hidden size");
        shape.gated_ffn =
            names_any(name_, {"llama", "qwen", "mixtral", "mistral", "deepseek", "kimi", "gpt-oss", "glm"});
        shape.heads = count(heads, 0);
        if (shape.heads == 0) {
            // the nearest number of heads to a head size of 128 that divides the hidden size; 14,400 ran with 80
            shape.heads = shape.hidden == 14400 ? 80 : std::max(1U, shape.hidden / 128);
            while (shape.hidden % shape.heads != 0) --shape.heads;
            note("heads filled in");
        }
        shape.kv_heads = std::min(shape.heads, count(kv_heads, shape.heads));
        const bool wide_heads = names_any(name_, {"qwen3"});
        shape.head_dim = wide_heads ? 128 : std::max(1U, shape.hidden / shape.heads);
        const double usual = shape.gated_ffn ? 8.0 / 3 * shape.hidden : 4.0 * shape.hidden;
        shape.ffn = count(ffn, static_cast<std::uint32_t>(std::ceil(usual / 64) * 64));
        shape.vocabulary = count(vocab, 51200);
        shape.tied_embeddings = !shape.gated_ffn;
        shape.experts = count(experts, 0);
        if (shape.experts > 1) {
            shape.experts_per_token = std::min(shape.experts, count(topk, 2));
            shape.expert_ffn = count(moe_ffn, shape.ffn);
            if (names_any(name_, {"deepseek", "kimi"})) {
                shape.shared_expert_ffn = shape.expert_ffn;
                // a model cut down to a few layers keeps one dense layer of three
                shape.dense_layers = names_any(name_, {"v3"}) && shape.layers > 8 ? 3 : 1;
                shape.query_rank = 1536;
                shape.kv_rank = 512;
                shape.rope_head_dim = 64;
                shape.head_dim = 128;
                shape.value_head_dim = 128;
            }
        } else {
            shape.experts = 0;
        }
        return true;
    }

    bool fill_strategy() {
        Strategy& plan = run_.strategy;
        const auto small = [&](Column column) {
            return static_cast<std::uint16_t>(std::min<std::uint32_t>(count(column, 1), 4096));
        };
        plan.tensor = small(tp);
        plan.pipeline = small(pp);
        plan.context = small(cp);
        plan.expert = small(ep);
        const std::uint32_t fixed = std::max(1U, std::uint32_t{plan.tensor} * plan.pipeline * plan.context);
        const std::uint32_t gpus = run_.cluster.gpus;
        plan.data = std::max(1U, gpus / fixed);
        if (!run_.stages.empty()) {
            plan.pipeline = static_cast<std::uint16_t>(run_.stages.size());
            plan.data = static_cast<std::uint32_t>(run_.stages.front().replicas.size());
            plan.tensor = run_.stages.front().replicas.front().tensor;
        }
        if (plan.gpus() != gpus) note("sizes do not multiply to the GPUs; dp is GPUs / (tp pp cp)");
        const std::uint32_t replicas = plan.data * plan.context * plan.tensor;
        if (run_.model.experts == 0) plan.expert = 1;
        if (plan.expert > replicas) {
            plan.expert = static_cast<std::uint16_t>(std::gcd(std::uint32_t{plan.expert}, replicas));
            note("fewer ranks than expert parallel ones");
        }
        if (run_.model.experts > 0 && text(ep).empty()) {
            // as many as a node or a rack usually holds of them
            const std::uint32_t most = std::min({64U, replicas, run_.model.experts});
            std::uint32_t share = 1;
            while (2 * share <= most && run_.model.experts % (2 * share) == 0 && replicas % (2 * share) == 0)
                share *= 2;
            plan.expert = static_cast<std::uint16_t>(share);
            note("expert parallel size filled in");
        }
        run_.workload.sequence = count(seq, 2048);
        run_.workload.global_batch = count(global_batch, 0);
        const bool has_batch = run_.workload.global_batch > 0;
        if (!has_batch) run_.workload.global_batch = plan.data * plan.pipeline * count(micro_batch, 1);
        // where nothing is said and nothing is pipelined, a replica runs its batch at once
        const std::uint32_t share = std::max(1U, run_.workload.global_batch / plan.data);
        plan.micro_batch =
            static_cast<std::uint16_t>(std::min({count(micro_batch, plan.pipeline == 1 ? share : 1), share, 4096U}));
        const std::uint32_t step = plan.data * plan.micro_batch;
        if (run_.workload.global_batch % step != 0) {
            run_.workload.global_batch = step * std::max(1U, (run_.workload.global_batch + step / 2) / step);
            note("batch rounded to whole micro-batches");
        }
        plan.virtual_stages = plan.pipeline > 1 ? small(vpp) : std::uint16_t{1};
        if (plan.pipeline > 1 && text(vpp).empty() && names_any(software_, {"meta"})) {
            // it interleaves (Llama 3 herd of models, section 3.3.2); about four layers in a chunk
            const std::uint32_t here = (run_.model.layers + plan.pipeline - 1U) / plan.pipeline;
            plan.virtual_stages = static_cast<std::uint16_t>(std::max(1U, here / 4));
            note("virtual stages filled in");
        }
        if (plan.virtual_stages > 1) plan.schedule = Schedule::interleaved;
        fill_switches();
        return has_batch || give_up("no global batch");
    }

    void fill_switches() {
        Strategy& plan = run_.strategy;
        const bool is_modern =
            names_any(software_, {"nemo", "bridge", "megatron-core", "meta", "megascale", "simumax", "0.14"});
        const bool is_fsdp = names_any(software_, {"fsdp", "torchtitan", "zero-3"});
        const std::string again = text(recompute);
        if (again == "full") {
            plan.recompute = Recompute::full;
            plan.recompute_layers = 1;
        } else if (again == "selective") {
            plan.recompute = Recompute::selective;
        }
        const auto zero = rows_.optional_number(zero_stage);
        plan.zero_stage = zero        ? static_cast<std::uint8_t>(std::clamp(*zero, 0.0, 3.0))
                          : is_fsdp   ? 3
                          : is_modern ? 1
                                      : 0;
        const auto sequences = rows_.optional_number(seq_parallel);
        plan.sequence_parallel = plan.tensor > 1 && (sequences ? *sequences != 0 : is_modern);
        plan.flash_attention = is_modern || is_fsdp;
        plan.overlap_gradient_reduce = plan.overlap_parameter_gather = is_modern || is_fsdp;
        plan.overlap_p2p = is_modern && plan.virtual_stages > 1;
        plan.precision =
            lower(text(precision)).find("fp8") != std::string::npos || text(precision).find("fp4") != std::string::npos
                ? Precision::fp8
                : Precision::bf16;
        if (plan.precision == Precision::fp8 && run_.cluster.gpu.fp8_tflops <= 0) plan.precision = Precision::bf16;
    }

    /// As given, else by the tokens or the flops a second. Flops of a model: 6 for each active weight and token and
    /// 12 x layers x hidden x sequence for attention; hardware flops of full recomputation are 4 / 3 of that.
    std::optional<double> measured_seconds() const {
        if (const auto seconds = rows_.optional_number(iter_s); seconds && *seconds > 0) return seconds;
        const double tokens = static_cast<double>(run_.workload.global_batch) * run_.workload.sequence;
        if (const auto rate = rows_.optional_number(tokens_s_gpu); rate && *rate > 0)
            return tokens / (*rate * run_.cluster.gpus);
        const auto rate = rows_.optional_number(tflops_gpu);
        if (!rate || *rate <= 0) return std::nullopt;
        const Transformer& shape = run_.model;
        const double flops =
            tokens * (6 * active_parameter_count(shape) +
                      12.0 * shape.layers * shape.hidden * static_cast<double>(run_.workload.sequence));
        const bool is_hardware = lower(text(tflops_kind)).find("hardware") != std::string::npos;
        const double done = is_hardware && run_.strategy.recompute == Recompute::full ? 4.0 / 3 * flops : flops;
        return done / (1e12 * *rate * run_.cluster.gpus);
    }

    std::string family_of() const {
        const std::string kind = !run_.stages.empty() ? " mixed" : run_.model.experts > 0 ? " MoE" : "";
        if (run_.source.find("vTrain") != std::string::npos)
            return run_.cluster.gpus <= 8 ? "vTrain single node" : "vTrain multi node";
        if (run_.source.find("bigscience") != std::string::npos)
            return run_.cluster.gpu.name.starts_with("V100") ? "bigscience V100" : "BLOOM A100";
        return run_.framework + kind;
    }

    const CsvRows& rows_;
    const GpuCatalogue& gpus_;
    TrainingRun run_;
    std::string name_;
    std::string software_;
};

}  // namespace

std::string memory_group(const TrainingRun& run) {
    const std::uint32_t stages = run.strategy.pipeline;
    const bool counts_embedding = run.model.layers % stages != 0 && (run.model.layers + 2) % stages == 0;
    return counts_embedding ? run.family + ", embedding and head counted as layers" : run.family;
}

std::vector<TrainingRun> parse_training_runs(std::string_view csv, std::string_view file_name, const GpuCatalogue& gpus,
                                             MeasuredColumns measured) {
    CsvRows rows(csv, file_name, {"id"}, columns);
    std::vector<TrainingRun> runs;
    while (rows.next()) runs.push_back(Row(rows, gpus).run(measured));
    return runs;
}

}  // namespace atl::plan
