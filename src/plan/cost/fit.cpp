// SPDX-License-Identifier: Apache-2.0
// Damped Gauss-Newton on the logarithms of the constants.
#include "atoll/plan/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace atl::plan {

namespace {

/// Solves A x = b for a symmetric positive definite A (row-major, n x n) by Cholesky; nothing when it is not definite.
std::optional<std::vector<double>> solve(std::vector<double> a, std::vector<double> b) {
    const std::size_t n = b.size();
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < j; ++k) {
            for (std::size_t i = j; i < n; ++i) a[i * n + j] -= a[i * n + k] * a[j * n + k];
        }
        if (a[j * n + j] <= 0) return std::nullopt;
        const double root = std::sqrt(a[j * n + j]);
        for (std::size_t i = j; i < n; ++i) a[i * n + j] /= root;
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
    return b;
}

/// One unknown: the move of a constant's logarithm, shared or of one group.
struct Unknown {
    std::size_t parameter = 0;
    std::optional<std::size_t> group;
    double spread = 1;
};

/// Runs that share all of their groups have the same constants.
struct Cell {
    std::array<std::size_t, 3> groups;
    std::vector<std::size_t> runs;
};

class Fit {
public:
    Fit(std::span<const TrainingRun* const> runs, const RunSeconds& seconds, const CostParameters& start,
        const FitOptions& options)
        : seconds_(seconds), start_(start), options_(options) {
        std::map<std::string, double> count;
        std::map<std::array<std::size_t, 3>, std::size_t> cells;
        for (const TrainingRun* run : runs) {
            if (!run->usable || !run->iteration_seconds || *run->iteration_seconds <= 0) continue;
            std::array<std::size_t, 3> mine{};
            const auto names = groups_of(*run);
            for (std::size_t kind = 0; kind < names.size(); ++kind) {
                const auto [place, is_new] = index_.emplace(names[kind], groups_.size());
                if (is_new) add_group(names[kind], kind);
                mine[kind] = place->second;
            }
            const auto [place, is_new] = cells.emplace(mine, cells_.size());
            if (is_new) cells_.push_back({mine, {}});
            cells_[place->second].runs.push_back(runs_.size());
            runs_.push_back(run);
            ++count[run->family];
        }
        const auto& all = cost_parameters();
        for (std::size_t p = 0; p < all.size(); ++p) {
            if (all[p].spread > 0) unknowns_.push_back({p, std::nullopt, all[p].spread});
        }
        for (const TrainingRun* run : runs_) {
            const auto limit = options.independent_runs.find(run->family);
            const double rows = count[run->family];
            const double most = limit == options.independent_runs.end() ? options.most_independent_runs : limit->second;
            weight_.push_back(std::min(1.0, most / rows));
        }
    }

    TimeParameters run() {
        std::vector<double> moves(unknowns_.size(), 0);
        std::vector<double> residuals = residuals_of(moves);
        double loss = loss_of(moves, residuals);
        double damping = 1e-3;
        for (int round = 0; round < options_.rounds; ++round) {
            std::vector<double> normal(moves.size() * moves.size(), 0);
            std::vector<double> gradient(moves.size(), 0);
            linearize(moves, residuals, normal, gradient);
            bool better = false;
            for (int attempt = 0; attempt < 6 && !better; ++attempt) {
                if (attempt > 0) damping *= 10;
                std::vector<double> damped = normal;
                for (std::size_t i = 0; i < moves.size(); ++i) damped[i * moves.size() + i] *= 1 + damping;
                const auto step = solve(damped, gradient);
                if (!step) continue;
                std::vector<double> tried = moves;
                for (std::size_t i = 0; i < moves.size(); ++i) tried[i] -= std::clamp((*step)[i], -0.5, 0.5);
                const std::vector<double> there = residuals_of(tried);
                const double reached = loss_of(tried, there);
                if (reached >= loss) continue;
                better = true;
                const bool is_end = loss - reached < 1e-4 * loss;
                moves = tried;
                residuals = there;
                loss = reached;
                damping /= 10;
                if (is_end) round = options_.rounds;
            }
            if (!better) break;
        }
        TimeParameters fitted;
        fitted.shared = parameters_of(moves, nullptr);
        fitted.rows = runs_.size();
        for (const Cell& cell : cells_) {
            for (const std::size_t group : cell.groups) fitted.groups[groups_[group]].rows += cell.runs.size();
        }
        for (std::size_t u = 0; u < unknowns_.size(); ++u) {
            if (!unknowns_[u].group) continue;
            fitted.groups[groups_[*unknowns_[u].group]].factors[cost_parameters()[unknowns_[u].parameter].name] =
                std::exp(moves[u]);
        }
        return fitted;
    }

private:
    void add_group(const std::string& name, std::size_t kind) {
        const auto& all = cost_parameters();
        for (std::size_t p = 0; p < all.size(); ++p) {
            const double spread = kind == 0   ? all[p].family_spread
                                  : kind == 1 ? all[p].gpu_spread
                                              : all[p].family_gpu_spread;
            if (spread > 0) unknowns_.push_back({p, groups_.size(), spread});
        }
        groups_.push_back(name);
    }

    static bool concerns(const Unknown& unknown, const Cell* cell) {
        return !unknown.group || (cell != nullptr && std::find(cell->groups.begin(), cell->groups.end(),
                                                               *unknown.group) != cell->groups.end());
    }

    CostParameters parameters_of(const std::vector<double>& moves, const Cell* cell) const {
        CostParameters parameters = start_;
        for (std::size_t u = 0; u < unknowns_.size(); ++u) {
            if (concerns(unknowns_[u], cell))
                parameters.*cost_parameters()[unknowns_[u].parameter].field *= std::exp(moves[u]);
        }
        return parameters;
    }

    double residual(std::size_t run, const CostParameters& parameters) const {
        return std::log(seconds_(*runs_[run], parameters) / *runs_[run]->iteration_seconds) / options_.noise;
    }

    std::vector<double> residuals_of(const std::vector<double>& moves) const {
        std::vector<double> residuals(runs_.size());
        for (const Cell& cell : cells_) {
            const CostParameters parameters = parameters_of(moves, &cell);
            for (const std::size_t run : cell.runs) residuals[run] = residual(run, parameters);
        }
        return residuals;
    }

    static constexpr double bend = 2;  ///< Huber: beyond it a residual counts by its size, not its square

    double loss_of(const std::vector<double>& moves, const std::vector<double>& residuals) const {
        double loss = 0;
        for (std::size_t u = 0; u < moves.size(); ++u) loss += 0.5 * std::pow(moves[u] / unknowns_[u].spread, 2);
        for (std::size_t r = 0; r < residuals.size(); ++r) {
            const double size = std::abs(residuals[r]);
            loss += weight_[r] * (size <= bend ? 0.5 * size * size : bend * (size - 0.5 * bend));
        }
        return loss;
    }

    void linearize(const std::vector<double>& moves, const std::vector<double>& residuals, std::vector<double>& normal,
                   std::vector<double>& gradient) const {
        constexpr double nudge = 1e-4;
        const std::size_t n = moves.size();
        std::vector<std::vector<double>> slopes(n);
        for (std::size_t u = 0; u < n; ++u) {
            std::vector<double> nudged = moves;
            nudged[u] += nudge;
            slopes[u].assign(runs_.size(), 0);
            for (const Cell& cell : cells_) {
                if (!concerns(unknowns_[u], &cell)) continue;
                const CostParameters parameters = parameters_of(nudged, &cell);
                for (const std::size_t run : cell.runs)
                    slopes[u][run] = (residual(run, parameters) - residuals[run]) / nudge;
            }
        }
        for (std::size_t u = 0; u < n; ++u) {
            const double spread = unknowns_[u].spread;
            gradient[u] += moves[u] / (spread * spread);
            normal[u * n + u] += 1 / (spread * spread);
            for (std::size_t r = 0; r < runs_.size(); ++r) {
                if (slopes[u][r] == 0) continue;
                const double size = std::abs(residuals[r]);
                const double share = weight_[r] * (size <= bend ? 1 : bend / size);
                gradient[u] += share * slopes[u][r] * residuals[r];
                for (std::size_t other = 0; other < n; ++other)
                    normal[u * n + other] += share * slopes[u][r] * slopes[other][r];
            }
        }
    }

    const RunSeconds& seconds_;
    CostParameters start_;
    const FitOptions& options_;
    std::vector<const TrainingRun*> runs_;
    std::vector<double> weight_;
    std::map<std::string, std::size_t> index_;
    std::vector<std::string> groups_;
    std::vector<Cell> cells_;
    std::vector<Unknown> unknowns_;
};

}  // namespace

std::array<std::string, 3> groups_of(const TrainingRun& run) {
    return {run.family, run.cluster.gpu.name, run.family + " on " + run.cluster.gpu.name};
}

TimeParameters fit_time_model(std::span<const TrainingRun* const> runs, const RunSeconds& seconds,
                              const CostParameters& start, const FitOptions& options) {
    return Fit(runs, seconds, start, options).run();
}

}  // namespace atl::plan
