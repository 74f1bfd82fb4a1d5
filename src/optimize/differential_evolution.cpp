// SPDX-License-Identifier: Apache-2.0
// Differential evolution: synchronous generations, trial vectors mirrored into the box.
#include "atoll/optimize/differential_evolution.hpp"

#include <algorithm>
#include <cmath>

#include "optimize/box.hpp"

namespace atl::optimize {
namespace {

// Brest et al. 2006: with these chances an individual draws a new F in [0.1, 1.0) or CR in [0, 1).
constexpr double renew_weight = 0.1;
constexpr double renew_crossover = 0.1;

// A 64-bit draw cut in two: half precision is plenty for choosing coordinates, and halves the cost of drawing.
class HalfDraws {
public:
    explicit HalfDraws(RandomStream& random) : random_(random) {}
    std::uint32_t next() {
        if (!has_spare_) {
            const std::uint64_t draw = random_();
            spare_ = static_cast<std::uint32_t>(draw >> 32);
            has_spare_ = true;
            return static_cast<std::uint32_t>(draw);
        }
        has_spare_ = false;
        return spare_;
    }
    /// In [0, count); the bias is below count / 2^32.
    std::uint32_t below(std::uint32_t count) {
        return static_cast<std::uint32_t>((std::uint64_t{next()} * count) >> 32);
    }
    double uniform() { return static_cast<double>(next()) * 0x1p-32; }

private:
    RandomStream& random_;
    std::uint32_t spare_ = 0;
    bool has_spare_ = false;
};

/// Invariant: `values` are the objective at the rows of `points`; `best` is the index of the smallest.
class Population {
public:
    Population(const Objective& objective, std::span<const double> lower, std::span<const double> upper,
               RandomStream& random, const DifferentialEvolutionOptions& options)
        : objective_(objective),
          lower_(lower),
          upper_(upper),
          random_(random),
          draws_(random),
          options_(options),
          dimension_(lower.size()),
          count_(options.population),
          points_(count_ * dimension_),
          next_(points_.size()),
          values_(count_, std::numeric_limits<double>::infinity()),
          weights_(count_, options.weight),
          crossovers_(count_, options.crossover) {}

    void initialize(const std::vector<std::vector<double>>& starts) {
        for (std::uint32_t i = 0; i < count_ && !finished(); ++i) {
            double* point = points_.data() + i * dimension_;
            for (std::size_t j = 0; j < dimension_; ++j) {
                point[j] = i < starts.size() ? std::clamp(starts[i][j], lower_[j], upper_[j])
                                             : random_.uniform(lower_[j], upper_[j]);
            }
            values_[i] = call(point);
            if (values_[i] < values_[best_]) best_ = i;
        }
    }

    // Parents come from this generation, survivors go to the next one: the order of individuals does not matter.
    void generation() {
        for (std::uint32_t i = 0; i < count_; ++i) {
            const double* parent = points_.data() + i * dimension_;
            double* trial = next_.data() + i * dimension_;
            if (finished()) {
                std::copy(parent, parent + dimension_, trial);
                continue;
            }
            double weight = weights_[i], crossover = crossovers_[i];
            if (options_.strategy == DifferentialStrategy::self_adaptive) {
                if (draws_.uniform() < renew_weight) weight = 0.1 + 0.9 * draws_.uniform();
                if (draws_.uniform() < renew_crossover) crossover = draws_.uniform();
            }
            make_trial(i, weight, crossover, trial);
            const double value = call(trial);
            if (value <= values_[i]) {
                values_[i] = value;
                weights_[i] = weight;
                crossovers_[i] = crossover;
                if (value < values_[best_]) best_ = i;
            } else {
                std::copy(parent, parent + dimension_, trial);
            }
        }
        points_.swap(next_);
    }

    bool finished() const { return calls_ >= options_.maximum_calls || values_[best_] <= options_.target; }
    double spread() const { return *std::max_element(values_.begin(), values_.end()) - values_[best_]; }
    bool target_reached() const { return values_[best_] <= options_.target; }

    SearchResult result(StopReason reason) const {
        const double* best = points_.data() + best_ * dimension_;
        return {{best, best + dimension_}, values_[best_], calls_, reason};
    }

private:
    double call(const double* point) {
        ++calls_;
        const double value = objective_({point, dimension_});
        return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
    }

    void make_trial(std::uint32_t i, double weight, double crossover, double* trial) {
        std::uint32_t a = i, b = i, c = i;
        while (a == i) a = draws_.below(count_);
        while (b == i || b == a) b = draws_.below(count_);
        while (c == i || c == a || c == b) c = draws_.below(count_);
        const double* parent = points_.data() + i * dimension_;
        const double* from_a = points_.data() + a * dimension_;
        const double* from_b = points_.data() + b * dimension_;
        const double* from_c = points_.data() + c * dimension_;
        const double* best = points_.data() + best_ * dimension_;
        const bool to_best = options_.strategy == DifferentialStrategy::current_to_best_1_bin;
        const std::uint32_t forced = draws_.below(static_cast<std::uint32_t>(dimension_));
        const double threshold = crossover * 0x1p32;
        for (std::uint32_t j = 0; j < dimension_; ++j) {
            const bool crossed = static_cast<double>(draws_.next()) < threshold || j == forced;
            if (!crossed) {
                trial[j] = parent[j];
                continue;
            }
            const double value = to_best ? parent[j] + weight * (best[j] - parent[j]) + weight * (from_a[j] - from_b[j])
                                         : from_a[j] + weight * (from_b[j] - from_c[j]);
            trial[j] = value >= lower_[j] && value <= upper_[j] ? value : mirrored(value, lower_[j], upper_[j]);
        }
    }

    const Objective& objective_;
    std::span<const double> lower_, upper_;
    RandomStream& random_;
    HalfDraws draws_;
    const DifferentialEvolutionOptions& options_;
    std::size_t dimension_;
    std::uint32_t count_;
    std::vector<double> points_, next_, values_, weights_, crossovers_;
    std::uint32_t best_ = 0;
    std::uint64_t calls_ = 0;
};

void check(std::span<const double> lower, std::span<const double> upper, const DifferentialEvolutionOptions& options,
           const std::vector<std::vector<double>>& starts) {
    const std::string who = "differential evolution";
    check_box(lower, upper, lower.size(), who);
    if (lower.empty()) throw InputError(who + ": no coordinates");
    if (options.population < 4) {
        throw InputError(who + ": population " + std::to_string(options.population) + " is too small; use 4 or more");
    }
    for (const auto& start : starts) {
        if (start.size() != lower.size()) {
            throw InputError(who + ": a start has " + std::to_string(start.size()) + " coordinates, the box " +
                             std::to_string(lower.size()));
        }
    }
}

}  // namespace

SearchResult minimize_by_differential_evolution(const Objective& objective, std::span<const double> lower,
                                                std::span<const double> upper, RandomStream& random,
                                                const DifferentialEvolutionOptions& options,
                                                const std::vector<std::vector<double>>& starts) {
    check(lower, upper, options, starts);
    Population population(objective, lower, upper, random, options);
    population.initialize(starts);
    while (!population.finished()) {
        population.generation();
        if (options.value_spread > 0 && population.spread() <= options.value_spread) {
            return population.result(StopReason::converged);
        }
    }
    return population.result(population.target_reached() ? StopReason::target_reached : StopReason::calls_spent);
}

}  // namespace atl::optimize
