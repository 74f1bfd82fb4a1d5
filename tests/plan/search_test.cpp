// SPDX-License-Identifier: Apache-2.0
// The search against a plain enumeration on random spaces, rules and costs.
#include "atoll/plan/search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "atoll/core/error.hpp"

namespace atl::plan {
namespace {

/// A number in [0, 1) out of the values of some axes.
double noise(const Strategy& strategy, AxisSet reads, std::uint64_t salt) {
    std::uint64_t hash = salt * 0x9E3779B97F4A7C15U + 1;
    const auto mix = [&](Axis axis, std::uint64_t value) {
        if (!reads.has(axis)) return;
        hash ^= value + 0x9E3779B97F4A7C15U + (hash << 6U) + (hash >> 2U) + static_cast<std::uint64_t>(axis) * 7919;
        hash *= 0xBF58476D1CE4E5B9U;
        hash ^= hash >> 29U;
    };
    mix(Axis::tensor, strategy.tensor);
    mix(Axis::pipeline, strategy.pipeline);
    mix(Axis::context, strategy.context);
    mix(Axis::data, strategy.data);
    mix(Axis::expert, strategy.expert);
    mix(Axis::schedule, static_cast<std::uint64_t>(strategy.schedule));
    mix(Axis::virtual_stages, strategy.virtual_stages);
    mix(Axis::micro_batch, strategy.micro_batch);
    mix(Axis::recompute, static_cast<std::uint64_t>(strategy.recompute));
    mix(Axis::recompute_method, static_cast<std::uint64_t>(strategy.recompute_method));
    mix(Axis::recompute_layers, strategy.recompute_layers);
    mix(Axis::precision, static_cast<std::uint64_t>(strategy.precision));
    mix(Axis::zero_stage, strategy.zero_stage);
    mix(Axis::sequence_parallel, strategy.sequence_parallel ? 1 : 0);
    mix(Axis::overlap_gradient_reduce, strategy.overlap_gradient_reduce ? 1 : 0);
    mix(Axis::overlap_parameter_gather, strategy.overlap_parameter_gather ? 1 : 0);
    mix(Axis::overlap_p2p, strategy.overlap_p2p ? 1 : 0);
    mix(Axis::overlap_tensor_parallel, strategy.overlap_tensor_parallel ? 1 : 0);
    mix(Axis::flash_attention, strategy.flash_attention ? 1 : 0);
    mix(Axis::offload_optimizer, strategy.offload_optimizer ? 1 : 0);
    return static_cast<double>(hash >> 11U) / 9007199254740992.0;
}

AxisSet random_axes(std::mt19937_64& random, std::size_t first, std::size_t most) {
    AxisSet axes;
    const std::size_t count = random() % (most + 1);
    for (std::size_t i = 0; i < count; ++i) axes.add(static_cast<Axis>(first + random() % (axis_count - first)));
    return axes;
}

struct RandomRules : PlanRules {
    struct Rule {
        AxisSet reads;
        double share = 0;
        std::uint64_t salt = 0;
    };
    std::vector<Rule> rules;
    std::uint64_t calls = 0;

    explicit RandomRules(std::mt19937_64& random) {
        const std::size_t count = random() % 5;
        for (std::size_t i = 0; i < count; ++i) {
            const AxisSet reads = random_axes(random, 0, 3);
            rules.push_back({reads, static_cast<double>(random() % 5) * 0.1, random()});
        }
    }
    std::size_t size() const override { return rules.size(); }
    std::string name(std::size_t rule) const override { return "rule" + std::to_string(rule); }
    AxisSet reads(std::size_t rule) const override { return rules[rule].reads; }
    bool drops(std::size_t rule, const Strategy& strategy) override {
        ++calls;
        return noise(strategy, rules[rule].reads, rules[rule].salt) < rules[rule].share;
    }
};

/// Times on a coarse grid, so that many plans tie; recomputation adds to them.
struct RandomCost : PlanCost {
    std::uint64_t salt = 0;
    double steps = 0;
    AxisSet memory;
    std::uint64_t timed = 0;

    explicit RandomCost(std::mt19937_64& random)
        : salt(random()),
          steps(random() % 2 == 0 ? 6 : 1e6),
          memory(random_axes(random, static_cast<std::size_t>(Axis::precision), 4)) {
        for (std::size_t axis = 0; axis < static_cast<std::size_t>(Axis::precision); ++axis) {
            memory.add(static_cast<Axis>(axis));
        }
    }
    double base(const Strategy& strategy) const {
        Strategy plain = strategy;
        plain.recompute = Recompute::none;
        plain.recompute_method = RecomputeMethod::uniform;
        plain.recompute_layers = 0;
        return 1 + std::floor(steps * noise(plain, AxisSet::all(), salt)) / steps;
    }
    double seconds(const Strategy& strategy) override {
        ++timed;
        if (strategy.recompute == Recompute::none) return base(strategy);
        return base(strategy) + std::floor(steps * noise(strategy, AxisSet::all(), salt + 1)) / steps;
    }
    double seconds_lower_bound(const Strategy& strategy) override { return base(strategy); }
    double peak_gib(const Strategy& strategy) override { return std::floor(20 * noise(strategy, memory, salt + 2)); }
    AxisSet memory_reads() const override { return memory; }
};

template <class Value>
std::vector<Value> some(std::mt19937_64& random, std::vector<Value> values, std::size_t most) {
    std::shuffle(values.begin(), values.end(), random);
    values.resize(1 + random() % std::min(most, values.size()));
    return values;
}

Space random_space(std::mt19937_64& random) {
    Space space;
    const auto numbers = [&](std::vector<std::uint32_t> values, std::size_t most, bool may_be_empty) {
        if (may_be_empty && random() % 2 == 0) return std::vector<std::uint32_t>{};
        auto chosen = some(random, values, most);
        if (random() % 8 != 0 && std::find(chosen.begin(), chosen.end(), values.front()) == chosen.end()) {
            chosen.push_back(values.front());
        }
        return chosen;
    };
    const auto flags = [&] { return some(random, std::vector<bool>{false, true}, 2); };
    space.tensor = numbers({1, 2, 3, 4, 8}, 3, false);
    space.pipeline = numbers({1, 2, 3, 4, 5}, 3, true);
    space.context = numbers({1, 2, 4}, 2, false);
    space.expert = numbers({1, 2, 3, 4}, 3, true);
    space.virtual_stages = numbers({1, 2, 3}, 3, true);
    space.micro_batch = numbers({1, 2, 4}, 2, false);
    space.schedule = some(
        random,
        std::vector<Schedule>{Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved, Schedule::zero_bubble}, 2);
    space.recompute = some(random, std::vector<Recompute>{Recompute::none, Recompute::selective, Recompute::full}, 3);
    space.recompute_method =
        some(random, std::vector<RecomputeMethod>{RecomputeMethod::uniform, RecomputeMethod::block}, 2);
    space.recompute_layers = numbers({1, 2, 3}, 2, true);
    space.zero_stage = numbers({0, 1, 2, 3}, 2, false);
    space.sequence_parallel = flags();
    space.overlap_gradient_reduce = flags();
    space.overlap_parameter_gather = flags();
    space.overlap_p2p = flags();
    space.overlap_tensor_parallel = flags();
    space.flash_attention = flags();
    space.offload_optimizer = flags();
    space.precision = some(random, std::vector<Precision>{Precision::bf16, Precision::fp8}, random() % 3 == 0 ? 2 : 1);
    return space;
}

/// Every plan of the space, by the words of space.hpp and twenty loops.
std::vector<Strategy> every_plan(const Space& space, const SearchSubject& subject) {
    const auto up_to = [](std::uint32_t most) {
        std::vector<std::uint32_t> values;
        for (std::uint32_t i = 1; i <= most; ++i) values.push_back(i);
        return values;
    };
    const auto has = [](const auto& values, auto value) {
        return std::find(values.begin(), values.end(), value) != values.end();
    };
    std::vector<Strategy> inner;
    for (const Precision precision : space.precision)
        for (const std::uint32_t zero : space.zero_stage)
            for (const bool sp : space.sequence_parallel)
                for (const bool gradient : space.overlap_gradient_reduce)
                    for (const bool gather : space.overlap_parameter_gather)
                        for (const bool p2p : space.overlap_p2p)
                            for (const bool tensor : space.overlap_tensor_parallel)
                                for (const bool flash : space.flash_attention)
                                    for (const bool offload : space.offload_optimizer) {
                                        Strategy s;
                                        s.precision = precision;
                                        s.zero_stage = static_cast<std::uint8_t>(zero);
                                        s.sequence_parallel = sp;
                                        s.overlap_gradient_reduce = gradient;
                                        s.overlap_parameter_gather = gather;
                                        s.overlap_p2p = p2p;
                                        s.overlap_tensor_parallel = tensor;
                                        s.flash_attention = flash;
                                        s.offload_optimizer = offload;
                                        inner.push_back(s);
                                    }
    std::vector<Strategy> plans;
    const auto interleaves = has(space.schedule, Schedule::one_f_one_b) || has(space.schedule, Schedule::interleaved);
    for (const std::uint32_t tensor : space.tensor) {
        for (const std::uint32_t pipeline : space.pipeline.empty() ? up_to(subject.gpus) : space.pipeline) {
            const std::uint32_t layers = (subject.layers + pipeline - 1) / pipeline;
            for (const std::uint32_t context : space.context) {
                if (subject.gpus % (tensor * pipeline * context) != 0 || layers * (pipeline - 1) >= subject.layers) {
                    continue;
                }
                const std::uint32_t data = subject.gpus / (tensor * pipeline * context);
                for (std::uint32_t expert = 1; expert <= std::max(subject.experts, 1U); ++expert) {
                    if (subject.experts > 0 && (subject.experts % expert != 0 || data * context % expert != 0))
                        continue;
                    if (subject.experts > 0 && !space.expert.empty() && !has(space.expert, expert)) continue;
                    for (const std::uint32_t v : up_to(layers)) {
                        if (v > 1 && (layers % v != 0 || pipeline == 1 || !interleaves)) continue;
                        if (v > 1 && !space.virtual_stages.empty() && !has(space.virtual_stages, v)) continue;
                        std::vector<Schedule> schedules{v > 1 ? Schedule::interleaved : Schedule::one_f_one_b};
                        if (v == 1 && pipeline > 1) {
                            schedules = space.schedule;
                            std::erase(schedules, Schedule::interleaved);
                        }
                        for (const Schedule schedule : schedules) {
                            for (const std::uint32_t micro_batch : space.micro_batch) {
                                Strategy s;
                                s.tensor = static_cast<std::uint16_t>(tensor);
                                s.pipeline = static_cast<std::uint16_t>(pipeline);
                                s.context = static_cast<std::uint16_t>(context);
                                s.data = data;
                                s.expert = static_cast<std::uint16_t>(expert);
                                s.virtual_stages = static_cast<std::uint16_t>(v);
                                s.schedule = schedule;
                                s.micro_batch = static_cast<std::uint16_t>(micro_batch);
                                std::vector<Strategy> outer;
                                for (const Recompute recompute : space.recompute) {
                                    s.recompute = recompute;
                                    s.recompute_method = RecomputeMethod::uniform;
                                    s.recompute_layers = 0;
                                    if (recompute != Recompute::full) {
                                        outer.push_back(s);
                                        continue;
                                    }
                                    for (const RecomputeMethod method : space.recompute_method) {
                                        s.recompute_method = method;
                                        const bool block = method == RecomputeMethod::block;
                                        for (const std::uint32_t n : up_to(layers / v)) {
                                            const bool listed =
                                                space.recompute_layers.empty()
                                                    ? !(block && n == layers / v &&
                                                        has(space.recompute_method, RecomputeMethod::uniform))
                                                    : has(space.recompute_layers, n);
                                            if (!listed) continue;
                                            s.recompute_layers = static_cast<std::uint16_t>(block ? n * v : n);
                                            outer.push_back(s);
                                        }
                                    }
                                }
                                for (const Strategy& o : outer) {
                                    for (Strategy plan : inner) {
                                        plan.tensor = o.tensor;
                                        plan.pipeline = o.pipeline;
                                        plan.context = o.context;
                                        plan.data = o.data;
                                        plan.expert = o.expert;
                                        plan.virtual_stages = o.virtual_stages;
                                        plan.schedule = o.schedule;
                                        plan.micro_batch = o.micro_batch;
                                        plan.recompute = o.recompute;
                                        plan.recompute_method = o.recompute_method;
                                        plan.recompute_layers = o.recompute_layers;
                                        plans.push_back(plan);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    return plans;
}

struct RandomCase {
    Space space;
    SearchSubject subject;
    SearchOptions options;
    RandomRules rules;
    RandomCost cost;

    explicit RandomCase(std::mt19937_64& random)
        : space(random_space(random)), subject(random_subject(random)), rules(random), cost(random) {
        options.keep = 1 + random() % 6;
        options.memory_limit_gib = static_cast<double>(random() % 30) - 3;
    }
    static SearchSubject random_subject(std::mt19937_64& random) {
        const std::array<std::uint32_t, 7> gpus{1, 4, 8, 12, 16, 24, 48};
        SearchSubject subject;
        subject.gpus = gpus.at(random() % gpus.size());
        subject.layers = static_cast<std::uint32_t>(1 + random() % 12);
        subject.experts = static_cast<std::uint32_t>(random() % 2 == 0 ? 0 : 1 + random() % 8);
        return subject;
    }
};

TEST(Search, two_thousand_random_spaces_give_the_answer_of_a_plain_enumeration) {
    std::mt19937_64 random(20260101);
    std::uint64_t with_plans = 0;
    std::uint64_t all = 0;
    std::uint64_t timed = 0;
    for (int trial = 0; trial < 2000; ++trial) {
        RandomCase c(random);
        // a plain enumeration: rules in turn, memory, time, and one sort
        std::uint64_t generated = 0;
        std::uint64_t after_rules = 0;
        std::vector<RankedPlan> ranked;
        for (const Strategy& plan : every_plan(c.space, c.subject)) {
            ++generated;
            bool dropped = false;
            for (std::size_t rule = 0; rule < c.rules.size() && !dropped; ++rule) dropped = c.rules.drops(rule, plan);
            if (dropped) continue;
            ++after_rules;
            const double peak = c.cost.peak_gib(plan);
            if (peak <= c.options.memory_limit_gib) ranked.push_back({plan, c.cost.seconds(plan), peak});
        }
        const std::uint64_t after_memory = ranked.size();
        std::sort(ranked.begin(), ranked.end());
        ranked.resize(std::min(ranked.size(), c.options.keep));

        const SearchResult brute = brute_force_search(c.space, c.subject, c.rules, c.cost, c.options);
        c.cost.timed = 0;
        const SearchResult exact = exact_search(c.space, c.subject, c.rules, c.cost, c.options);
        for (const SearchResult* result : {&brute, &exact}) {
            ASSERT_EQ(result->certificate.generated, generated) << trial;
            ASSERT_EQ(result->certificate.after_rules(), after_rules) << trial;
            ASSERT_EQ(result->certificate.after_memory(), after_memory) << trial;
            ASSERT_TRUE(result->certificate.adds_up()) << trial;
            ASSERT_EQ(result->best, ranked) << trial;
        }
        ASSERT_EQ(count_plans(c.space, c.subject), generated);
        ASSERT_EQ(exact.certificate.dropped_by_rule, brute.certificate.dropped_by_rule);
        ASSERT_EQ(exact.smallest_dropped_gib, brute.smallest_dropped_gib);
        ASSERT_EQ(exact.smallest_dropped, brute.smallest_dropped);
        ASSERT_EQ(exact.certificate.simulated, c.cost.timed);
        ASSERT_EQ(why_empty(exact).empty(), !ranked.empty());
        with_plans += ranked.empty() ? 0 : 1;
        all += after_memory;
        timed += exact.certificate.simulated;
    }
    EXPECT_GT(with_plans, 1000U);
    EXPECT_LT(with_plans, 1990U);
    EXPECT_GT(all, 1000000U);
    EXPECT_LT(timed, all / 2);  // the bounds do prune
}

TEST(Search, any_number_of_parts_gives_the_same_answer_and_counts) {
    std::mt19937_64 random(7);
    for (int trial = 0; trial < 150; ++trial) {
        RandomCase c(random);
        const SearchResult whole = exact_search(c.space, c.subject, c.rules, c.cost, c.options);
        for (const std::uint32_t parts : {1U, 2U, 3U, 7U}) {
            std::vector<SearchResult> results;
            double shared = std::numeric_limits<double>::infinity();
            SearchOptions options = c.options;
            options.exchange = [&](double mine) { return shared = std::min(shared, mine); };
            for (std::uint32_t part = parts; part-- > 0;) {
                results.push_back(search_part(c.space, c.subject, c.rules, c.cost, options, part, parts));
                EXPECT_TRUE(results.back().certificate.adds_up());
            }
            const SearchResult merged = merge(results);
            ASSERT_EQ(merged.best, whole.best) << trial << " in " << parts;
            EXPECT_TRUE(merged.certificate.adds_up());
            EXPECT_EQ(merged.certificate.generated, whole.certificate.generated);
            EXPECT_EQ(merged.certificate.dropped_by_rule, whole.certificate.dropped_by_rule);
            EXPECT_EQ(merged.certificate.dropped_by_memory, whole.certificate.dropped_by_memory);
            EXPECT_EQ(merged.smallest_dropped, whole.smallest_dropped);
        }
    }
}

struct NoRules : PlanRules {
    std::size_t size() const override { return 0; }
    std::string name(std::size_t) const override { return {}; }
    AxisSet reads(std::size_t) const override { return {}; }
    bool drops(std::size_t, const Strategy&) override { return false; }
};

TEST(Search, an_empty_space_names_what_emptied_it) {
    std::mt19937_64 random(1);
    RandomCost cost(random);
    NoRules no_rules;
    SearchOptions options;
    options.memory_limit_gib = -1;
    const SearchResult too_big = exact_search(Space{}, {8, 4, 0}, no_rules, cost, options);
    EXPECT_NE(why_empty(too_big).find("memory dropped the last"), std::string::npos) << why_empty(too_big);

    struct DropsAll : NoRules {
        std::size_t size() const override { return 1; }
        std::string name(std::size_t) const override { return "never"; }
        bool drops(std::size_t, const Strategy&) override { return true; }
    } drops_all;
    const SearchResult ruled_out = exact_search(Space{}, {8, 4, 0}, drops_all, cost, SearchOptions{});
    EXPECT_EQ(why_empty(ruled_out), "no plan of the 4 is left: rules dropped 4 ('never'); memory had none to drop");

    Space seven;
    seven.tensor = {7};
    EXPECT_NE(why_empty(exact_search(seven, {8, 4, 0}, no_rules, cost, SearchOptions{})).find("divides the GPUs"),
              std::string::npos);
}

}  // namespace
}  // namespace atl::plan
