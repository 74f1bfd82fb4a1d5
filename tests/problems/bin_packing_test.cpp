// SPDX-License-Identifier: Apache-2.0
// The lower bound against brute force, the heuristics against their definitions, the families against their moments.
#include "problems/bin_packing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "problems/bin_packing_families.hpp"

namespace atl::problems {
namespace {

int bins_of(const std::vector<int>& packing) { return *std::max_element(packing.begin(), packing.end()) + 1; }

/// The fewest bins, by trying every item in every open bin and in a new one.
void search(const BinPackingInstance& instance, std::size_t item, std::vector<int>& used, std::size_t& best) {
    if (used.size() >= best) return;
    if (item == instance.items.size()) {
        best = used.size();
        return;
    }
    const int size = instance.items[item];
    for (std::size_t bin = 0; bin < used.size(); ++bin) {
        if (used[bin] + size > instance.capacity) continue;
        used[bin] += size;
        search(instance, item + 1, used, best);
        used[bin] -= size;
    }
    used.push_back(size);
    search(instance, item + 1, used, best);
    used.pop_back();
}

std::int64_t optimum(const BinPackingInstance& instance) {
    std::vector<int> used;
    std::size_t best = instance.items.size() + 1;
    search(instance, 0, used, best);
    return static_cast<std::int64_t>(best);
}

/// The definition, bin by bin.
std::vector<int> place_by(const BinPackingInstance& instance, bool fullest) {
    std::vector<int> remaining, packing;
    for (const int item : instance.items) {
        std::size_t chosen = remaining.size();
        for (std::size_t bin = 0; bin < remaining.size(); ++bin) {
            if (remaining[bin] < item) continue;
            if (chosen == remaining.size() || (fullest && remaining[bin] < remaining[chosen])) chosen = bin;
        }
        if (chosen == remaining.size()) remaining.push_back(instance.capacity);
        remaining[chosen] -= item;
        packing.push_back(static_cast<int>(chosen));
    }
    return packing;
}

TEST(BinPacking, lower_bound_lies_between_the_filled_bins_and_the_optimum) {
    RandomStream random(11, 0, 0, 0, StreamPurpose::test);
    int reached = 0, above_volume = 0;
    for (int round = 0; round < 400; ++round) {
        BinPackingInstance instance{5 + static_cast<int>(random.below(30)), {}};
        const std::uint64_t count = 1 + random.below(9);
        for (std::uint64_t i = 0; i < count; ++i) {
            instance.items.push_back(1 + static_cast<int>(random.below(static_cast<std::uint64_t>(instance.capacity))));
        }
        const std::int64_t sum = std::accumulate(instance.items.begin(), instance.items.end(), 0);
        const std::int64_t volume = (sum + instance.capacity - 1) / instance.capacity;
        const std::int64_t bound = martello_toth_l2(instance), best = optimum(instance);
        EXPECT_LE(bound, best);
        EXPECT_GE(bound, volume);
        reached += bound == best;
        above_volume += bound > volume;
    }
    EXPECT_GT(reached, 300);
    EXPECT_GT(above_volume, 50);
}

TEST(BinPacking, lower_bound_of_an_instance_worked_by_hand) {
    // capacity 10: a = 4 counts 7 and 8 (nothing of 4 fits), and 6 with a 4 in its bin: 3 bins, then 4 + 4 more: 4 bins
    EXPECT_EQ(martello_toth_l2({10, {7, 8, 6, 4, 4, 4}}), 4);
    EXPECT_EQ(martello_toth_l2({10, {6, 6, 6}}), 3);
    EXPECT_EQ(martello_toth_l2({10, {1}}), 1);
    EXPECT_EQ(martello_toth_l2({9, {9, 5, 4, 4}}), 3);
}

TEST(BinPacking, heuristics_place_every_item_as_their_definitions_say) {
    for (const BinPackingFamily& family : bin_packing_families()) {
        RandomStream random(12, 0, 0, 0, StreamPurpose::test);
        const BinPackingInstance instance = draw_instance(family, 700, random);
        EXPECT_EQ(best_fit(instance), place_by(instance, true)) << family.name;
        EXPECT_EQ(first_fit(instance), place_by(instance, false)) << family.name;
        EXPECT_GE(bins_of(best_fit(instance)), martello_toth_l2(instance));
    }
}

TEST(BinPacking, families_have_the_moments_of_their_distributions) {
    constexpr int draws = 200000;
    for (const BinPackingFamily& family : bin_packing_families()) {
        RandomStream random(13, 0, 0, 0, StreamPurpose::test);
        double sum = 0, squares = 0;
        int smallest = family.capacity, largest = 0;
        for (int i = 0; i < draws; ++i) {
            const int item = draw_item(family, random);
            sum += item;
            squares += static_cast<double>(item) * item;
            smallest = std::min(smallest, item);
            largest = std::max(largest, item);
        }
        const double mean = sum / draws, deviation = std::sqrt(squares / draws - mean * mean);
        const bool uniform = family.sizes == BinPackingFamily::Sizes::uniform_20_to_100;
        // Weibull: 45 Gamma(4/3), 45 sqrt(Gamma(5/3) - Gamma(4/3)^2); less than 2e-5 lie above 100
        const double expected_mean = uniform ? 60 : 45 * std::tgamma(4.0 / 3);
        const double expected_deviation =
            uniform ? std::sqrt((81.0 * 81 - 1) / 12)
                    : std::sqrt(45.0 * 45 * (std::tgamma(5.0 / 3) - std::pow(std::tgamma(4.0 / 3), 2)) + 1.0 / 12);
        EXPECT_NEAR(mean, expected_mean, 5 * expected_deviation / std::sqrt(draws)) << family.name;
        EXPECT_NEAR(deviation, expected_deviation, 0.01 * expected_deviation) << family.name;
        EXPECT_GE(smallest, uniform ? 20 : 1);
        EXPECT_EQ(largest, 100);
    }
}

TEST(BinPacking, families_have_the_sizes_of_the_literature) {
    const auto& families = bin_packing_families();
    ASSERT_EQ(families.size(), 5U);
    const int items[] = {120, 250, 500, 1000, 5000};
    for (std::size_t i = 0; i < families.size(); ++i) {
        EXPECT_EQ(families[i].items, items[i]);
        EXPECT_EQ(families[i].capacity, i < 4 ? 150 : 100);
        EXPECT_EQ(families[i].instances, i < 4 ? 20 : 5);
    }
}

TEST(BinPacking, an_empty_packing_has_no_bins_and_no_fault) {
    std::int64_t count = -1;
    EXPECT_FALSE(find_fault({10, {}}, {}, count));
    EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace atl::problems
