// SPDX-License-Identifier: Apache-2.0
// 16 points in the plane with the smallest (largest distance / smallest distance)^2; a vector is 16 rows x, y.
#include <algorithm>
#include <cmath>
#include <limits>

#include "problems/exact.hpp"
#include "problems/problem_list.hpp"
#include "problems/vector_checks.hpp"

namespace atl::problems {
namespace {

constexpr std::uint32_t point_count = 16;
// Moves and starts think of a square of this side: the smallest distance is then about 1.
constexpr double box_side = 4;
// The ratio has no scale, so the judge takes any coordinates its integers can hold.
constexpr double largest_magnitude = 0x1p20;

double squared_distance(std::span<const double> x, std::size_t i, std::size_t j) {
    const double dx = x[2 * i] - x[2 * j], dy = x[2 * i + 1] - x[2 * j + 1];
    return dx * dx + dy * dy;
}

struct Extremes {
    double smallest = std::numeric_limits<double>::infinity();
    double largest = 0;
};

Extremes extremes_of(std::span<const double> x) {
    Extremes extremes;
    for (std::size_t i = 0; i < point_count; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double squared = squared_distance(x, i, j);
            extremes.smallest = std::min(extremes.smallest, squared);
            extremes.largest = std::max(extremes.largest, squared);
        }
    }
    return extremes;
}

// Variables: the coordinates and t; minimise t with every squared distance in [1, t].
QuadraticProgram make_program() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr std::uint32_t t = 2 * point_count;
    QuadraticProgram program;
    program.objective.assign(t + 1, 0.0);
    program.objective[t] = 1;
    program.lower.assign(t + 1, -infinity);
    program.upper.assign(t + 1, infinity);
    for (std::uint32_t i = 0; i < point_count; ++i) {
        for (std::uint32_t j = 0; j < i; ++j) {
            QuadraticConstraint at_least{-1, {}, {}}, at_most{0, {{t, 1}}, {}};
            for (std::uint32_t axis = 0; axis < 2; ++axis) {
                const std::uint32_t a = 2 * i + axis, b = 2 * j + axis;
                at_least.quadratic.insert(at_least.quadratic.end(), {{a, a, 1}, {b, b, 1}, {a, b, -2}});
                at_most.quadratic.insert(at_most.quadratic.end(), {{a, a, -1}, {b, b, -1}, {a, b, 2}});
            }
            program.constraints.push_back(std::move(at_least));
            program.constraints.push_back(std::move(at_most));
        }
    }
    return program;
}

class MinRatioPoints final : public VectorProblem {
public:
    std::string name() const override { return "min_ratio_2d_16"; }
    Direction direction() const override { return Direction::minimize; }
    std::span<const double> lower_bounds() const override { return lower_; }
    std::span<const double> upper_bounds() const override { return upper_; }
    std::optional<PublishedValue> best_known() const override {
        return PublishedValue{"best strictly verified", 12.889229907694, true,
                              "published points polished and checked in rational arithmetic by the authors of atoll"};
    }
    std::vector<PublishedValue> published() const override {
        return {{"FM Agent", 12.889230200762, true, "arXiv 2510.26144, the printed points"},
                {"AlphaEvolve", 12.88926611203463, true, "github.com/google-deepmind/alphaevolve_results"},
                {"CodeEvolve", 12.889237914647687, true, "github.com/inter-co/science-codeevolve"}};
    }
    Symmetry symmetry() const override { return {2, true}; }

    Judgement judge(std::span<const double> x) const override;
    double merit(std::span<const double> x) const override {
        const Extremes extremes = extremes_of(x);
        const double ratio = extremes.largest / extremes.smallest;
        return std::isfinite(ratio) ? ratio : std::numeric_limits<double>::max();
    }
    std::vector<double> random_vector(RandomStream& random) const override;
    bool make_feasible(std::span<double> x) const override;

    const QuadraticProgram* program() const override { return &program_; }
    std::vector<double> program_start(std::span<const double> x) const override;
    std::vector<double> program_result(std::span<const double> variables) const override;

    std::vector<std::string> move_names() const override { return {"relocate", "perturb"}; }
    std::vector<double> move(const std::string& name, std::span<const double> x, RandomStream& random) const override;
    std::optional<Figure> figure(std::span<const double> x) const override;

private:
    std::vector<double> lower_ = std::vector<double>(2 * point_count, 0.0);
    std::vector<double> upper_ = std::vector<double>(2 * point_count, box_side);
    QuadraticProgram program_ = make_program();
};

Judgement MinRatioPoints::judge(std::span<const double> x) const {
    if (auto refused = refuse_malformed(x, 2 * point_count)) return *refused;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::abs(x[i]) > largest_magnitude) {
            return wrong("out_of_bounds", "coordinate " + std::to_string(i) + " exceeds 2^20 in magnitude");
        }
    }
    const int exponent = common_exponent(x);
    const auto exact_squared_distance = [&](std::size_t i, std::size_t j) {
        const ExactInteger dx = scaled(x[2 * i], exponent) - scaled(x[2 * j], exponent);
        const ExactInteger dy = scaled(x[2 * i + 1], exponent) - scaled(x[2 * j + 1], exponent);
        return ExactInteger(dx * dx + dy * dy);
    };
    // A double squared distance is off by at most four roundings, or by underflow: only pairs that close to an extreme
    // can be the extreme itself.
    constexpr double slack = 16 * 0x1p-53, underflow = 1e-300;
    const Extremes rounded = extremes_of(x);
    ExactInteger smallest = -1, largest = 0;
    for (std::size_t i = 0; i < point_count; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double squared = squared_distance(x, i, j);
            const bool may_be_smallest = squared <= rounded.smallest * (1 + slack) + underflow;
            const bool may_be_largest = squared >= rounded.largest * (1 - slack) - underflow;
            if (!may_be_smallest && !may_be_largest) continue;
            const ExactInteger exact = exact_squared_distance(i, j);
            if (exact == 0) {
                return wrong("coincident_points",
                             "points " + std::to_string(j) + " and " + std::to_string(i) + " coincide");
            }
            if (may_be_smallest && (smallest < 0 || exact < smallest)) smallest = exact;
            if (may_be_largest && exact > largest) largest = exact;
        }
    }
    return {{}, enclose_ratio(largest, smallest), {}};
}

std::vector<double> MinRatioPoints::random_vector(RandomStream& random) const {
    std::vector<double> x(2 * point_count);
    for (double& value : x) value = random.uniform(0, box_side);
    return x;
}

bool MinRatioPoints::make_feasible(std::span<double> x) const { return judge(x).verdict.ok(); }

// Centred, and scaled to a largest distance a little above the best one known for a smallest of 1.
std::vector<double> MinRatioPoints::program_start(std::span<const double> x) const {
    constexpr double wanted_largest_squared = 13;
    const double largest = extremes_of(x).largest;
    const double scale = largest > 0 ? std::sqrt(wanted_largest_squared / largest) : 1;
    double centre[2] = {0, 0};
    for (std::size_t i = 0; i < x.size(); ++i) centre[i % 2] += x[i] / point_count;
    std::vector<double> variables(x.size() + 1, wanted_largest_squared);
    for (std::size_t i = 0; i < x.size(); ++i) variables[i] = scale * (x[i] - centre[i % 2]);
    return variables;
}

// Back into the box: shifted to its middle, and made smaller only where it would not fit.
std::vector<double> MinRatioPoints::program_result(std::span<const double> variables) const {
    std::vector<double> x(variables.begin(), variables.begin() + 2 * point_count);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        double low = x[axis], high = x[axis];
        for (std::size_t i = axis; i < x.size(); i += 2) {
            low = std::min(low, x[i]);
            high = std::max(high, x[i]);
        }
        for (std::size_t i = axis; i < x.size(); i += 2) x[i] -= (low + high) / 2;
    }
    double reach = 0;
    for (const double value : x) reach = std::max(reach, std::abs(value));
    const double scale = reach > box_side / 2 ? box_side / 2 / reach : 1;
    for (double& value : x) value = std::clamp(scale * value + box_side / 2, 0.0, box_side);
    return x;
}

std::vector<double> MinRatioPoints::move(const std::string& name, std::span<const double> x,
                                         RandomStream& random) const {
    std::vector<double> y(x.begin(), x.end());
    if (name == "relocate") {
        const std::size_t which = random.below(point_count), near = random.below(point_count);
        const double reach = std::sqrt(extremes_of(x).largest) / 3;
        for (std::size_t axis = 0; axis < 2; ++axis) y[2 * which + axis] = x[2 * near + axis] + reach * random.normal();
    } else if (name == "perturb") {
        const double step = random.uniform(0.02, 0.15) * std::sqrt(extremes_of(x).largest);
        for (double& value : y) value += step * random.normal();
    } else {
        return VectorProblem::move(name, x, random);
    }
    for (double& value : y) value = std::clamp(value, 0.0, box_side);
    return y;
}

std::optional<Figure> MinRatioPoints::figure(std::span<const double> x) const {
    if (!judge(x).verdict.ok()) return std::nullopt;
    constexpr double tied = 1e-9;  // relative, on squared distances
    const Extremes extremes = extremes_of(x);
    Figure figure;
    figure.draw_frame = false;
    figure.frame_left = figure.frame_right = x[0];
    figure.frame_bottom = figure.frame_top = x[1];
    for (std::uint32_t i = 0; i < point_count; ++i) {
        figure.shapes.push_back({x[2 * i], x[2 * i + 1], 0});
        figure.frame_left = std::min(figure.frame_left, x[2 * i]);
        figure.frame_right = std::max(figure.frame_right, x[2 * i]);
        figure.frame_bottom = std::min(figure.frame_bottom, x[2 * i + 1]);
        figure.frame_top = std::max(figure.frame_top, x[2 * i + 1]);
        for (std::uint32_t j = 0; j < i; ++j) {
            const double squared = squared_distance(x, i, j);
            if (squared <= extremes.smallest * (1 + tied) || squared >= extremes.largest * (1 - tied)) {
                figure.links.emplace_back(j, i);
            }
        }
    }
    return figure;
}

}  // namespace

std::unique_ptr<VectorProblem> make_min_ratio_2d_16() { return std::make_unique<MinRatioPoints>(); }

}  // namespace atl::problems
