// SPDX-License-Identifier: Apache-2.0
// Crossover that keeps groups of coordinates whole.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "evolve/operators/mutation.hpp"

namespace atl::evolve {
namespace {

/// Signed distance of a group from a line through (through_x, through_y) with normal direction `angle`; groups are
/// placed by their first two coordinates (a single one lies on the x axis).
struct Cut {
    double normal_x = 0, normal_y = 0, offset = 0;
    double side(std::span<const double> x, std::size_t group, std::size_t group_size) const {
        const double second = group_size > 1 ? x[group * group_size + 1] : 0;
        return normal_x * x[group * group_size] + normal_y * second - offset;
    }
};

/// Cut and splice (Deaven and Ho 1995, for clusters): the first parent's groups with the largest side values, then the
/// second's with the smallest, so that the child always has as many groups as they have.
std::vector<double> cut_and_splice(std::span<const double> a, std::span<const double> b, std::size_t group_size,
                                   RandomStream& random) {
    const std::size_t groups = a.size() / group_size;
    const std::size_t centre = random.below(groups);
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    Cut cut;
    cut.normal_x = group_size > 1 ? std::cos(angle) : (angle < std::numbers::pi ? 1.0 : -1.0);
    cut.normal_y = group_size > 1 ? std::sin(angle) : 0.0;
    cut.offset = cut.side(a, centre, group_size);

    const auto order_by_side = [&](std::span<const double> x) {
        std::vector<std::pair<double, std::size_t>> order(groups);
        for (std::size_t g = 0; g < groups; ++g) order[g] = {cut.side(x, g, group_size), g};
        std::sort(order.begin(), order.end());
        return order;
    };
    const auto order_a = order_by_side(a);
    const auto order_b = order_by_side(b);
    const auto from_b = static_cast<std::size_t>(
        std::count_if(order_a.begin(), order_a.end(), [](const auto& each) { return each.first < 0; }));

    std::vector<double> child(a.begin(), a.end());
    for (std::size_t place = 0; place < groups; ++place) {
        const bool take_b = place < from_b;
        const auto source = take_b ? b : a;
        const std::size_t group = take_b ? order_b[place].second : order_a[place].second;
        std::copy_n(source.begin() + static_cast<std::ptrdiff_t>(group * group_size), group_size,
                    child.begin() + static_cast<std::ptrdiff_t>(place * group_size));
    }
    return child;
}

}  // namespace

Offspring crossover(const OperatorInput& input) {
    const auto symmetry = input.problem.symmetry();
    const std::size_t group_size = std::max<std::size_t>(1, symmetry.group_size);
    const auto a = input.parents[0];
    const auto b = input.parents[1];
    if (symmetry.groups_are_interchangeable && a.size() >= 2 * group_size) {
        return {cut_and_splice(a, b, group_size, input.random), 0};
    }
    std::vector<double> child(a.begin(), a.end());
    const std::size_t groups = child.size() / group_size;
    for (std::size_t g = 0; g < groups; ++g) {
        if (input.random.uniform() < 0.5) continue;
        for (std::size_t k = 0; k < group_size; ++k) child[g * group_size + k] = b[g * group_size + k];
    }
    return {std::move(child), 0};
}

}  // namespace atl::evolve
