// SPDX-License-Identifier: Apache-2.0
// Squared distances are whole numbers below 2^41, so that a square root is rounded once and in one known way.
#include "problems/tsp_tours.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace atl::problems {
namespace {

// An improvement smaller than this is rounding.
constexpr double least_gain = 1e-12;

class Matrix {
public:
    explicit Matrix(const TspInstance& instance) : size_(instance.size()), values_(size_ * size_) {
        for (std::size_t i = 0; i < size_; ++i) {
            for (std::size_t j = 0; j < size_; ++j) values_[i * size_ + j] = instance.distance(i, j);
        }
    }
    double operator()(std::size_t i, std::size_t j) const { return values_[i * size_ + j]; }

private:
    std::size_t size_;
    std::vector<double> values_;
};

// Reverses tour[i + 1 .. j] wherever that makes the tour shorter; true when it did.
bool two_opt(const Matrix& distance, Tour& tour) {
    bool improved = false;
    const std::size_t n = tour.size();
    for (std::size_t i = 0; i + 2 < n; ++i) {
        for (std::size_t j = i + 2; j < n; ++j) {
            const std::size_t after = tour[(j + 1) % n];
            if (after == tour[i]) continue;
            const double gain = distance(tour[i], tour[i + 1]) + distance(tour[j], after) - distance(tour[i], tour[j]) -
                                distance(tour[i + 1], after);
            if (gain <= least_gain) continue;
            std::reverse(tour.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                         tour.begin() + static_cast<std::ptrdiff_t>(j) + 1);
            improved = true;
        }
    }
    return improved;
}

// Moves the first `length` nodes of `tour` to where they cost least; true when that is elsewhere.
bool move_head(const Matrix& distance, Tour& tour, std::size_t length) {
    const std::size_t n = tour.size();
    const std::size_t head = tour[0], tail = tour[length - 1], before = tour[n - 1], behind = tour[length];
    const double saved = distance(before, head) + distance(tail, behind) - distance(before, behind);
    double best_gain = least_gain;
    std::size_t best_place = 0;
    bool best_turned = false;
    for (std::size_t place = length; place + 1 < n; ++place) {
        const std::size_t a = tour[place], b = tour[place + 1];
        const double edge = distance(a, b);
        const double straight = saved + edge - distance(a, head) - distance(tail, b);
        const double turned = saved + edge - distance(a, tail) - distance(head, b);
        if (std::max(straight, turned) <= best_gain) continue;
        best_gain = std::max(straight, turned);
        best_place = place;
        best_turned = turned > straight;
    }
    if (best_place == 0) return false;
    const auto segment = tour.begin() + static_cast<std::ptrdiff_t>(length);
    if (best_turned) std::reverse(tour.begin(), segment);
    std::rotate(tour.begin(), segment, tour.begin() + static_cast<std::ptrdiff_t>(best_place) + 1);
    return true;
}

bool or_opt(const Matrix& distance, Tour& tour) {
    bool improved = false;
    for (const std::size_t length : {1, 2, 3}) {
        for (std::size_t turn = 0; turn < tour.size(); ++turn) {
            while (length + 2 < tour.size() && move_head(distance, tour, length)) improved = true;
            std::rotate(tour.begin(), tour.begin() + 1, tour.end());
        }
    }
    return improved;
}

std::size_t root_of(std::vector<std::size_t>& parents, std::size_t node) {
    while (parents[node] != node) node = parents[node] = parents[parents[node]];
    return node;
}

}  // namespace

double TspInstance::distance(std::size_t i, std::size_t j) const {
    const std::int64_t dx = x[i] - x[j], dy = y[i] - y[j];
    return std::ldexp(std::sqrt(static_cast<double>(dx * dx + dy * dy)), -grid_bits);
}

TspInstance draw_tsp_instance(std::size_t nodes, RandomStream& random) {
    TspInstance instance;
    for (std::size_t i = 0; i < nodes; ++i) {
        instance.x.push_back(static_cast<std::int64_t>(random.below(1U << TspInstance::grid_bits)));
        instance.y.push_back(static_cast<std::int64_t>(random.below(1U << TspInstance::grid_bits)));
    }
    return instance;
}

// Every rounded distance is below 2 and off by at most 2^-53, so that in units of 2^-52 one step either way of its
// whole part contains the exact one; the sums of these are exact.
Score tour_length(const TspInstance& instance, const Tour& tour) {
    constexpr int unit = -52;
    std::int64_t lower = 0, upper = 0;
    for (std::size_t i = 0; i < tour.size(); ++i) {
        const double length = std::ldexp(instance.distance(tour[i], tour[(i + 1) % tour.size()]), -unit);
        if (length == 0) continue;
        lower += static_cast<std::int64_t>(std::floor(length)) - 1;
        upper += static_cast<std::int64_t>(std::ceil(length)) + 1;
    }
    const auto down = [](std::int64_t sum) {
        const double rounded = static_cast<double>(sum);
        return static_cast<std::int64_t>(rounded) <= sum
                   ? rounded
                   : std::nextafter(rounded, -std::numeric_limits<double>::infinity());
    };
    return {std::ldexp(down(lower), unit), std::ldexp(-down(-upper), unit)};
}

Tour nearest_neighbour_tour(const TspInstance& instance) {
    Tour tour(instance.size());
    std::iota(tour.begin(), tour.end(), std::size_t{0});
    for (std::size_t i = 1; i + 1 < tour.size(); ++i) {
        const auto from = tour.begin() + static_cast<std::ptrdiff_t>(i);
        const auto nearest = std::min_element(from, tour.end(), [&](std::size_t a, std::size_t b) {
            return std::tuple(instance.distance(tour[i - 1], a), a) < std::tuple(instance.distance(tour[i - 1], b), b);
        });
        std::iter_swap(from, nearest);
    }
    return tour;
}

Tour greedy_tour(const TspInstance& instance) {
    const std::size_t n = instance.size();
    std::vector<std::tuple<double, std::size_t, std::size_t>> edges;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j) edges.emplace_back(instance.distance(i, j), j, i);
    }
    std::sort(edges.begin(), edges.end());
    std::vector<std::vector<std::size_t>> neighbours(n);
    std::vector<std::size_t> parents(n);
    std::iota(parents.begin(), parents.end(), std::size_t{0});
    for (const auto& [length, i, j] : edges) {
        if (neighbours[i].size() == 2 || neighbours[j].size() == 2) continue;
        const std::size_t a = root_of(parents, i), b = root_of(parents, j);
        if (a == b) continue;
        parents[a] = b;
        neighbours[i].push_back(j);
        neighbours[j].push_back(i);
    }
    // one path is left: walk it from an end
    std::size_t node = 0;
    while (node + 1 < n && neighbours[node].size() == 2) ++node;
    Tour tour{node};
    while (tour.size() < n) {
        const std::size_t last = tour.back();
        const bool came_from_first = tour.size() > 1 && neighbours[last][0] == tour[tour.size() - 2];
        tour.push_back(neighbours[last][came_from_first ? 1 : 0]);
    }
    return tour;
}

Tour reference_tour(const TspInstance& instance) {
    const Matrix distance(instance);
    Tour tour = nearest_neighbour_tour(instance);
    for (bool improved = true; improved;) {
        improved = two_opt(distance, tour);
        improved = or_opt(distance, tour) || improved;
    }
    return tour;
}

}  // namespace atl::problems
