// SPDX-License-Identifier: Apache-2.0
// CMA-ES after Hansen's tutorial (arXiv 1604.00772): figure and equation numbers below are those of that text.
#include "atoll/optimize/cma_es.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "optimize/box.hpp"
#include "optimize/symmetric_eigen.hpp"

namespace atl::optimize {
namespace {

// Table 1, for `count` points that are ranked.
struct Weights {
    std::vector<double> weights;  // of the better half, positive, sum 1
    double mu_effective = 0;      // variance effective selection mass
    double c_sigma = 0, d_sigma = 0, c_c = 0, c_1 = 0, c_mu = 0;
    double expected_length = 0;  // E||N(0, I)||

    Weights(std::size_t dimension, std::size_t count) {
        const double n = static_cast<double>(dimension);
        const std::size_t mu = std::max<std::size_t>(1, count / 2);
        double sum = 0, sum_squared = 0;
        for (std::size_t i = 0; i < mu; ++i) {
            weights.push_back(std::log((static_cast<double>(count) + 1) / 2) - std::log(static_cast<double>(i) + 1));
            sum += weights.back();
        }
        for (double& weight : weights) {
            weight /= sum;
            sum_squared += weight * weight;
        }
        mu_effective = 1 / sum_squared;
        c_sigma = (mu_effective + 2) / (n + mu_effective + 5);
        d_sigma = 1 + 2 * std::max(0.0, std::sqrt((mu_effective - 1) / (n + 1)) - 1) + c_sigma;
        c_c = (4 + mu_effective / n) / (n + 4 + 2 * mu_effective / n);
        c_1 = 2 / ((n + 1.3) * (n + 1.3) + mu_effective);
        c_mu = std::min(1 - c_1, 2 * (mu_effective - 2 + 1 / mu_effective) / ((n + 2) * (n + 2) + mu_effective));
        expected_length = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
    }
};

// Keeps eigenvalues above zero and their condition in check: the algorithm assumes a proper ellipsoid.
void refresh_axes(CmaEsState& state) {
    constexpr double largest_condition = 1e14;
    const SymmetricEigen eigen = decompose_symmetric(state.covariance, state.dimension);
    const double largest = *std::max_element(eigen.values.begin(), eigen.values.end());
    for (std::size_t i = 0; i < state.dimension; ++i) {
        state.lengths[i] = std::sqrt(std::max(eigen.values[i], largest / largest_condition));
    }
    state.axes = eigen.vectors;
    state.eigen_generation = state.generation;
}

// B^T y and B z, with B row-major.
std::vector<double> into_axes(const CmaEsState& state, std::span<const double> y) {
    const std::size_t n = state.dimension;
    std::vector<double> result(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) result[j] += state.axes[i * n + j] * y[i];
    }
    return result;
}

std::vector<double> out_of_axes(const CmaEsState& state, std::span<const double> z) {
    const std::size_t n = state.dimension;
    std::vector<double> result(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) result[i] += state.axes[i * n + j] * z[j];
    }
    return result;
}

double length_of(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value * value;
    return std::sqrt(sum);
}

// y = (x - m) / sigma, shortened to a plausible Mahalanobis length (Hansen 2011, equation 3).
std::vector<double> standardised(const CmaEsState& state, std::span<const double> x, double expected_length) {
    const double n = static_cast<double>(state.dimension);
    std::vector<double> y(state.dimension);
    for (std::size_t j = 0; j < y.size(); ++j) y[j] = (x[j] - state.mean[j]) / state.step;
    std::vector<double> z = into_axes(state, y);
    for (std::size_t j = 0; j < z.size(); ++j) z[j] /= state.lengths[j];
    const double length = length_of(z), longest = expected_length + 2 * n / (n + 2);
    if (length > longest) {
        for (double& value : y) value *= longest / length;
    }
    return y;
}

// Equation 43: the step-size path, in coordinates where the distribution is round.
void follow_step_path(CmaEsState& state, const Weights& w, std::span<const double> mean_move) {
    std::vector<double> z = into_axes(state, mean_move);
    for (std::size_t j = 0; j < z.size(); ++j) z[j] /= state.lengths[j];
    const std::vector<double> whitened = out_of_axes(state, z);
    const double gain = std::sqrt(w.c_sigma * (2 - w.c_sigma) * w.mu_effective);
    for (std::size_t j = 0; j < whitened.size(); ++j) {
        state.path_step[j] = (1 - w.c_sigma) * state.path_step[j] + gain * whitened[j];
    }
}

// Equations 45 and 47: rank-one and rank-mu update of the covariance.
void adapt_covariance(CmaEsState& state, const Weights& w, std::span<const double> mean_move, bool stalled,
                      const std::vector<std::vector<double>>& ranked) {
    const std::size_t n = state.dimension;
    const double gain = stalled ? 0.0 : std::sqrt(w.c_c * (2 - w.c_c) * w.mu_effective);
    for (std::size_t j = 0; j < n; ++j) {
        state.path_covariance[j] = (1 - w.c_c) * state.path_covariance[j] + gain * mean_move[j];
    }
    const double kept = 1 - w.c_1 - w.c_mu + (stalled ? w.c_1 * w.c_c * (2 - w.c_c) : 0.0);
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b <= a; ++b) {
            double value =
                kept * state.covariance[a * n + b] + w.c_1 * state.path_covariance[a] * state.path_covariance[b];
            for (std::size_t i = 0; i < w.weights.size(); ++i) {
                value += w.c_mu * w.weights[i] * ranked[i][a] * ranked[i][b];
            }
            state.covariance[a * n + b] = state.covariance[b * n + a] = value;
        }
    }
}

}  // namespace

CmaEsState start_cma_es(std::span<const double> mean, std::span<const double> lower, std::span<const double> upper,
                        const CmaEsOptions& options) {
    const std::size_t n = mean.size();
    if (n == 0) throw InputError("CMA-ES: no coordinates");
    if (!lower.empty() || !upper.empty()) check_box(lower, upper, n, "CMA-ES");
    if (!(options.initial_step > 0) || !std::isfinite(options.initial_step)) {
        throw InputError("CMA-ES: the initial step must be positive");
    }
    CmaEsState state;
    state.dimension = static_cast<std::uint32_t>(n);
    const auto usual = 4 + static_cast<std::uint32_t>(3 * std::log(static_cast<double>(n)));
    state.population = options.population > 1 ? options.population : usual;
    state.step = options.initial_step;
    state.mean.assign(mean.begin(), mean.end());
    state.path_covariance.assign(n, 0.0);
    state.path_step.assign(n, 0.0);
    state.covariance.assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) state.covariance[i * n + i] = 1;
    state.axes = state.covariance;
    state.lengths.assign(n, 1.0);
    state.lower.assign(lower.begin(), lower.end());
    state.upper.assign(upper.begin(), upper.end());
    return state;
}

std::vector<std::vector<double>> ask(const CmaEsState& state, RandomStream& random) {
    std::vector<std::vector<double>> points(state.population);
    std::vector<double> z(state.dimension);
    for (std::vector<double>& point : points) {
        for (std::size_t j = 0; j < z.size(); ++j) z[j] = state.lengths[j] * random.normal();
        point = out_of_axes(state, z);
        for (std::size_t j = 0; j < z.size(); ++j) {
            point[j] = state.mean[j] + state.step * point[j];
            if (!state.lower.empty()) point[j] = mirrored(point[j], state.lower[j], state.upper[j]);
        }
    }
    return points;
}

void tell(CmaEsState& state, const std::vector<std::vector<double>>& points, std::span<const double> values) {
    if (points.size() < 2 || points.size() != values.size()) {
        throw InputError("CMA-ES: tell() needs at least two points and a value for each");
    }
    const std::size_t n = state.dimension;
    const Weights w(n, points.size());
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto sortable = [&](std::size_t i) {
        return std::isnan(values[i]) ? std::numeric_limits<double>::infinity() : values[i];
    };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return sortable(a) < sortable(b); });

    std::vector<std::vector<double>> ranked(w.weights.size());
    std::vector<double> mean_move(n, 0.0);
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        ranked[i] = standardised(state, points[order[i]], w.expected_length);
        for (std::size_t j = 0; j < n; ++j) mean_move[j] += w.weights[i] * ranked[i][j];
    }
    for (std::size_t j = 0; j < n; ++j) state.mean[j] += state.step * mean_move[j];
    ++state.generation;

    follow_step_path(state, w, mean_move);
    const double path_length = length_of(state.path_step);
    const double settled = 1 - std::pow(1 - w.c_sigma, 2.0 * static_cast<double>(state.generation));
    const bool stalled =
        path_length / std::sqrt(settled) >= (1.4 + 2 / (static_cast<double>(n) + 1)) * w.expected_length;
    adapt_covariance(state, w, mean_move, stalled, ranked);
    state.step *= std::exp(std::min(1.0, w.c_sigma / w.d_sigma * (path_length / w.expected_length - 1)));

    // The decomposition costs O(n^3), the update O(n^2): do it once the covariance has moved enough.
    const double every = 1 / (10 * static_cast<double>(n) * (w.c_1 + w.c_mu));
    if (static_cast<double>(state.generation - state.eigen_generation) > every) refresh_axes(state);
}

SearchResult minimize_by_cma_es(const Objective& objective, std::span<const double> start,
                                std::span<const double> lower, std::span<const double> upper, RandomStream& random,
                                const CmaEsOptions& options) {
    CmaEsState state = start_cma_es(start, lower, upper, options);
    SearchResult result;
    result.x.assign(start.begin(), start.end());
    result.value = std::numeric_limits<double>::infinity();
    while (result.calls < options.maximum_calls) {
        const std::vector<std::vector<double>> points = ask(state, random);
        std::vector<double> values;
        for (const std::vector<double>& point : points) {
            if (result.calls == options.maximum_calls) return result;
            const double value = objective(point);
            ++result.calls;
            values.push_back(std::isfinite(value) ? value : std::numeric_limits<double>::infinity());
            if (values.back() < result.value) {
                result.value = values.back();
                result.x = point;
            }
            if (result.value <= options.target) {
                result.reason = StopReason::target_reached;
                return result;
            }
        }
        tell(state, points, values);
        const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
        const double longest = *std::max_element(state.lengths.begin(), state.lengths.end());
        if (state.step * longest < options.step_tolerance || *highest - *lowest < options.value_tolerance) {
            result.reason = StopReason::converged;
            return result;
        }
    }
    return result;
}

}  // namespace atl::optimize
