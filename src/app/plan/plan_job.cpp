// SPDX-License-Identifier: Apache-2.0
// A plan job from its options: models, machines, spaces and rules by name or from files.
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/plan/time_parameters.hpp"
#include "plan_search.hpp"

namespace atl::app {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t largest_model_file_bytes = 16U << 20U;

/// A value that can only be a path: it names a file, whether there is one or not.
bool is_path(const std::string& value) {
    const std::string ending = fs::path(value).extension().string();
    return ending == ".toml" || ending == ".json" || value.find('/') != std::string::npos;
}

std::string text_of(const std::string& path) { return read_text_file(path, largest_model_file_bytes); }

/// Errors of names say where the value came from.
template <class Find>
auto found_for(const ResolvedOptions& options, const char* key, Find find) {
    try {
        return find(options.text(key));
    } catch (const InputError& error) {
        if (is_path(options.text(key))) throw;
        throw InputError(options.source(key) + ": " + error.what());
    }
}

plan::Transformer model_of(const ResolvedOptions& options) {
    return found_for(options, "model", [](const std::string& name) {
        if (!is_path(name)) return plan::find_transformer(name);
        return fs::path(name).extension() == ".json" ? plan::parse_hugging_face_config(text_of(name), name)
                                                     : plan::parse_transformer(text_of(name), name);
    });
}

/// Of the nodes that `cluster` names.
plan::Cluster named_cluster(const ResolvedOptions& options) {
    if (options.integer("gpus") == 0) throw InputError("no number of GPUs is given; set 'gpus' (--gpus)");
    if (!options.text("gpu").empty()) {
        throw InputError(options.source("cluster") + ": a cluster has its GPUs; leave out 'gpu'");
    }
    const plan::NodeType nodes = found_for(options, "cluster", [](const std::string& name) {
        return is_path(name) ? plan::parse_node_type(text_of(name), name) : plan::find_node_type(name);
    });
    const auto gpus = static_cast<std::uint32_t>(options.integer("gpus"));
    if (gpus > nodes.gpus_per_node && gpus % nodes.gpus_per_node != 0) {
        throw InputError(fmt::format("{}: {} GPUs do not fill nodes of {}; change 'gpus'", options.source("gpus"), gpus,
                                     nodes.gpus_per_node));
    }
    plan::Cluster cluster{.gpu = plan::shipped_gpus().find(nodes.gpu),
                          .gpus = gpus,
                          .gpus_per_node = nodes.gpus_per_node,
                          .inter_node_gb_per_second = nodes.inter_node_gb_per_second};
    cluster.inter_node_gb_per_second = plan_fabric_of(options, cluster.inter_node_gb_per_second, cluster.gpus_per_node);
    return cluster;
}

plan::Cluster cluster_of(const ResolvedOptions& options) {
    if (!options.text("cluster").empty()) return named_cluster(options);
    if (options.text("gpu").empty()) throw InputError("no GPU is given; set 'gpu' (--gpu) or 'cluster' (--cluster)");
    if (options.integer("gpus") == 0) throw InputError("no number of GPUs is given; set 'gpus' (--gpus)");
    const plan::Gpu gpu = found_for(options, "gpu", [](const std::string& name) {
        return is_path(name) ? plan::parse_gpu(text_of(name), name) : plan::shipped_gpus().find(name);
    });
    const auto gpus = static_cast<std::uint32_t>(options.integer("gpus"));
    plan::Cluster cluster;
    if (const auto per_node = static_cast<std::uint32_t>(options.integer("gpus_per_node")); per_node > 0) {
        if (gpus > per_node && gpus % per_node != 0) {
            throw InputError(fmt::format("{}: {} GPUs do not fill nodes of {}; change 'gpus' or 'gpus_per_node'",
                                         options.source("gpus"), gpus, per_node));
        }
        cluster = {.gpu = gpu,
                   .gpus = gpus,
                   .gpus_per_node = per_node,
                   .inter_node_gb_per_second = gpu.inter_node_gb_per_second};
    } else {
        try {
            cluster = plan::usual_cluster(gpu, gpus);
        } catch (const InputError& error) {
            throw InputError(options.source("gpus") + ": " + error.what());
        }
    }
    cluster.inter_node_gb_per_second = plan_fabric_of(options, cluster.inter_node_gb_per_second, cluster.gpus_per_node);
    return cluster;
}

}  // namespace

double plan_fabric_of(const ResolvedOptions& options, double usual, std::uint32_t gpus_per_node) {
    double fabric = options.real("inter_node_gb_per_second") > 0 ? options.real("inter_node_gb_per_second") : usual;
    if (const auto rails = options.integer("rails"); rails > 0) {
        fabric *= static_cast<double>(rails) / gpus_per_node;
    }
    return fabric / options.real("oversubscription");
}

plan::Transformer plan_model_of(const ResolvedOptions& options) { return model_of(options); }

plan::Prices plan_prices_of(const ResolvedOptions& options) {
    return found_for(options, "prices", [](const std::string& name) {
        return is_path(name) ? plan::parse_prices(text_of(name), name, plan::shipped_gpus()) : plan::find_prices(name);
    });
}

std::vector<std::string> plan_groups(const std::string& family, const std::string& gpu) {
    if (family.empty()) return {gpu};
    return {family, gpu, family + " on " + gpu};
}

PlanConstants plan_constants_of(const ResolvedOptions& options) {
    const std::string& file = options.text("parameters");
    const std::string& family = options.text("family");
    PlanConstants constants{
        .parameters = file.empty() ? plan::shipped_time_parameters() : plan::parse_time_parameters(text_of(file), file),
        .memory = plan::shipped_memory_parameters().of(family)};
    const auto& groups = constants.parameters.groups;
    if (!family.empty() && !groups.contains(family)) {
        std::vector<std::string> names;
        names.reserve(groups.size());
        for (const auto& [name, group] : groups) names.push_back(name);
        throw InputError(fmt::format("{}: no family '{}' of measured runs{}; there are {}", options.source("family"),
                                     family, did_you_mean(family, names), fmt::join(names, ", ")));
    }
    return constants;
}

/// The constants for runs of the job's family on its type of GPU, and how far such predictions are off.
static void take_constants(PlanJob& job) {
    const PlanConstants constants = plan_constants_of(job.options);
    const plan::TimeParameters& parameters = constants.parameters;
    const std::vector<std::string> groups = plan_groups(job.options.text("family"), job.cluster.gpu.name);
    job.time_parameters = parameters.of(groups);
    job.interval_half_width = parameters.half_width_of(groups);
    job.difference_half_width = parameters.difference_half_width;
    job.runs_fitted = parameters.rows;
    job.memory_parameters = constants.memory;
}

PlanJob make_plan_job(ResolvedOptions options) {
    PlanJob job(std::move(options));
    job.model = model_of(job.options);
    job.cluster = cluster_of(job.options);
    job.workload.sequence = static_cast<std::uint32_t>(job.options.integer("sequence"));
    job.workload.global_batch = static_cast<std::uint32_t>(job.options.integer("global_batch"));
    take_constants(job);
    job.space = found_for(job.options, "space", [](const std::string& name) {
        return is_path(name) ? plan::parse_space(text_of(name), name) : plan::shipped_space(name);
    });
    job.rules = plan::shipped_rules();
    if (const std::string& file = job.options.text("rules"); !file.empty()) {
        for (plan::RuleText& rule : plan::parse_rules(text_of(file), file)) job.rules.push_back(std::move(rule));
    }
    if (const std::string& target = job.options.text("emit"); target != "none") {
        job.emit = plan::parse_emit_target(target);
        for (plan::RuleText& rule : plan::target_rules(*job.emit)) job.rules.push_back(std::move(rule));
    }
    job.keep = static_cast<std::size_t>(job.options.integer("top"));
    job.out_of_memory_limit = job.options.real("out_of_memory_limit");
    job.brute_force = job.options.text("search") == "brute-force";
    return job;
}

}  // namespace atl::app
