// SPDX-License-Identifier: Apache-2.0
// Mixed pipelines: sizes by their bounds, stages of each type, splits of layers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "atoll/core/error.hpp"
#include "atoll/plan/mixed.hpp"
#include "plan/mixed/pipeline_sizes.hpp"
#include "plan/mixed/plan_front.hpp"
#include "plan/mixed/stage_costs.hpp"

namespace atl::plan {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double rounding_guard = 1 - 1e-12;
constexpr double seconds_an_hour = 3600;

class MixedSearch {
public:
    MixedSearch(const Transformer& model, const Workload& workload, const std::vector<GpuPool>& pools,
                const MixedSpace& space, const MixedOptions& options)
        : model_(model),
          workload_(workload),
          pools_(pools),
          space_(space),
          options_(options),
          costs_(model, workload, pools, options.out_of_memory_limit),
          most_stages_(std::min(space.most_stages, model.layers)) {}

    MixedResult run() {
        const std::vector<PipelineSizes> all = pipeline_sizes(model_, workload_, pools_, space_, options_, costs_);
        // ranks take blocks, the same on every rank, so that asking for one costs less than searching it
        const std::size_t block = std::clamp<std::size_t>(all.size() / 1024, 1, 64);
        std::size_t next = 0;
        const auto take = [&] { return options_.sharing.take ? options_.sharing.take() : next++; };
        for (std::size_t begin = block * take(); begin < all.size(); begin = block * take()) {
            for (std::size_t i = begin; i < std::min(begin + block, all.size()); ++i) search(all[i]);
        }
        result_.best.assign(best_.begin(), best_.end());
        if (options_.is_front) result_.best = front_.plans();
        return std::move(result_);
    }

private:
    void search(const PipelineSizes& sizes) {
        listen();
        result_.certificate.generated += sizes.pipelines;
        if (beaten(sizes.bound, sizes.dollars_bound)) {
            result_.certificate.pruned_by_sizes += sizes.pipelines;
        } else {
            result_.certificate.pruned_by_stages += sizes.pipelines - visit_stages(sizes);
        }
    }

    /// What other ranks have found.
    void listen() {
        if (!options_.sharing.heard) return;
        for (const MixedPoint& point : options_.sharing.heard()) {
            if (options_.is_front) front_.hear(point);
            foreign_ = std::min(foreign_, point.seconds);
        }
    }
    void tell(const MixedPoint& point) const {
        if (options_.sharing.tell) options_.sharing.tell(point);
    }

    /// Of the slowest plan kept, here or elsewhere.
    double last() const {
        return std::min(foreign_, best_.size() < options_.keep ? infinite : best_.rbegin()->seconds);
    }

    /// Whether no plan of at least that many seconds and dollars is wanted any more.
    bool beaten(double seconds, double dollars) const {
        if (options_.is_brute_force) return false;
        return options_.is_front ? front_.beats(seconds, dollars) : seconds * rounding_guard > last();
    }

    /// Seconds above which a pipeline at that many dollars a second is not wanted.
    double seconds_limit(double dollars_per_second) const {
        if (options_.is_brute_force) return infinite;
        return options_.is_front ? front_.seconds_limit(dollars_per_second) : last();
    }

    double dollars_per_second(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages) const {
        double dollars = 0;
        for (std::size_t type = 0; type < stages.size(); ++type) {
            dollars += static_cast<double>(stages[type] * sizes.gpus_of_stage(type)) *
                       pools_[sizes.pools[type]].dollars_per_gpu_hour / seconds_an_hour;
        }
        return dollars;
    }

    /// Layers a second that all stages together need at least to be as fast as the slowest plan kept.
    double needed_rate(const PipelineSizes& sizes) const {
        const double known = last();
        if (options_.is_brute_force || options_.is_front || known == infinite) return 0;
        return (sizes.micro_batches - 1.0) * model_.layers / known * rounding_guard;
    }

    /// Tries every number of stages of each type that may be fast enough; returns how many.
    std::uint64_t visit_stages(const PipelineSizes& sizes) {
        std::vector<std::uint16_t> stages(sizes.pools.size());
        std::vector<double> later(sizes.pools.size() + 1, 0);  // rate of all types from here on, at most
        for (std::size_t type = stages.size(); type-- > 0;) {
            later[type] = later[type + 1] + sizes.most[type] / sizes.each[type];
        }
        std::uint64_t tried = 0;
        const std::function<void(std::size_t, std::uint32_t, std::uint64_t, double)> place =
            [&](std::size_t type, std::uint32_t used_stages, std::uint64_t used_gpus, double rate) {
                if (type == stages.size()) {
                    const double seconds = pipeline_bound(sizes, stages, model_.layers);
                    const double dollars = options_.is_front ? seconds * dollars_per_second(sizes, stages) : 0;
                    if (beaten(seconds, dollars)) return;
                    const double limit = seconds_limit(options_.is_front ? dollars_per_second(sizes, stages) : 0);
                    if (!may_hold(sizes, stages, model_.layers, limit)) return;
                    ++tried;
                    try_stages(sizes, stages);
                    return;
                }
                const double missing = needed_rate(sizes) - rate - later[type + 1];
                std::uint32_t count = 1;
                if (missing > 0) count = std::max(1U, static_cast<std::uint32_t>(missing * sizes.each[type]));
                for (; count <= sizes.most[type] && used_stages + count <= most_stages_; ++count) {
                    const std::uint64_t gpus = used_gpus + count * sizes.gpus_of_stage(type);
                    if (options_.most_gpus > 0 && gpus > options_.most_gpus) break;
                    stages[type] = static_cast<std::uint16_t>(count);
                    place(type + 1, used_stages + count, gpus, rate + count / sizes.each[type]);
                }
            };
        place(0, 0, 0, 0);
        return tried;
    }

    void try_stages(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages) {
        listen();
        std::uint16_t all = 0;
        for (const std::uint16_t count : stages) all = static_cast<std::uint16_t>(all + count);
        std::vector<const StageSeconds*> tables;
        std::uint16_t index = 0;
        for (std::size_t type = 0; type < stages.size(); ++type) {
            for (std::uint16_t i = 0; i < stages[type]; ++i, ++index) {
                const bool crosses = i + 1 == stages[type] && type + 1 < stages.size();
                tables.push_back(
                    &costs_.at(sizes.sort_of(type, all), {index, crosses ? sizes.pools[type + 1] : sizes.pools[type]}));
            }
        }
        const double limit = seconds_limit(dollars_per_second(sizes, stages));
        const auto split = space_.even_inside_type
                               ? even_split(tables, stages, sizes.micro_batches, limit)
                               : best_layer_split(tables, model_.layers, sizes.micro_batches, limit);
        if (!split) {
            ++result_.certificate.pruned_by_split;
            return;
        }
        ++result_.certificate.split;
        keep(sizes, stages, all, *split);
    }

    /// Equal numbers of layers in all stages of a type, the best of them.
    std::optional<LayerSplit> even_split(const std::vector<const StageSeconds*>& tables,
                                         const std::vector<std::uint16_t>& stages, std::uint32_t micro_batches,
                                         double limit) const {
        std::optional<LayerSplit> best;
        std::vector<std::uint32_t> layers;
        const std::function<void(std::size_t, std::uint32_t)> place = [&](std::size_t type, std::uint32_t left) {
            const std::uint32_t count = stages[type];
            const bool is_last = type + 1 == stages.size();
            for (std::uint32_t n = 1; n * count <= left; ++n) {
                if (is_last && n * count != left) continue;
                layers.insert(layers.end(), count, n);
                if (is_last) {
                    const double seconds = mixed_pipeline_seconds(tables, layers, micro_batches);
                    if (seconds <= limit && seconds < infinite && (!best || seconds < best->seconds)) {
                        best = LayerSplit{layers, seconds};
                    }
                } else {
                    place(type + 1, left - n * count);
                }
                layers.resize(layers.size() - count);
            }
        };
        place(0, model_.layers);
        return best;
    }

    void keep(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages, std::uint16_t all,
              const LayerSplit& split) {
        MixedPlan plan;
        plan.seconds = split.seconds;
        plan.dollars = split.seconds * dollars_per_second(sizes, stages);
        plan.data = sizes.data;
        plan.micro_batch = sizes.micro_batch;
        std::uint16_t index = 0;
        for (std::size_t type = 0; type < stages.size(); ++type) {
            for (std::uint16_t i = 0; i < stages[type]; ++i, ++index) {
                const std::uint32_t layers = split.layers[index];
                plan.stages.push_back({.pool = sizes.pools[type],
                                       .tensor = sizes.tensor[type],
                                       .layers = static_cast<std::uint16_t>(layers),
                                       .recompute = costs_.recomputes(sizes.sort_of(type, all), index, layers)});
            }
        }
        if (options_.is_front) {
            const MixedPoint point{plan.seconds, plan.dollars};
            if (front_.add(std::move(plan))) tell(point);
            return;
        }
        const double before = last();
        best_.insert(std::move(plan));
        if (best_.size() > options_.keep) best_.erase(std::prev(best_.end()));
        if (last() < before) tell({.seconds = last(), .dollars = 0});
    }

    const Transformer& model_;
    Workload workload_;
    const std::vector<GpuPool>& pools_;
    const MixedSpace& space_;
    const MixedOptions& options_;
    StageCosts costs_;
    std::uint32_t most_stages_;
    std::set<MixedPlan> best_;
    PlanFront front_;
    double foreign_ = infinite;  ///< another rank knows `keep` plans at most that slow
    MixedResult result_;
};

}  // namespace

MixedResult search_mixed(const Transformer& model, const Workload& workload, const std::vector<GpuPool>& pools,
                         const MixedSpace& space, const MixedOptions& options) {
    if (pools.empty()) throw InputError("no GPUs are given");
    constexpr std::size_t most_pools = 8;
    if (pools.size() > most_pools)
        throw InputError(fmt::format("{} types of GPU are more than {}", pools.size(), most_pools));
    if (model.dense_layers > 0) {
        throw InputError(
            fmt::format("{}: mixed pipelines take models whose layers are alike; this one begins with {} "
                        "dense layers",
                        model.name, model.dense_layers));
    }
    return MixedSearch(model, workload, pools, space, options).run();
}

MixedResult merge(const std::vector<MixedResult>& results, const MixedOptions& options) {
    MixedResult merged;
    PlanFront front;
    std::set<MixedPlan> best;
    for (const MixedResult& one : results) {
        merged.certificate += one.certificate;
        for (const MixedPlan& plan : one.best) {
            if (options.is_front) front.add(plan);
            best.insert(plan);
        }
    }
    for (const MixedPlan& plan : best) {
        if (merged.best.size() < options.keep) merged.best.push_back(plan);
    }
    if (options.is_front) merged.best = front.plans();
    return merged;
}

MixedCertificate& MixedCertificate::operator+=(const MixedCertificate& other) {
    generated += other.generated;
    pruned_by_sizes += other.pruned_by_sizes;
    pruned_by_stages += other.pruned_by_stages;
    pruned_by_split += other.pruned_by_split;
    split += other.split;
    return *this;
}

}  // namespace atl::plan
