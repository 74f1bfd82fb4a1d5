// SPDX-License-Identifier: Apache-2.0
// Fits without folds and without families; intervals out of what they miss.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "atoll/core/hash.hpp"
#include "atoll/plan/fit.hpp"

namespace atl::plan {

namespace {

constexpr double coverage = 0.9;
constexpr std::uint32_t folds = 4;
constexpr std::size_t calibration_runs = 3;

std::string shape_of(const TrainingRun& run) {
    return fmt::format("{}/{}/{}/{}/{}/{}", run.model.layers, run.model.hidden, run.workload.sequence,
                       run.strategy.tensor, run.strategy.micro_batch, run.cluster.gpus);
}

/// Runs of one shape stay together.
std::uint32_t fold_of(const TrainingRun& run) { return crc32c(shape_of(run)) % folds; }

double miss(double predicted, const TrainingRun& run) { return std::log(predicted / *run.iteration_seconds); }

/// The conformal quantile of |misses|; 0 when there are too few to say.
double conformal_width(std::vector<double> misses) {
    const auto rank = static_cast<std::size_t>(std::ceil(coverage * (static_cast<double>(misses.size()) + 1)));
    if (rank > misses.size()) return 0;
    for (double& one : misses) one = std::abs(one);
    std::nth_element(misses.begin(), misses.begin() + static_cast<std::ptrdiff_t>(rank) - 1, misses.end());
    return std::exp(misses[rank - 1]) - 1;
}

/// Every family counts the same, however many runs it has.
double width_over_families(std::vector<std::pair<double, double>> misses_and_weights) {
    std::sort(misses_and_weights.begin(), misses_and_weights.end());
    double all = 0;
    for (const auto& one : misses_and_weights) all += one.second;
    double so_far = 0;
    for (const auto& [size, weight] : misses_and_weights) {
        so_far += weight;
        if (so_far >= coverage * all) return std::exp(size) - 1;
    }
    return 0;
}

/// Misses that are left once the median miss of three other runs is taken off, over threes that lie apart.
double miss_after_calibration(const std::vector<double>& misses, std::size_t mine, std::vector<double>& every) {
    const std::size_t count = misses.size();
    double sum = 0;
    std::size_t threes = 0;
    for (std::size_t first = 1; first + calibration_runs <= count && threes < 8; ++first, ++threes) {
        std::vector<double> three;
        for (std::size_t i = 0; i < calibration_runs; ++i)
            three.push_back(
                misses[(mine + 1 + (first - 1 + i * std::max<std::size_t>(1, (count - 1) / 3)) % (count - 1)) % count]);
        std::sort(three.begin(), three.end());
        const double left = misses[mine] - three[1];
        every.push_back(std::abs(left));
        sum += left;
    }
    return threes == 0 ? misses[mine] : sum / static_cast<double>(threes);
}

/// What the ratio of two runs of one model on one cluster was off by, over folds; every family counts the same.
double width_of_differences(const std::vector<ValidatedRun>& runs) {
    std::map<std::string, std::map<std::string, std::vector<double>>> families;
    for (const ValidatedRun& one : runs) {
        const std::string job = fmt::format("{}/{}/{}/{}", one.run->model_name, one.run->cluster.gpu.name,
                                            one.run->cluster.gpus, one.run->workload.sequence);
        families[one.run->family][job].push_back(miss(one.folded, *one.run));
    }
    std::vector<std::pair<double, double>> differences;
    for (const auto& [family, jobs] : families) {
        std::vector<double> here;
        for (const auto& [job, misses] : jobs) {
            for (std::size_t i = 0; i < misses.size(); ++i) {
                for (std::size_t j = 0; j < i; ++j) here.push_back(std::abs(misses[i] - misses[j]));
            }
        }
        for (const double one : here) differences.emplace_back(one, 1 / static_cast<double>(here.size()));
    }
    return width_over_families(std::move(differences));
}

/// Intervals of one family as its other folds would set them, held against each fold.
void check_coverage(const std::vector<std::size_t>& members, std::vector<ValidatedRun>& runs) {
    std::set<std::string> shapes;
    for (const std::size_t i : members) shapes.insert(shape_of(*runs[i].run));
    if (shapes.size() < folds) return;
    for (const std::size_t i : members) runs[i].has_folds = true;
    for (std::uint32_t fold = 0; fold < folds; ++fold) {
        std::vector<double> others;
        for (const std::size_t i : members) {
            if (fold_of(*runs[i].run) != fold) others.push_back(miss(runs[i].folded, *runs[i].run));
        }
        const double width = conformal_width(std::move(others));
        if (width <= 0) continue;
        for (const std::size_t i : members) {
            if (fold_of(*runs[i].run) == fold) {
                runs[i].covered = std::abs(miss(runs[i].folded, *runs[i].run)) <= std::log1p(width);
            }
        }
    }
}

}  // namespace

FittedTimeModel fit_and_validate(std::span<const TrainingRun* const> runs, const RunSeconds& seconds,
                                 const FitOptions& options) {
    std::vector<const TrainingRun*> timed;
    for (const TrainingRun* run : runs) {
        if (run->usable && run->iteration_seconds && *run->iteration_seconds > 0) timed.push_back(run);
    }
    FittedTimeModel fitted;
    fitted.parameters = fit_time_model(timed, seconds, {}, options);
    std::map<std::string, std::vector<std::size_t>> families;
    for (std::size_t i = 0; i < timed.size(); ++i) {
        families[timed[i]->family].push_back(i);
        ValidatedRun one;
        one.run = timed[i];
        one.fitted = seconds(*timed[i], fitted.parameters.of(groups_of(*timed[i])));
        fitted.runs.push_back(one);
    }
    const auto without = [&](const auto& is_left_out) {
        std::vector<const TrainingRun*> rest;
        std::copy_if(timed.begin(), timed.end(), std::back_inserter(rest),
                     [&](const TrainingRun* run) { return !is_left_out(*run); });
        return fit_time_model(rest, seconds, fitted.parameters.shared, options);
    };
    for (std::uint32_t fold = 0; fold < folds; ++fold) {
        const TimeParameters rest = without([&](const TrainingRun& run) { return fold_of(run) == fold; });
        for (ValidatedRun& one : fitted.runs) {
            if (fold_of(*one.run) == fold) one.folded = seconds(*one.run, rest.of(groups_of(*one.run)));
        }
    }
    std::vector<std::pair<double, double>> unseen;
    std::vector<std::pair<double, double>> calibrated;
    for (const auto& entry : families) {
        const std::string& family = entry.first;
        const std::vector<std::size_t>& members = entry.second;
        const TimeParameters rest = without([&](const TrainingRun& run) { return run.family == family; });
        std::vector<double> misses;
        std::vector<double> folded;
        for (const std::size_t i : members) {
            ValidatedRun& one = fitted.runs[i];
            one.left_out = seconds(*one.run, rest.of(groups_of(*one.run)));
            misses.push_back(miss(one.left_out, *one.run));
            folded.push_back(miss(one.folded, *one.run));
            unseen.emplace_back(std::abs(misses.back()), 1 / static_cast<double>(members.size()));
        }
        std::vector<double> after;
        for (std::size_t m = 0; m < members.size(); ++m) {
            ValidatedRun& one = fitted.runs[members[m]];
            one.three = *one.run->iteration_seconds * std::exp(miss_after_calibration(misses, m, after));
        }
        for (const double one : after) calibrated.emplace_back(one, 1 / static_cast<double>(after.size()));
        fitted.parameters.groups[family].interval_half_width = conformal_width(folded);
        check_coverage(members, fitted.runs);
    }
    fitted.parameters.interval_half_width = width_over_families(std::move(unseen));
    fitted.parameters.difference_half_width = width_of_differences(fitted.runs);
    fitted.parameters.calibrated_interval_half_width = width_over_families(std::move(calibrated));
    return fitted;
}

}  // namespace atl::plan
