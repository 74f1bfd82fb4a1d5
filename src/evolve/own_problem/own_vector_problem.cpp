// SPDX-License-Identifier: Apache-2.0
// An own problem whose candidates are vectors.
#include <algorithm>
#include <cmath>
#include <utility>

#include "evolve/own_problem/instance_scores.hpp"

namespace atl::evolve {
namespace {

class OwnVectorProblem final : public problems::VectorProblem {
public:
    OwnVectorProblem(OwnProblem own, std::shared_ptr<const Verifier> verifier)
        : own_(std::move(own)),
          verifier_(std::move(verifier)),
          lower_(own_.dimension, own_.lower),
          upper_(own_.dimension, own_.upper) {
        if (own_.instances.empty()) own_.instances.push_back({"instance", {}});
        names_ = instance_names(own_.instances);
    }

    std::string name() const override { return own_.name; }
    Direction direction() const override { return own_.direction; }
    std::vector<problems::PublishedValue> published() const override { return own_best_known(own_.best_known); }
    std::span<const double> lower_bounds() const override { return lower_; }
    std::span<const double> upper_bounds() const override { return upper_; }

    problems::Judgement judge(std::span<const double> x) const override {
        if (x.size() != own_.dimension) {
            return wrong("wrong_length", "expected " + std::to_string(own_.dimension) + " coordinates, got " +
                                             std::to_string(x.size()));
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::string place = "coordinate " + std::to_string(i);
            if (!std::isfinite(x[i])) return wrong("not_finite", place + " is not finite");
            if (x[i] < own_.lower || x[i] > own_.upper)
                return wrong("out_of_bounds", place + " lies outside the bounds");
        }
        std::vector<VerifierCase> cases;
        for (const OwnFile& instance : own_.instances) cases.push_back({instance.bytes, x});
        return mean_judgement(verifier_->verify(cases), names_);
    }

    bool merit_is_cheap() const override { return false; }
    double merit(std::span<const double> x) const override {
        constexpr double worst = 1e300;
        const problems::Judgement judgement = judge(x);
        if (judgement.verdict.ok()) return judgement.score.lower;
        return own_.direction == Direction::maximize ? -worst : worst;
    }

    std::vector<double> random_vector(RandomStream& random) const override {
        std::vector<double> x(own_.dimension);
        for (double& value : x) value = own_.lower + (own_.upper - own_.lower) * random.uniform();
        make_feasible(x);
        return x;
    }

    bool make_feasible(std::span<double> x) const override {
        for (double& value : x) value = value >= own_.lower ? std::min(value, own_.upper) : own_.lower;
        return x.size() == own_.dimension;
    }

private:
    static problems::Judgement wrong(std::string reason, std::string text) {
        return {{VerdictKind::wrong, std::move(reason), std::move(text)}, {}, {}};
    }

    OwnProblem own_;
    std::shared_ptr<const Verifier> verifier_;
    std::vector<double> lower_, upper_;
    std::vector<std::string> names_;
};

}  // namespace

std::shared_ptr<const problems::VectorProblem> make_own_vector_problem(OwnProblem own,
                                                                       std::shared_ptr<const Verifier> verifier) {
    return std::make_shared<const OwnVectorProblem>(std::move(own), std::move(verifier));
}

}  // namespace atl::evolve
