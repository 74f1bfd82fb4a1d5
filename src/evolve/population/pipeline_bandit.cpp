// SPDX-License-Identifier: Apache-2.0
// Decayed gain per cost, matched by probability above a floor.
#include "atoll/evolve/pipeline_bandit.hpp"

#include <algorithm>
#include <cmath>

#include "atoll/core/error.hpp"

namespace atl::evolve {

PipelineBandit::PipelineBandit(std::vector<BanditArm> arms, const BanditOptions& options)
    : arms_(std::move(arms)), options_(options), outcomes_(arms_.size()), probabilities_(arms_.size()) {
    if (arms_.empty()) throw InputError("no operator is enabled; name at least one");
    update_probabilities();
}

void PipelineBandit::update_probabilities() {
    const std::size_t count = arms_.size();
    double pulls = 0;
    double gain = 0;
    for (const Outcomes& outcome : outcomes_) {
        pulls += outcome.pulls;
        gain += outcome.gain;
    }
    // An arm nothing is known of is expected to gain what the average pull gains; at first that is any equal number.
    const double gain_per_pull = gain > 0 ? gain / pulls : 1.0;

    double total = 0;
    double mean_cost = 0;
    std::vector<double>& share = probabilities_;
    for (std::size_t i = 0; i < count; ++i) {
        const Outcomes& outcome = outcomes_[i];
        const double known_gain = gain > 0 ? outcome.gain : outcome.pulls;
        const double rate = (known_gain + options_.prior_pulls * gain_per_pull) /
                            (outcome.cost + options_.prior_pulls * arms_[i].expected_cost);
        share[i] = options_.sharpness == 2 ? rate * rate : std::pow(rate, options_.sharpness);
        total += share[i];
    }
    const auto cost_of = [&](std::size_t i) {
        return (outcomes_[i].cost + options_.prior_pulls * arms_[i].expected_cost) /
               (outcomes_[i].pulls + options_.prior_pulls);
    };
    for (std::size_t i = 0; i < count; ++i) {
        share[i] /= total;
        mean_cost += share[i] * cost_of(i);
    }
    const double floor = std::min(options_.floor, 0.5 / static_cast<double>(count));
    double floors = 0;
    for (std::size_t i = 0; i < count; ++i) floors += floor * std::min(1.0, mean_cost / cost_of(i));
    for (std::size_t i = 0; i < count; ++i) {
        share[i] = floor * std::min(1.0, mean_cost / cost_of(i)) + (1 - floors) * share[i];
    }
}

std::size_t PipelineBandit::pick(double uniform, const std::function<bool(std::size_t)>& eligible) const {
    double total = 0;
    std::size_t last = arms_.size();
    for (std::size_t i = 0; i < arms_.size(); ++i) {
        if (!eligible(i)) continue;
        total += probabilities_[i];
        last = i;
    }
    double cumulative = 0;
    for (std::size_t i = 0; i < last; ++i) {
        if (!eligible(i)) continue;
        cumulative += probabilities_[i];
        if (uniform * total < cumulative) return i;
    }
    return last;
}

void PipelineBandit::learn(std::string_view name, double rank_gain, double cost) {
    const auto arm = std::find_if(arms_.begin(), arms_.end(), [&](const BanditArm& each) { return each.name == name; });
    if (arm == arms_.end()) return;
    for (Outcomes& outcome : outcomes_) {
        outcome.pulls *= options_.decay;
        outcome.gain *= options_.decay;
        outcome.cost *= options_.decay;
    }
    Outcomes& outcome = outcomes_[static_cast<std::size_t>(arm - arms_.begin())];
    outcome.pulls += 1;
    outcome.gain += rank_gain;
    outcome.cost += cost;
    update_probabilities();
}

void PipelineBandit::write(StateWriter& writer) const {
    writer.u64(arms_.size());
    for (std::size_t i = 0; i < arms_.size(); ++i) {
        writer.text(arms_[i].name);
        writer.f64(outcomes_[i].pulls);
        writer.f64(outcomes_[i].gain);
        writer.f64(outcomes_[i].cost);
    }
}

void PipelineBandit::read(StateReader& reader) {
    std::fill(outcomes_.begin(), outcomes_.end(), Outcomes{});
    const std::uint64_t count = reader.u64();
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string name = reader.text();
        Outcomes outcome;
        outcome.pulls = reader.f64();
        outcome.gain = reader.f64();
        outcome.cost = reader.f64();
        const auto arm =
            std::find_if(arms_.begin(), arms_.end(), [&](const BanditArm& each) { return each.name == name; });
        if (arm != arms_.end()) outcomes_[static_cast<std::size_t>(arm - arms_.begin())] = outcome;
    }
    update_probabilities();
}

}  // namespace atl::evolve
