// SPDX-License-Identifier: Apache-2.0
// The rule language in the search of a real model's space.
#include "atoll/plan/planner.hpp"

#include <gtest/gtest.h>

namespace atl::plan {
namespace {

Transformer llama2_70b() { return find_transformer("llama2-70b"); }

Cluster h100s(std::uint32_t gpus) { return usual_cluster(shipped_gpus().find("h100_sxm"), gpus); }

/// Seconds and GiB out of the sizes alone; what a search needs to run over real rules.
struct SizesOnly : PlanCost {
    double seconds(const Strategy& s) override {
        return 1.0 + s.pipeline * s.micro_batch + (s.recompute == Recompute::none ? 0 : 1);
    }
    double seconds_lower_bound(const Strategy& s) override { return 1.0 + s.pipeline * s.micro_batch; }
    double peak_gib(const Strategy& s) override { return 1200.0 / (s.tensor * s.pipeline); }
    AxisSet memory_reads() const override { return {}; }
};

TEST(Planner, the_default_space_under_the_default_rules_is_searched_exactly) {
    const Transformer model = llama2_70b();
    const Cluster cluster = h100s(64);
    const Workload workload{4096, 1024};
    const RuleFilter filter(shipped_rules(), "models/rules.toml");
    FilterRules rules(filter, model, cluster, workload);
    SizesOnly cost;
    SearchOptions options;
    options.memory_limit_gib = 80;
    const Space space = shipped_space("astra");
    const SearchSubject subject = subject_of(model, cluster);
    const SearchResult exact = exact_search(space, subject, rules, cost, options);
    const SearchResult brute = brute_force_search(space, subject, rules, cost, options);
    EXPECT_EQ(exact.best, brute.best);
    EXPECT_EQ(exact.best.size(), options.keep);
    EXPECT_TRUE(exact.certificate.adds_up());
    EXPECT_EQ(exact.certificate.dropped_by_rule, brute.certificate.dropped_by_rule);
    EXPECT_EQ(exact.certificate.dropped_by_memory, brute.certificate.dropped_by_memory);
    EXPECT_LT(exact.certificate.simulated, brute.certificate.simulated / 10);
    for (const RankedPlan& plan : exact.best) {
        RuleVariables variables(model, cluster, workload);
        variables.set(plan.strategy);
        EXPECT_EQ(filter.dropped_by(variables), -1) << describe(plan.strategy);
    }
}

TEST(Planner, precision_that_the_gpu_lacks_is_dropped_by_name) {
    const Transformer model = llama2_70b();
    const Cluster cluster = usual_cluster(shipped_gpus().find("a100_sxm"), 64);
    const RuleFilter filter({}, "none");
    FilterRules rules(filter, model, cluster, Workload{4096, 1024});
    SizesOnly cost;
    Space space;
    space.precision = {Precision::fp8};
    const SearchResult result = exact_search(space, subject_of(model, cluster), rules, cost, SearchOptions{});
    EXPECT_TRUE(result.best.empty());
    EXPECT_NE(why_empty(result).find("'the GPU has no fp8'"), std::string::npos) << why_empty(result);
}

}  // namespace
}  // namespace atl::plan
