// SPDX-License-Identifier: Apache-2.0
// n circles in the unit square that do not overlap, with the largest sum of radii; a vector is n rows x, y, r.
#include <algorithm>
#include <array>
#include <cmath>

#include "problems/circle_geometry.hpp"
#include "problems/exact.hpp"
#include "problems/problem_list.hpp"
#include "problems/vector_checks.hpp"

namespace atl::problems {
namespace {

std::string number_text(double value) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.3g", value);
    return buffer.data();
}

Circle circle_at(std::span<const double> x, std::size_t i) { return {x[3 * i], x[3 * i + 1], x[3 * i + 2]}; }

QuadraticProgram make_program(std::uint32_t count) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    QuadraticProgram program;
    program.objective.assign(3 * count, 0.0);
    program.lower.assign(3 * count, -infinity);
    program.upper.assign(3 * count, infinity);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t radius = 3 * i + 2;
        program.objective[radius] = -1;
        program.lower[radius] = 0;
        for (std::uint32_t axis = 0; axis < 2; ++axis) {
            program.constraints.push_back({0, {{3 * i + axis, 1}, {radius, -1}}, {}});
            program.constraints.push_back({1, {{3 * i + axis, -1}, {radius, -1}}, {}});
        }
        for (std::uint32_t j = 0; j < i; ++j) {
            QuadraticConstraint apart;
            for (std::uint32_t column = 0; column < 3; ++column) {
                const std::uint32_t a = 3 * i + column, b = 3 * j + column;
                const double sign = column < 2 ? 1 : -1;
                apart.quadratic.insert(apart.quadratic.end(), {{a, a, sign}, {b, b, sign}});
                apart.quadratic.push_back({a, b, -2});
            }
            program.constraints.push_back(std::move(apart));
        }
    }
    return program;
}

class CirclesInSquare final : public VectorProblem {
public:
    CirclesInSquare(std::uint32_t count, PublishedValue best, std::vector<PublishedValue> published)
        : count_(count),
          best_(std::move(best)),
          published_(std::move(published)),
          lower_(3 * count, 0.0),
          upper_(3 * count, 1.0),
          program_(make_program(count)) {
        for (std::uint32_t i = 0; i < count; ++i) upper_[3 * i + 2] = 0.5;
    }

    std::string name() const override { return "circles_" + std::to_string(count_); }
    Direction direction() const override { return Direction::maximize; }
    std::span<const double> lower_bounds() const override { return lower_; }
    std::span<const double> upper_bounds() const override { return upper_; }
    std::optional<PublishedValue> best_known() const override { return best_; }
    std::vector<PublishedValue> published() const override { return published_; }
    Symmetry symmetry() const override { return {3, true}; }
    const QuadraticProgram* program() const override { return &program_; }

    Judgement judge(std::span<const double> x) const override;
    double merit(std::span<const double> x) const override;
    std::vector<double> random_vector(RandomStream& random) const override;
    bool make_feasible(std::span<double> x) const override;
    std::vector<std::string> move_names() const override { return {"relocate", "reinsert", "perturb", "swap"}; }
    std::vector<double> move(const std::string& name, std::span<const double> x, RandomStream& random) const override;
    std::optional<Figure> figure(std::span<const double> x) const override;

private:
    double typical_spacing() const { return 1 / std::sqrt(static_cast<double>(count_)); }
    void insert_into_hole(std::span<double> x, std::size_t which, std::uint64_t tries, RandomStream& random) const;

    std::uint32_t count_;
    PublishedValue best_;
    std::vector<PublishedValue> published_;
    std::vector<double> lower_, upper_;
    QuadraticProgram program_;
};

Judgement CirclesInSquare::judge(std::span<const double> x) const {
    if (auto refused = refuse_malformed(x, 3 * count_)) return *refused;
    for (std::size_t i = 0; i < count_; ++i) {
        const Circle circle = circle_at(x, i);
        const std::string who = "circle " + std::to_string(i);
        if (circle.radius < 0) return wrong("negative_radius", who + " has radius " + number_text(circle.radius));
        for (const double centre : {circle.x, circle.y}) {
            if (circle.radius > centre || exceeds_one(centre, circle.radius)) {
                const double by = std::max(circle.radius - centre, circle.radius - (1 - centre));
                return wrong("outside_square", who + " leaves the unit square by " + number_text(by));
            }
        }
    }
    for (std::size_t i = 0; i < count_; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const Circle a = circle_at(x, j), b = circle_at(x, i);
            const double gap = squared_gap(a, b);
            if (gap < 0) {
                const double by = -gap / (a.radius + b.radius + std::hypot(a.x - b.x, a.y - b.y));
                return wrong("circles_overlap", "circles " + std::to_string(j) + " and " + std::to_string(i) +
                                                    " overlap by " + number_text(by));
            }
        }
    }
    const int exponent = common_exponent(x);
    ExactInteger sum = 0;
    for (std::size_t i = 0; i < count_; ++i) sum += scaled(x[3 * i + 2], exponent);
    return {{}, enclose(sum, exponent), {}};
}

// The sum of radii, less twice the depth of every overlap: twice is above any multiplier of an optimum.
double CirclesInSquare::merit(std::span<const double> x) const {
    constexpr double penalty = 2;
    double sum = 0, depth = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        const Circle a = circle_at(x, i);
        sum += a.radius;
        for (const double centre : {a.x, a.y}) {
            depth += std::max(0.0, a.radius - centre) + std::max(0.0, a.radius - (1 - centre));
        }
        for (std::size_t j = 0; j < i; ++j) {
            const Circle b = circle_at(x, j);
            const double dx = a.x - b.x, dy = a.y - b.y, reach = a.radius + b.radius;
            const double squared = dx * dx + dy * dy;
            if (squared < reach * reach) depth += reach - std::sqrt(squared);
        }
    }
    return sum - penalty * depth;
}

// Many small circles: the local optimiser lets them grow until they jam.
std::vector<double> CirclesInSquare::random_vector(RandomStream& random) const {
    const double radius = 0.1 * typical_spacing();
    std::vector<double> x(3 * count_);
    for (std::size_t i = 0; i < count_; ++i) {
        x[3 * i] = random.uniform(radius, 1 - radius);
        x[3 * i + 1] = random.uniform(radius, 1 - radius);
        x[3 * i + 2] = radius;
    }
    return x;
}

bool CirclesInSquare::make_feasible(std::span<double> x) const {
    if (refuse_malformed(x, 3 * count_)) return false;
    for (std::size_t i = 0; i < count_; ++i) {
        for (std::size_t axis = 0; axis < 2; ++axis) x[3 * i + axis] = std::clamp(x[3 * i + axis], 0.0, 1.0);
        const double room = std::min(room_to_walls(x[3 * i]), room_to_walls(x[3 * i + 1]));
        x[3 * i + 2] = std::clamp(x[3 * i + 2], 0.0, room);
    }
    for (std::size_t i = 0; i < count_; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            for (;;) {
                const Circle a = circle_at(x, i), b = circle_at(x, j);
                const double gap = squared_gap(a, b);
                if (gap >= 0) break;
                const double distance = std::hypot(a.x - b.x, a.y - b.y), reach = a.radius + b.radius;
                const double excess = -gap / (reach + distance);
                if (excess > 1e-9 * reach) {  // a real overlap: both shrink in proportion
                    const double share = std::max(0.0, (reach - excess) / reach) * (1 - 0x1p-50);
                    x[3 * i + 2] *= share;
                    x[3 * j + 2] *= share;
                    if (excess >= reach) x[3 * i + 2] = 0;  // one centre: the first one keeps what it has
                } else {                                    // rounding: the larger one gives way
                    double& radius = x[3 * (a.radius > b.radius ? i : j) + 2];
                    radius = std::min(std::nextafter(radius, 0.0), radius - excess);
                }
            }
        }
    }
    return true;
}

// The circle's centre goes to the roomiest of `tries` random places, its radius to what fits there.
void CirclesInSquare::insert_into_hole(std::span<double> x, std::size_t which, std::uint64_t tries,
                                       RandomStream& random) const {
    double best_room = -1;
    for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
        const double px = random.uniform(), py = random.uniform();
        double room = std::min({px, py, 1 - px, 1 - py});
        for (std::size_t j = 0; j < count_; ++j) {
            const Circle other = circle_at(x, j);
            if (j != which && other.radius > 0) {
                room = std::min(room, std::hypot(px - other.x, py - other.y) - other.radius);
            }
        }
        if (attempt > 0 && room <= best_room) continue;
        best_room = room;
        x[3 * which] = px;
        x[3 * which + 1] = py;
    }
    x[3 * which + 2] = std::clamp(best_room, 0.02 * typical_spacing(), 0.5);
}

std::vector<double> CirclesInSquare::move(const std::string& name, std::span<const double> x,
                                          RandomStream& random) const {
    std::vector<double> y(x.begin(), x.end());
    if (name == "relocate") {
        insert_into_hole(y, random.below(count_), 1, random);
    } else if (name == "reinsert") {
        std::vector<std::size_t> removed(1 + random.below(3));
        for (std::size_t& which : removed) {
            which = random.below(count_);
            y[3 * which + 2] = 0;
        }
        const std::uint64_t tries = 1 + random.below(30);
        for (const std::size_t which : removed) insert_into_hole(y, which, tries, random);
    } else if (name == "perturb") {
        const double step = random.uniform(0.05, 0.3) * typical_spacing();
        for (std::size_t i = 0; i < count_; ++i) {
            y[3 * i] = std::clamp(y[3 * i] + step * random.normal(), 0.0, 1.0);
            y[3 * i + 1] = std::clamp(y[3 * i + 1] + step * random.normal(), 0.0, 1.0);
            y[3 * i + 2] *= 0.9;
        }
    } else if (name == "swap") {
        std::swap(y[3 * random.below(count_) + 2], y[3 * random.below(count_) + 2]);
    } else {
        return VectorProblem::move(name, x, random);
    }
    return y;
}

std::optional<Figure> CirclesInSquare::figure(std::span<const double> x) const {
    if (refuse_malformed(x, 3 * count_)) return std::nullopt;
    constexpr double touching = 1e-9;
    Figure figure;
    for (std::uint32_t i = 0; i < count_; ++i) {
        const Circle a = circle_at(x, i);
        figure.shapes.push_back({a.x, a.y, a.radius});
        for (std::uint32_t j = 0; j < i; ++j) {
            const Circle b = circle_at(x, j);
            if (std::hypot(a.x - b.x, a.y - b.y) - a.radius - b.radius < touching) figure.links.emplace_back(j, i);
        }
    }
    return figure;
}

}  // namespace

std::unique_ptr<VectorProblem> make_circles_26() {
    return std::make_unique<CirclesInSquare>(
        26,
        PublishedValue{"best strictly verified", 2.635983084917301, true,
                       "a published basin polished and checked in rational arithmetic by the authors of atoll"},
        std::vector<PublishedValue>{
            {"FM Agent", 2.6359740012, false, "arXiv 2510.26144, table 4"},
            {"AlphaEvolve", 2.6358627564136983, true, "github.com/google-deepmind/alphaevolve_results"},
            {"ThetaEvolve", 2.6359830773881194, true, "github.com/ypwang61/ThetaEvolve"},
            {"ShinkaEvolve", 2.6359828266458063, true, "github.com/SakanaAI/ShinkaEvolve"},
            {"CodeEvolve (overlaps by 6.7e-8)", 2.635983096637741, false, "github.com/inter-co/science-codeevolve"}});
}

std::unique_ptr<VectorProblem> make_circles_32() {
    return std::make_unique<CirclesInSquare>(
        32,
        PublishedValue{"best strictly verified", 2.939572771206034, true,
                       "a published basin polished and checked in rational arithmetic by the authors of atoll"},
        std::vector<PublishedValue>{
            {"AlphaEvolve", 2.937944526205518, true, "github.com/google-deepmind/alphaevolve_results"},
            {"CodeEvolve (overlaps by 7.2e-9)", 2.939572775, false, "github.com/inter-co/science-codeevolve"}});
}

}  // namespace atl::problems
