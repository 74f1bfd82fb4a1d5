// SPDX-License-Identifier: Apache-2.0
// Exact splits of layers over unequal stages.
#include "atoll/plan/layer_split.hpp"

#include <algorithm>
#include <cmath>

namespace atl::plan {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

using Stages = std::span<const StageSeconds* const>;

/// Most layers the stages hold together with no pace above `pace`; 0 where one of them cannot hold any.
std::uint32_t room(Stages stages, double pace) {
    std::uint32_t all = 0;
    for (const StageSeconds* stage : stages) {
        const auto end = std::upper_bound(stage->pace.begin() + 1, stage->pace.end(), pace);
        const auto here = static_cast<std::uint32_t>(end - stage->pace.begin() - 1);
        if (here == 0) return 0;
        all += here;
    }
    return all;
}

/// Every pace that a stage can have, ascending.
std::vector<double> paces(Stages stages, std::uint32_t layers) {
    std::vector<double> all;
    const StageSeconds* last = nullptr;
    for (const StageSeconds* stage : stages) {
        if (stage == last) continue;
        last = stage;
        for (std::uint32_t n = 1; n <= layers; ++n) {
            if (stage->pace[n] < infinite) all.push_back(stage->pace[n]);
        }
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::size_t least_pace_with_room(Stages stages, std::uint32_t layers, const std::vector<double>& all) {
    const auto found =
        std::partition_point(all.begin(), all.end(), [&](double pace) { return room(stages, pace) < layers; });
    return static_cast<std::size_t>(found - all.begin());
}

/// Splits with no pace above a limit, by least sum.
class Programme {
public:
    Programme(Stages stages, std::uint32_t layers)
        : stages_(stages), layers_(layers), least_((stages.size() + 1) * (layers + 1)), chosen_(least_.size()) {}

    /// The least sum of pace and once; infinite when there is no such split.
    double run(double largest_pace) {
        std::fill(least_.begin(), least_.end(), infinite);
        least_[0] = 0;
        for (std::size_t s = 0; s < stages_.size(); ++s) {
            const StageSeconds& stage = *stages_[s];
            const double* before = &least_[s * (layers_ + 1)];
            double* after = &least_[(s + 1) * (layers_ + 1)];
            std::uint32_t* chosen = &chosen_[(s + 1) * (layers_ + 1)];
            for (std::uint32_t n = 1; n <= layers_ && stage.pace[n] <= largest_pace; ++n) {
                const double cost = stage.pace[n] + stage.once[n];
                for (std::uint32_t filled = 0; filled + n <= layers_; ++filled) {
                    const double sum = before[filled] + cost;
                    if (sum >= after[filled + n]) continue;
                    after[filled + n] = sum;
                    chosen[filled + n] = n;
                }
            }
        }
        return least_.back();
    }

    std::vector<std::uint32_t> split() const {
        std::vector<std::uint32_t> found(stages_.size());
        std::uint32_t left = layers_;
        for (std::size_t s = stages_.size(); s-- > 0;) {
            found[s] = chosen_[(s + 1) * (layers_ + 1) + left];
            left -= found[s];
        }
        return found;
    }

private:
    Stages stages_;
    std::uint32_t layers_;
    std::vector<double> least_;  ///< by stages and layers filled
    std::vector<std::uint32_t> chosen_;
};

/// The least that pace and once of one layer add to, on any stage; times the layers it bounds every sum.
double least_sum(Stages stages, std::uint32_t layers) {
    double each = infinite;
    const StageSeconds* last = nullptr;
    for (const StageSeconds* stage : stages) {
        if (stage == last) continue;
        last = stage;
        for (std::uint32_t n = 1; n <= layers && stage->pace[n] < infinite; ++n) {
            each = std::min(each, (stage->pace[n] + stage->once[n]) / n);
        }
    }
    return each * layers;
}

}  // namespace

double mixed_pipeline_seconds(Stages stages, std::span<const std::uint32_t> layers, std::uint32_t micro_batches) {
    double sum = 0;
    double largest = 0;
    for (std::size_t s = 0; s < stages.size(); ++s) {
        const double pace = stages[s]->pace[layers[s]];
        sum += pace + stages[s]->once[layers[s]];
        largest = std::max(largest, pace);
    }
    return sum + (micro_batches - 1.0) * largest;
}

double layer_split_bound(Stages stages, std::uint32_t layers, std::uint32_t micro_batches) {
    const std::vector<double> all = paces(stages, layers);
    const std::size_t least = least_pace_with_room(stages, layers, all);
    if (least == all.size()) return infinite;
    return least_sum(stages, layers) + (micro_batches - 1.0) * all[least];
}

std::optional<LayerSplit> best_layer_split(Stages stages, std::uint32_t layers, std::uint32_t micro_batches,
                                           double give_up_above) {
    if (stages.empty() || stages.size() > layers) return std::nullopt;
    const double rest = micro_batches - 1.0;
    double least = least_sum(stages, layers);
    if (rest > 0 && give_up_above < infinite) {
        // most are refused here: at the largest pace that could still do, not all layers have room
        const double largest = (give_up_above - least) / rest * (1 + 1e-12);
        if (room(stages, largest) < layers) return std::nullopt;
    }
    const std::vector<double> all = paces(stages, layers);
    std::size_t at = least_pace_with_room(stages, layers, all);
    std::optional<LayerSplit> best;
    Programme programme(stages, layers);
    bool is_first = true;
    for (; at < all.size(); ++at) {
        const double known = best ? best->seconds : give_up_above;
        if (least + rest * all[at] > known || (best && least + rest * all[at] >= known)) break;
        const double sum = programme.run(all[at]);
        if (sum == infinite) continue;
        const std::vector<std::uint32_t> split = programme.split();
        const double seconds = mixed_pipeline_seconds(stages, split, micro_batches);
        if (seconds <= give_up_above && (!best || seconds < best->seconds)) best = LayerSplit{split, seconds};
        if (is_first) {
            // with every pace allowed: what no split can be below
            is_first = false;
            least = std::max(least, programme.run(all.back()) * (1 - 1e-12));
        }
    }
    return best;
}

}  // namespace atl::plan
