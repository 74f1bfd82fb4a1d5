// SPDX-License-Identifier: Apache-2.0
// Four constants a group, by compass search.
#include "atoll/plan/memory_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>

#include "atoll/plan/memory_model.hpp"

namespace atl::plan {
namespace {

using Runs = std::vector<const TrainingRun*>;
using Moves = std::array<double, 4>;

constexpr std::array<double MemoryParameters::*, 4> fitted_constants{
    &MemoryParameters::gradient_bytes, &MemoryParameters::optimizer_bytes, &MemoryParameters::activation_factor,
    &MemoryParameters::runtime_gib};
constexpr Moves spreads{0.7, 0.4, 0.4, 1.2};  ///< priors on the logarithms
constexpr double noise = 0.04;
constexpr double bend = 1.5;  ///< Huber: in units of noise
constexpr std::size_t fewest_runs = 10;
constexpr double good_enough = 0.05;
constexpr std::size_t folds = 4;

MemoryParameters moved(const Moves& moves) {
    MemoryParameters parameters;
    for (std::size_t i = 0; i < moves.size(); ++i) parameters.*fitted_constants.at(i) *= std::exp(moves.at(i));
    return parameters;
}

double peak(const TrainingRun& run, const MemoryParameters& parameters) {
    return MemoryModel(run.model, run.cluster, run.workload, parameters).peak_gib(run.strategy);
}

double loss(const Runs& runs, const Moves& moves) {
    const MemoryParameters parameters = moved(moves);
    double sum = 0;
    for (std::size_t i = 0; i < moves.size(); ++i) sum += 0.5 * std::pow(moves.at(i) / spreads.at(i), 2);
    for (const TrainingRun* run : runs) {
        const double miss = std::abs(std::log(peak(*run, parameters) / *run->peak_gib)) / noise;
        sum += miss < bend ? 0.5 * miss * miss : bend * (miss - 0.5 * bend);
    }
    return sum;
}

MemoryParameters fit(const Runs& runs) {
    Moves best{};
    double least = loss(runs, best);
    for (double step = 0.4; step > 0.002;) {
        bool is_better = false;
        for (std::size_t i = 0; i < best.size(); ++i) {
            for (const double direction : {step, -step}) {
                Moves tried = best;
                tried.at(i) += direction;
                const double reached = loss(runs, tried);
                if (reached >= least) continue;
                best = tried;
                least = reached;
                is_better = true;
            }
        }
        if (!is_better) step /= 2;
    }
    return moved(best);
}

double mean_miss(const Runs& runs, const MemoryParameters& parameters) {
    double sum = 0;
    for (const TrainingRun* run : runs) sum += std::abs(peak(*run, parameters) / *run->peak_gib - 1);
    return sum / static_cast<double>(runs.size());
}

std::size_t fold_of(const TrainingRun& run) {
    return (std::size_t{run.model.layers} * 31 + run.model.hidden) % 997 % folds;
}

/// A group's constants, and what they say of its runs.
struct Peaks {
    MemoryParameters parameters;
    std::vector<ValidatedPeak> runs;
    double folded_miss() const {
        double sum = 0;
        for (const ValidatedPeak& one : runs) sum += std::abs(one.folded / *one.run->peak_gib - 1);
        return sum / static_cast<double>(runs.size());
    }
    double folded_log_error() const {
        double squares = 0;
        for (const ValidatedPeak& one : runs) squares += std::pow(std::log(one.folded / *one.run->peak_gib), 2);
        return std::sqrt(squares / static_cast<double>(runs.size()));
    }
};

Peaks peaks_of(const Runs& group, bool is_fitted) {
    Peaks peaks;
    if (is_fitted) peaks.parameters = fit(group);
    for (std::size_t fold = 0; fold < folds; ++fold) {
        Runs others;
        std::copy_if(group.begin(), group.end(), std::back_inserter(others),
                     [fold](const TrainingRun* run) { return fold_of(*run) != fold; });
        MemoryParameters without;
        if (is_fitted && !others.empty()) without = fit(others);
        for (const TrainingRun* run : group) {
            if (fold_of(*run) == fold) peaks.runs.push_back({run, peak(*run, peaks.parameters), peak(*run, without)});
        }
    }
    return peaks;
}

}  // namespace

FittedMemory fit_memory(std::span<const TrainingRun* const> runs) {
    std::map<std::string, Runs> by_group;
    for (const TrainingRun* run : runs) by_group[memory_group(*run)].push_back(run);
    FittedMemory all;
    for (const auto& [name, group] : by_group) {
        const double by_defaults = mean_miss(group, {});
        const bool may_fit = group.size() >= fewest_runs && by_defaults > good_enough;
        Peaks peaks = peaks_of(group, may_fit);
        // what does not carry over to other shapes is not learned
        const bool is_fitted = may_fit && peaks.folded_miss() < by_defaults;
        if (may_fit && !is_fitted) peaks = peaks_of(group, false);
        if (is_fitted) {
            all.groups.groups[name] = peaks.parameters;
            all.groups.groups[name].log_error = std::max(0.03, peaks.folded_log_error());
        }
        all.runs.insert(all.runs.end(), peaks.runs.begin(), peaks.runs.end());
    }
    return all;
}

}  // namespace atl::plan
