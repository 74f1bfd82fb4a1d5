// SPDX-License-Identifier: Apache-2.0
// Counts of items by size, bins by what remains in them: all in whole numbers.
#include "problems/bin_packing.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>

namespace atl::problems {
namespace {

/// Bins by remaining capacity, the earliest opened first.
class OpenBins {
public:
    explicit OpenBins(int capacity) : by_remaining_(static_cast<std::size_t>(capacity) + 1) {}

    bool any(int remaining) const { return !at(remaining).empty(); }
    int earliest(int remaining) const { return at(remaining).top(); }

    /// Puts the item into the earliest bin with `remaining` left, or into a new one.
    int place(int item, std::optional<int> remaining) {
        int bin = opened_;
        if (remaining) {
            bin = earliest(*remaining);
            at(*remaining).pop();
        } else {
            ++opened_;
        }
        at(remaining.value_or(static_cast<int>(by_remaining_.size()) - 1) - item).push(bin);
        return bin;
    }

private:
    using Bins = std::priority_queue<int, std::vector<int>, std::greater<>>;
    Bins& at(int remaining) { return by_remaining_[static_cast<std::size_t>(remaining)]; }
    const Bins& at(int remaining) const { return by_remaining_[static_cast<std::size_t>(remaining)]; }

    std::vector<Bins> by_remaining_;
    int opened_ = 0;
};

std::string number_text(double value) {
    return std::abs(value) < 1e15 ? std::to_string(std::llround(value)) : std::string(value < 0 ? "-" : "") + "1e15...";
}

}  // namespace

std::int64_t martello_toth_l2(const BinPackingInstance& instance) {
    const int capacity = instance.capacity;
    std::vector<std::int64_t> count(static_cast<std::size_t>(capacity) + 1);
    for (const int item : instance.items) ++count[static_cast<std::size_t>(item)];
    std::int64_t bound = 0;
    for (int a = 0; 2 * a <= capacity; ++a) {
        std::int64_t huge = 0, large = 0, large_sum = 0, small_sum = 0;
        for (int size = std::max(a, 1); size <= capacity; ++size) {
            const std::int64_t here = count[static_cast<std::size_t>(size)];
            if (size > capacity - a) {
                huge += here;
            } else if (2 * size > capacity) {
                large += here;
                large_sum += here * size;
            } else {
                small_sum += here * size;
            }
        }
        const std::int64_t left_over = small_sum - (large * capacity - large_sum);
        const std::int64_t more = left_over > 0 ? (left_over + capacity - 1) / capacity : 0;
        bound = std::max(bound, huge + large + more);
    }
    return bound;
}

std::vector<int> best_fit(const BinPackingInstance& instance) {
    OpenBins bins(instance.capacity);
    std::vector<int> packing;
    packing.reserve(instance.items.size());
    for (const int item : instance.items) {
        int remaining = item;
        while (remaining < instance.capacity && !bins.any(remaining)) ++remaining;
        packing.push_back(bins.place(item, remaining < instance.capacity ? std::optional(remaining) : std::nullopt));
    }
    return packing;
}

std::vector<int> first_fit(const BinPackingInstance& instance) {
    OpenBins bins(instance.capacity);
    std::vector<int> packing;
    packing.reserve(instance.items.size());
    for (const int item : instance.items) {
        std::optional<int> first;
        for (int remaining = item; remaining < instance.capacity; ++remaining) {
            if (bins.any(remaining) && (!first || bins.earliest(remaining) < bins.earliest(*first))) first = remaining;
        }
        packing.push_back(bins.place(item, first));
    }
    return packing;
}

std::optional<PackingFault> find_fault(const BinPackingInstance& instance, std::span<const double> bins,
                                       std::int64_t& count) {
    std::vector<int> used;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const std::string item = "item " + std::to_string(i);
        if (!(std::trunc(bins[i]) == bins[i]) || std::isinf(bins[i])) {
            return PackingFault{"not_an_integer", item + " has no whole number as its bin"};
        }
        if (bins[i] < 0 || bins[i] >= static_cast<double>(bins.size())) {
            return PackingFault{"unknown_bin", item + " is in bin " + number_text(bins[i]) + ", which can not exist"};
        }
        const auto bin = static_cast<std::size_t>(bins[i]);
        if (bin > used.size()) {
            return PackingFault{"bin_out_of_order", item + " opens bin " + std::to_string(bin) + " while only " +
                                                        std::to_string(used.size()) + " are open"};
        }
        if (bin == used.size()) used.push_back(0);
        used[bin] += instance.items[i];
        if (used[bin] > instance.capacity) {
            return PackingFault{"bin_overfull", item + " fills bin " + std::to_string(bin) + " to " +
                                                    std::to_string(used[bin]) + " of " +
                                                    std::to_string(instance.capacity)};
        }
    }
    count = static_cast<std::int64_t>(used.size());
    return std::nullopt;
}

}  // namespace atl::problems
