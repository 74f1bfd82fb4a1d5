// SPDX-License-Identifier: Apache-2.0
// The table of a plan job's options.
#include <utility>
#include <vector>

#include "atoll/app/plan.hpp"
#include "atoll/plan/emit.hpp"

namespace atl::app {

namespace {

Option text(std::string key, std::string value, std::string description) {
    Option option;
    option.key = std::move(key);
    option.default_text = std::move(value);
    option.description = std::move(description);
    return option;
}

Option number(OptionType type, std::string key, std::string value, double low, double high, std::string description,
              std::string unit = {}) {
    Option option = text(std::move(key), std::move(value), std::move(description));
    option.type = type;
    option.minimum = low;
    option.maximum = high;
    option.unit = std::move(unit);
    return option;
}

std::vector<Option> rows() {
    std::vector<Option> table;
    table.push_back(text("model", "",
                         "Model: one of those under models/transformers, a TOML file like them, or a Hugging Face "
                         "config.json."));
    table.push_back(text("gpu", "\"\"", "GPU, any spelling in models/gpus, or a TOML file like those."));
    table.push_back(
        text("cluster", "\"\"",
             "Kind of nodes: one of those under models/clusters, or a TOML file like them; instead of gpu."));
    table.push_back(
        text("pools", "\"\"",
             "GPUs of several types for one pipeline, instead of gpu: TYPE:COUNT with commas; counts are caps."));
    table.push_back(
        text("prices", "\"\"",
             "Prices of an hour of a GPU, with pools: those of data/prices by name, or a TOML file like them; "
             "then the front of speed and money is searched."));
    table.push_back(number(OptionType::real, "tokens", "0.0", 0, 1e18,
                           "Tokens to train on, with prices: hours and dollars of the whole run.", "tokens"));
    table.push_back(number(OptionType::real, "budget_dollars", "0.0", 0, 1e15,
                           "With tokens: the fastest plan within it is named; 0: none.", "dollars"));
    table.push_back(number(OptionType::real, "deadline_hours", "0.0", 0, 1e9,
                           "With tokens: the cheapest plan within it is named; 0: none.", "hours"));
    table.push_back(number(OptionType::real, "interruption_gpu_hours", "0.0", 0, 1e12,
                           "Mean time between interruptions of one GPU (preemption, failure), with tokens; 0: none.",
                           "hours"));
    table.push_back(number(OptionType::real, "checkpoint_seconds", "60.0", 0, 1e6,
                           "A checkpoint stops the run that long, with interruption_gpu_hours.", "seconds"));
    table.push_back(number(OptionType::real, "restart_seconds", "300.0", 0, 1e6,
                           "From an interruption until the run computes again.", "seconds"));
    table.push_back(number(OptionType::integer, "gpus", "0", 0, 1e6,
                           "GPUs, all of them used by one plan; with pools the most over all types, 0: no limit."));
    table.push_back(number(OptionType::integer, "sequence", "4096", 1, 1e8, "Length of a sequence.", "tokens"));
    table.push_back(
        number(OptionType::integer, "global_batch", "1024", 1, 1e8, "Sequences in one iteration.", "sequences"));
    table.push_back(number(OptionType::integer, "gpus_per_node", "0", 0, 1e6,
                           "GPUs of one node; 0: as the GPU's usual nodes have."));
    table.push_back(number(OptionType::real, "inter_node_gb_per_second", "0.0", 0, 1e6,
                           "Of one GPU, one way, between nodes; 0: the fabric these GPUs usually have.", "GB/s"));
    table.push_back(number(OptionType::integer, "rails", "0", 0, 1024,
                           "Network adapters of a node; 0: one for each GPU. Fewer than GPUs share their bandwidth."));
    table.push_back(number(OptionType::real, "oversubscription", "1.0", 1, 1000,
                           "How many times more the nodes can send than the fabric between them carries."));
    table.push_back(
        text("space", "\"astra\"", "Space of plans: astra, full, or a TOML file like those of models/spaces."));
    table.push_back(text("rules", "\"\"", "TOML file with rules beside those that ship (models/rules)."));
    table.push_back(text("parameters", "\"\"",
                         "TOML file with the time model's constants, of 'plan fit' or 'plan calibrate'; empty: those "
                         "that come with atoll."));
    table.push_back(text("family", "\"\"",
                         "Family of measured runs that yours are like (models/cost_parameters.toml: \"NeMo 25.04\"); "
                         "empty: none."));
    Option emit = text("emit", "\"none\"",
                       "Framework that the best plan is written for, among plans it can run: arguments and a batch "
                       "script.");
    emit.choices = {"none"};
    emit.choices.insert(emit.choices.end(), plan::emit_target_names().begin(), plan::emit_target_names().end());
    table.push_back(std::move(emit));
    table.push_back(text("emit_to", "\"launch\"", "Folder for what 'emit' writes; it must not hold a plan yet."));
    table.push_back(number(OptionType::integer, "top", "5", 1, 1000, "Plans to keep, best first."));
    table.push_back(number(OptionType::real, "out_of_memory_limit", "0.5", 0, 1,
                           "Plans more likely than this to run out of memory are dropped."));
    Option search = text("search", "\"bounded\"",
                         "Bounded leaves out what it proves to be slower; brute-force computes every plan.");
    search.choices = {"bounded", "brute-force"};
    table.push_back(std::move(search));
    return table;
}

}  // namespace

const OptionTable& plan_options() {
    static const OptionTable table(rows());
    return table;
}

}  // namespace atl::app
