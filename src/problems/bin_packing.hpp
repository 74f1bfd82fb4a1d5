// SPDX-License-Identifier: Apache-2.0
// Bin packing in whole numbers: lower bound, the two classical online heuristics, and the strict check of a packing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace atl::problems {

/// Items in order of arrival, each in 1 .. capacity.
struct BinPackingInstance {
    int capacity = 0;
    std::vector<int> items;
};

/// L2 of Martello and Toth (Knapsack Problems, 1990, section 8.3.2): the maximum over all 0 <= a <= capacity / 2 of
/// |J1| + |J2| + max(0, ceil((sum J3 - (|J2| capacity - sum J2)) / capacity)), where J1 are the items above
/// capacity - a, J2 those of the rest above capacity / 2, and J3 those of the rest of at least a.
std::int64_t martello_toth_l2(const BinPackingInstance& instance);

/// The bin of each item, numbered in order of opening. Best fit: the fullest bin with room; first fit: the earliest
/// opened one. Ties go to the earliest opened.
std::vector<int> best_fit(const BinPackingInstance& instance);
std::vector<int> first_fit(const BinPackingInstance& instance);

/// What is wrong with a packing: one of the reasons not_an_integer, unknown_bin, bin_out_of_order, bin_overfull.
struct PackingFault {
    std::string reason;
    std::string text;
};

/// `bins[i]` is where item i went. Sets `count` to the number of bins when there is no fault. Same length as the items.
std::optional<PackingFault> find_fault(const BinPackingInstance& instance, std::span<const double> bins,
                                       std::int64_t& count);

}  // namespace atl::problems
