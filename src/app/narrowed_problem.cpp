// SPDX-License-Identifier: Apache-2.0
// A problem searched inside narrower bounds: forwards everything but the bounds.
#include "atoll/app/narrowed_problem.hpp"

#include <algorithm>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"

namespace atl::app {

namespace {

class NarrowedProblem final : public problems::VectorProblem {
public:
    NarrowedProblem(std::shared_ptr<const problems::VectorProblem> whole, double lower, double upper)
        : whole_(std::move(whole)) {
        for (std::size_t i = 0; i < whole_->dimension(); ++i) {
            lower_.push_back(std::max(whole_->lower_bounds()[i], lower));
            upper_.push_back(std::min(whole_->upper_bounds()[i], upper));
            if (lower_.back() > upper_.back()) {
                throw InputError("bounds of coordinate " + std::to_string(i) + " cross: [" + shortest(lower_.back()) +
                                 ", " + shortest(upper_.back()) + "]; the problem's own are [" +
                                 shortest(whole_->lower_bounds()[i]) + ", " + shortest(whole_->upper_bounds()[i]) +
                                 "]");
            }
        }
        if (whole_->program() == nullptr) return;
        program_ = *whole_->program();
        // Only where the program's variables are the coordinates themselves do the bounds carry over.
        if (program_->dimension() != dimension()) return;
        for (std::size_t i = 0; i < dimension(); ++i) {
            program_->lower[i] = std::max(program_->lower[i], lower_[i]);
            program_->upper[i] = std::min(program_->upper[i], upper_[i]);
        }
    }

    std::string name() const override { return whole_->name(); }
    Direction direction() const override { return whole_->direction(); }
    std::span<const double> lower_bounds() const override { return lower_; }
    std::span<const double> upper_bounds() const override { return upper_; }
    problems::Judgement judge(std::span<const double> x) const override { return whole_->judge(x); }
    double merit(std::span<const double> x) const override { return whole_->merit(x); }
    bool merit_is_cheap() const override { return whole_->merit_is_cheap(); }
    std::optional<problems::PublishedValue> best_known() const override { return whole_->best_known(); }
    std::vector<problems::PublishedValue> published() const override { return whole_->published(); }
    problems::Symmetry symmetry() const override { return whole_->symmetry(); }
    std::vector<double> random_vector(RandomStream& random) const override {
        return clamped(whole_->random_vector(random));
    }
    bool make_feasible(std::span<double> x) const override { return whole_->make_feasible(x); }
    const QuadraticProgram* program() const override { return program_ ? &*program_ : nullptr; }
    std::vector<double> program_start(std::span<const double> x) const override { return whole_->program_start(x); }
    std::vector<double> program_result(std::span<const double> variables) const override {
        return whole_->program_result(variables);
    }
    std::vector<std::string> move_names() const override { return whole_->move_names(); }
    std::vector<double> move(const std::string& name, std::span<const double> x, RandomStream& random) const override {
        return clamped(whole_->move(name, x, random));
    }
    std::optional<problems::Figure> figure(std::span<const double> x) const override { return whole_->figure(x); }

private:
    std::vector<double> clamped(std::vector<double> x) const {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::clamp(x[i], lower_[i], upper_[i]);
        return x;
    }

    std::shared_ptr<const problems::VectorProblem> whole_;
    std::vector<double> lower_;
    std::vector<double> upper_;
    std::optional<QuadraticProgram> program_;
};

}  // namespace

std::shared_ptr<const problems::VectorProblem> narrow(std::shared_ptr<const problems::VectorProblem> problem,
                                                      double lower, double upper) {
    const auto below = [lower](double bound) { return bound >= lower; };
    const auto above = [upper](double bound) { return bound <= upper; };
    const bool untouched = std::all_of(problem->lower_bounds().begin(), problem->lower_bounds().end(), below) &&
                           std::all_of(problem->upper_bounds().begin(), problem->upper_bounds().end(), above);
    if (untouched) return problem;
    return std::make_shared<NarrowedProblem>(std::move(problem), lower, upper);
}

}  // namespace atl::app
