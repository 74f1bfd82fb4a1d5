// SPDX-License-Identifier: Apache-2.0
// tsp_construct: tours and their proven lengths, the judge against forged answers, the driver against native tours.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "atoll/core/error.hpp"
#include "atoll/problems/program_problem.hpp"
#include "native_program.hpp"
#include "problems/metric.hpp"
#include "problems/program_answer.hpp"
#include "problems/tsp_tours.hpp"

namespace atl::problems {
namespace {

using testing::NativeProgram;

std::vector<TspInstance> instances_of(const Stage& stage) {
    const std::vector<double> numbers = numbers_of(stage.input).value();
    std::vector<TspInstance> instances(static_cast<std::size_t>(numbers.at(0)));
    std::size_t at = 1;
    for (TspInstance& instance : instances) {
        const auto count = static_cast<std::size_t>(numbers.at(at++));
        for (std::size_t i = 0; i < count; ++i) {
            instance.x.push_back(static_cast<std::int64_t>(std::ldexp(numbers.at(at++), TspInstance::grid_bits)));
            instance.y.push_back(static_cast<std::int64_t>(std::ldexp(numbers.at(at++), TspInstance::grid_bits)));
        }
    }
    EXPECT_EQ(at, numbers.size());
    return instances;
}

/// Tours of all instances, each turned so that it begins with node 0, as the driver leaves them.
template <class Construction>
std::string tours(const Stage& stage, Construction construct) {
    std::vector<double> nodes;
    for (const TspInstance& instance : instances_of(stage)) {
        Tour tour = construct(instance);
        std::rotate(tour.begin(), std::find(tour.begin(), tour.end(), std::size_t{0}), tour.end());
        nodes.insert(nodes.end(), tour.begin(), tour.end());
    }
    return bytes_of(nodes);
}

double metric(const Judgement& judgement, const std::string& name) {
    return atl::testing::metric(judgement.metrics, name);
}

class TspConstruct : public ::testing::Test {
protected:
    static void SetUpTestSuite() { problem = make_program_problem("tsp_construct").release(); }
    static void TearDownTestSuite() { delete problem; }

    template <class Construction>
    static Judgement judged(Construction construct, std::string_view set = open_instances) {
        std::vector<std::string> results;
        for (const Stage& each : problem->stages(set)) results.push_back(tours(each, construct));
        return problem->judge(set, results);
    }
    template <class Change>
    static Verdict forged(Change change) {
        std::vector<double> nodes =
            numbers_of(tours(problem->stages(open_instances).front(), nearest_neighbour_tour)).value();
        change(nodes);
        return problem->judge(open_instances, std::vector<std::string>{bytes_of(nodes)}).verdict;
    }

    static const ProgramProblem* problem;
};
const ProgramProblem* TspConstruct::problem = nullptr;

TEST_F(TspConstruct, judges_the_classical_constructions_by_their_own_lengths) {
    for (const std::string_view set : {open_instances, hidden_instances}) {
        const Judgement nearest = judged(nearest_neighbour_tour, set), greedy = judged(greedy_tour, set);
        ASSERT_TRUE(nearest.verdict.ok()) << nearest.verdict.text;
        ASSERT_TRUE(greedy.verdict.ok()) << greedy.verdict.text;
        EXPECT_NEAR(nearest.score.upper, metric(nearest, "nearest_neighbour_gap"), 1e-12);
        EXPECT_NEAR(greedy.score.upper, metric(greedy, "greedy_gap"), 1e-12);
        for (const Judgement& judgement : {nearest, greedy}) {
            EXPECT_LE(judgement.score.lower, judgement.score.upper);
            EXPECT_LT(judgement.score.upper - judgement.score.lower, 1e-12);
        }
        // about a quarter above the optimum for nearest neighbour, less for greedy (Johnson and McGeoch 1997)
        EXPECT_GT(nearest.score.lower, 0.12);
        EXPECT_LT(nearest.score.upper, 0.35);
        EXPECT_LT(greedy.score.upper, nearest.score.lower);
    }
}

TEST_F(TspConstruct, scores_its_own_reference_zero) {
    const Judgement judgement = judged(reference_tour);
    EXPECT_LE(judgement.score.lower, 0);
    EXPECT_GE(judgement.score.upper, 0);
    EXPECT_LT(judgement.score.upper, 1e-12);
}

TEST_F(TspConstruct, refuses_every_forged_answer_with_its_reason) {
    const auto reason = [&](auto change) {
        const Verdict verdict = forged(change);
        EXPECT_EQ(verdict.kind, VerdictKind::wrong);
        return verdict.reason;
    };
    EXPECT_TRUE(forged([](auto&) {}).ok());
    EXPECT_EQ(reason([](auto& nodes) { nodes.pop_back(); }), "wrong_length");
    EXPECT_EQ(reason([](auto& nodes) { nodes.push_back(0); }), "wrong_length");
    EXPECT_EQ(reason([](auto& nodes) { nodes[5] = nodes[4]; }), "node_twice");
    EXPECT_EQ(reason([](auto& nodes) { std::fill(nodes.begin(), nodes.end(), 0.0); }), "node_twice");
    for (const double bad : {std::nan(""), 0.5, -1.0, 50.0, 1e300, std::numeric_limits<double>::infinity()}) {
        EXPECT_EQ(reason([&](auto& nodes) { nodes[5] = bad; }), "no_node") << bad;
    }
    EXPECT_EQ(problem->judge(open_instances, {}).verdict.kind, VerdictKind::infrastructure);
    EXPECT_EQ(problem->judge(open_instances, std::vector<std::string>{"seven b"}).verdict.reason, "wrong_length");
}

TEST_F(TspConstruct, encloses_the_exact_length_of_a_tour) {
    using Wide = boost::multiprecision::cpp_int;
    RandomStream random(21, 0, 0, 0, StreamPurpose::test);
    for (int round = 0; round < 20; ++round) {
        const TspInstance instance = draw_tsp_instance(40, random);
        const Tour tour = nearest_neighbour_tour(instance);
        constexpr unsigned bits = 200;  // of each root after the point
        Wide lower = 0;
        for (std::size_t i = 0; i < tour.size(); ++i) {
            const std::size_t a = tour[i], b = tour[(i + 1) % tour.size()];
            const Wide dx = instance.x[a] - instance.x[b], dy = instance.y[a] - instance.y[b];
            lower += boost::multiprecision::sqrt(Wide(dx * dx + dy * dy) << (2 * bits));
        }
        const Wide upper = lower + static_cast<unsigned>(tour.size());
        const auto scaled = [&](double length) {  // in the units of `lower`
            return Wide(static_cast<long long>(std::ldexp(length, 52))) << (bits + TspInstance::grid_bits - 52);
        };
        const Score length = tour_length(instance, tour);
        ASSERT_GT(length.lower, 1);  // so that 52 bits after the point hold it
        EXPECT_LE(scaled(length.lower), upper);
        EXPECT_GE(scaled(length.upper), lower);
        EXPECT_LT(length.upper - length.lower, 1e-13);
    }
}

TEST_F(TspConstruct, finds_the_shortest_tour_of_small_instances) {
    RandomStream random(22, 0, 0, 0, StreamPurpose::test);
    int optimal = 0;
    for (int round = 0; round < 20; ++round) {
        const TspInstance instance = draw_tsp_instance(7, random);
        Tour tour(7);
        std::iota(tour.begin(), tour.end(), std::size_t{0});
        double best = std::numeric_limits<double>::infinity();
        do best = std::min(best, tour_length(instance, tour).lower);
        while (std::next_permutation(tour.begin() + 1, tour.end()));
        const Tour found = reference_tour(instance);
        EXPECT_TRUE(std::is_permutation(found.begin(), found.end(), tour.begin(), tour.end()));
        EXPECT_GE(tour_length(instance, found).upper, best);
        optimal += tour_length(instance, found).lower <= best + 1e-12;
    }
    EXPECT_GE(optimal, 15);
}

TEST_F(TspConstruct, hides_other_instances_than_it_shows) {
    const auto open = instances_of(problem->stages(open_instances).back());
    const auto hidden = instances_of(problem->stages(hidden_instances).back());
    ASSERT_EQ(open.size(), 80U);
    ASSERT_EQ(hidden.size(), 80U);
    for (const TspInstance& one : open) {
        for (const TspInstance& other : hidden) EXPECT_NE(one.x, other.x);
    }
}

TEST_F(TspConstruct, driver_with_the_initial_program_makes_nearest_neighbour_tours) {
    const NativeProgram program(problem->driver(), problem->initial_program());
    ASSERT_TRUE(program.built());
    std::vector<std::string> results;
    for (const Stage& each : problem->stages(open_instances)) {
        results.push_back(program.run(each.input));
        EXPECT_LE(results.back().size(), each.result_bytes);
        EXPECT_EQ(results.back(), tours(each, nearest_neighbour_tour));
    }
    EXPECT_TRUE(problem->judge(open_instances, results).verdict.ok());
}

TEST_F(TspConstruct, driver_leaves_a_choice_that_is_none_to_the_judge) {
    for (const auto& [choice, reason] :
         {std::pair{"n", "no_node"}, std::pair{"current", "node_twice"}, std::pair{"-3", "no_node"}}) {
        const NativeProgram program(problem->driver(),
                                    "long select_next(long current, long, const long*, long, const double*, long n) { "
                                    "(void)current; (void)n; return " +
                                        std::string(choice) + "; }");
        ASSERT_TRUE(program.built());
        const std::string result = program.run(problem->stages(open_instances).front().input);
        EXPECT_EQ(problem->judge(open_instances, std::vector<std::string>{result}).verdict.reason, reason) << choice;
    }
}

TEST_F(TspConstruct, takes_some_of_its_families) {
    const auto small = make_program_problem("tsp_construct", {"tsp50"});
    EXPECT_EQ(instances_of(small->stages(open_instances).back()).size(), 64U);
    EXPECT_THROW(make_program_problem("tsp_construct", {"tsp51"}), InputError);
}

}  // namespace
}  // namespace atl::problems
