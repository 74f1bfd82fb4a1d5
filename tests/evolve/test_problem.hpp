// SPDX-License-Identifier: Apache-2.0
// Small problems for the tests of evolve, cheap and with known optima.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "atoll/problems/vector_problem.hpp"

namespace atl::evolve::testing {

/// Minimise sum (x - 0.3)^2 over [-1, 2]^n; one move, "flip". Without a program.
class Sphere : public problems::VectorProblem {
public:
    explicit Sphere(std::size_t dimension = 4, bool interchangeable = false)
        : lower_(dimension, -1.0), upper_(dimension, 2.0), interchangeable_(interchangeable) {}

    std::string name() const override { return "sphere"; }
    Direction direction() const override { return Direction::minimize; }
    std::span<const double> lower_bounds() const override { return lower_; }
    std::span<const double> upper_bounds() const override { return upper_; }
    problems::Judgement judge(std::span<const double> x) const override {
        if (x.size() != lower_.size()) return {{VerdictKind::wrong, "size", "wrong size"}, {}, {}};
        for (const double each : x) {
            if (!std::isfinite(each)) return {{VerdictKind::wrong, "not_finite", "not finite"}, {}, {}};
        }
        const double value = merit(x);
        return {{}, {value, value}, {{"norm", value, ""}}};
    }
    double merit(std::span<const double> x) const override {
        double sum = 0;
        for (const double each : x) sum += (each - 0.3) * (each - 0.3);
        return sum;
    }
    problems::Symmetry symmetry() const override { return {2, interchangeable_}; }
    std::vector<double> random_vector(RandomStream& random) const override {
        std::vector<double> x(lower_.size());
        for (double& each : x) each = random.uniform(-1, 2);
        return x;
    }
    bool make_feasible(std::span<double> x) const override {
        for (double& each : x) each = std::clamp(each, -1.0, 2.0);
        return true;
    }
    std::vector<std::string> move_names() const override { return {"flip"}; }
    std::vector<double> move(const std::string&, std::span<const double> x, RandomStream& random) const override {
        std::vector<double> moved(x.begin(), x.end());
        double& each = moved[random.below(moved.size())];
        each = -1 + (2 - each);
        return moved;
    }

private:
    std::vector<double> lower_;
    std::vector<double> upper_;
    bool interchangeable_;
};

}  // namespace atl::evolve::testing
