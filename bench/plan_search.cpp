// SPDX-License-Identifier: Apache-2.0
// How fast a space of plans is searched: brute force beside bound-and-prune, on one core, with the same answer.
//
// plan_search SPACE GPU GPUS [MODEL...]
//   every model that comes with atoll when none is named. Sequence 4,096, global batch 1,024 (4,096 from 4,096 GPUs).
// Operator times are a roofline, so that loading tables is no part of it. Prints Markdown: the funnel, seconds of both,
// plans a second of brute force (those that passed the rules; memory and time of each computed), and whether they
// agree.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../tests/plan/roofline_operators.hpp"
#include "atoll/core/error.hpp"
#include "atoll/plan/planner.hpp"

namespace {

using namespace atl::plan;

struct Timed {
    SearchResult result;
    double seconds = 0;
};

template <class Search>
Timed timed(Search search, const Space& space, const Transformer& model, const Cluster& cluster) {
    const auto start = std::chrono::steady_clock::now();
    const Workload workload{4096, cluster.gpus < 4096 ? 1024U : 4096U};
    RooflineOperators operators(cluster.gpu);
    TimeModel time(model, cluster, workload, operators, CostParameters{});
    const MemoryModel memory(model, cluster, workload, MemoryParameters{});
    ModelCost cost(time, memory);
    const RuleFilter filter(shipped_rules());
    FilterRules rules(filter, model, cluster, workload);
    SearchOptions options;
    options.memory_limit_gib = memory_limit_gib(memory, cluster.gpu, 0.5);
    Timed run{search(space, subject_of(model, cluster), rules, cost, options)};
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return run;
}

void print_row(const Space& space, const Transformer& model, const Cluster& cluster) {
    const Timed exact = timed(exact_search, space, model, cluster);
    const Timed brute = timed(brute_force_search, space, model, cluster);
    const Certificate& counts = exact.result.certificate;
    const bool agree = exact.result.best == brute.result.best && counts.adds_up();
    std::cout << fmt::format("| {} | {} | {} | {} | {} | {} | {:.3f} | {:.3f} | {:.1f} M | {} |\n", model.name,
                             cluster.gpus, counts.generated, counts.after_rules(), counts.after_memory(),
                             counts.simulated, exact.seconds, brute.seconds,
                             static_cast<double>(counts.after_rules()) / brute.seconds / 1e6, agree ? "yes" : "NO");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::cerr << "usage: plan_search SPACE GPU GPUS [MODEL...]\n";
        return 2;
    }
    try {
        const Space space = shipped_space(argv[1]);
        const Cluster cluster =
            usual_cluster(shipped_gpus().find(argv[2]), static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10)));
        std::vector<Transformer> models;
        for (int i = 4; i < argc; ++i) models.push_back(find_transformer(argv[i]));
        if (models.empty()) models = shipped_transformers();
        std::cout << "| model | GPUs | generated | after rules | after memory | simulated | exact s | brute s | brute "
                     "plans/s | same |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n";
        for (const Transformer& model : models) print_row(space, model, cluster);
    } catch (const atl::Error& error) {
        std::cerr << "plan_search: " << error.what() << '\n';
        return static_cast<int>(error.code());
    }
    return 0;
}
