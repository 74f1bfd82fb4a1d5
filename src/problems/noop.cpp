// SPDX-License-Identifier: Apache-2.0
// noop: 38 coordinates (304 bytes), any of them a solution; for measuring the engine and nothing else.
#include <algorithm>

#include "problems/problem_list.hpp"
#include "problems/vector_checks.hpp"

namespace atl::problems {
namespace {

constexpr std::size_t noop_dimension = 38;

class Noop final : public VectorProblem {
public:
    std::string name() const override { return "noop"; }
    Direction direction() const override { return Direction::maximize; }
    std::span<const double> lower_bounds() const override { return lower_; }
    std::span<const double> upper_bounds() const override { return upper_; }

    Judgement judge(std::span<const double> x) const override {
        if (auto refused = refuse_malformed(x, noop_dimension)) return *refused;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (x[i] < 0 || x[i] > 1) {
                return wrong("out_of_bounds", "coordinate " + std::to_string(i) + " lies outside [0, 1]");
            }
        }
        return {{}, {x[0], x[0]}, {}};
    }

    double merit(std::span<const double> x) const override { return x[0]; }

    std::vector<double> random_vector(RandomStream& random) const override {
        std::vector<double> x(noop_dimension);
        for (double& value : x) value = random.uniform();
        return x;
    }

    bool make_feasible(std::span<double> x) const override {
        for (double& value : x) value = value >= 0 ? std::min(value, 1.0) : 0.0;
        return x.size() == noop_dimension;
    }

private:
    std::vector<double> lower_ = std::vector<double>(noop_dimension, 0.0);
    std::vector<double> upper_ = std::vector<double>(noop_dimension, 1.0);
};

}  // namespace

std::unique_ptr<VectorProblem> make_noop() { return std::make_unique<Noop>(); }

}  // namespace atl::problems
