// SPDX-License-Identifier: Apache-2.0
// Chooses among operator pipelines by measured rank gain per counted cost.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/evolve/state_encoding.hpp"

namespace atl::evolve {

/// A pipeline on offer. `expected_cost` (counted calls, the evaluation included) stands in until it has been measured.
struct BanditArm {
    std::string name;
    double expected_cost = 1;
};

struct BanditOptions {
    double floor = 0.05;   ///< least share an arm keeps, of picks or of cost, whichever is the smaller number of picks
    double decay = 0.998;  ///< weight that all earlier outcomes keep at each new one
    double sharpness = 2;  ///< shares are proportional to rate ^ sharpness
    double prior_pulls = 3;  ///< an arm starts, and fades back to, this many pulls with the average gain of all arms
};

/// Probability matching on decayed rates. Pure and deterministic: the state is a function of the outcomes in order.
/// The floor of n arms is at most 0.5 / n, so that gain always decides half the picks. An arm costlier than the average
/// pick keeps the floor as a share of cost instead of picks: rare long searches stay on offer without eating the time.
class PipelineBandit {
public:
    explicit PipelineBandit(std::vector<BanditArm> arms, const BanditOptions& options = {});

    /// One probability an arm, in the order given; they sum to 1.
    const std::vector<double>& probabilities() const { return probabilities_; }
    /// The arm at `uniform` in [0, 1) of the cumulative probabilities, among those for which `eligible(arm)` holds;
    /// arms().size() when it holds for none.
    std::size_t pick(double uniform, const std::function<bool(std::size_t)>& eligible) const;
    /// An outcome; a name that is no arm ("seed", "initialize") is ignored.
    void learn(std::string_view name, double rank_gain, double cost);

    const std::vector<BanditArm>& arms() const { return arms_; }

    void write(StateWriter& writer) const;
    /// Arms are matched by name: a job resumed with other arms keeps what it knows of those that stayed.
    void read(StateReader& reader);

private:
    /// Decayed sums.
    struct Outcomes {
        double pulls = 0;
        double gain = 0;
        double cost = 0;
    };
    void update_probabilities();

    std::vector<BanditArm> arms_;
    BanditOptions options_;
    std::vector<Outcomes> outcomes_;
    std::vector<double> probabilities_;
};

}  // namespace atl::evolve
