// SPDX-License-Identifier: Apache-2.0
// Mixed pipelines: sizes by their bounds, stages of each type, splits of layers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "atoll/core/error.hpp"
#include "atoll/plan/mixed.hpp"
#include "plan/mixed/stage_costs.hpp"

namespace atl::plan {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double rounding_guard = 1 - 1e-12;
constexpr double seconds_an_hour = 3600;

/// Sizes of a pipeline without its numbers of stages.
struct Sizes {
    std::uint32_t data = 1;
    std::uint16_t micro_batch = 1;
    std::uint32_t micro_batches = 1;
    std::vector<std::uint16_t> pools;   ///< in the order of the pipeline
    std::vector<std::uint16_t> tensor;  ///< of each
    std::vector<std::uint16_t> most;    ///< stages of each
    std::vector<double> each;           ///< seconds of a layer on a stage of each, at least
    std::vector<double> overhead;       ///< of a stage beside its layers, at least
    std::uint64_t pipelines = 0;        ///< numbers of stages that the caps allow
    double bound = 0;
    double dollars_bound = 0;
};

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
        make_sizes();
        std::stable_sort(sizes_.begin(), sizes_.end(),
                         [](const Sizes& left, const Sizes& right) { return left.bound < right.bound; });
        for (const Sizes& sizes : sizes_) {
            result_.certificate.generated += sizes.pipelines;
            if (beaten(sizes.bound, sizes.dollars_bound)) {
                result_.certificate.pruned_by_sizes += sizes.pipelines;
            } else {
                const std::uint64_t tried = visit_stages(sizes);
                result_.certificate.pruned_by_stages += sizes.pipelines - tried;
            }
        }
        result_.best.assign(best_.begin(), best_.end());
        for (const auto& [seconds, plan] : front_) result_.best.push_back(plan);
        return std::move(result_);
    }

private:
    double last() const { return best_.size() < options_.keep ? infinite : best_.rbegin()->seconds; }

    /// Whether no plan of at least that many seconds and dollars is wanted any more.
    bool beaten(double seconds, double dollars) const {
        if (options_.is_brute_force) return false;
        if (!options_.is_front) return seconds * rounding_guard > last();
        auto after = front_.upper_bound(seconds * rounding_guard);
        return after != front_.begin() && std::prev(after)->second.dollars <= dollars * rounding_guard;
    }

    /// Seconds above which a pipeline at that many dollars a second is not wanted.
    double seconds_limit(double dollars_per_second) const {
        if (options_.is_brute_force) return infinite;
        if (!options_.is_front) return last();
        double limit = infinite;
        for (const auto& [seconds, plan] : front_) {
            const double here = dollars_per_second > 0 ? std::max(seconds, plan.dollars / dollars_per_second)
                                : plan.dollars <= 0    ? seconds
                                                       : infinite;
            limit = std::min(limit, here);
        }
        return limit / rounding_guard;
    }

    double dollars_per_second(const Sizes& sizes, const std::vector<std::uint16_t>& stages) const {
        double dollars = 0;
        for (std::size_t type = 0; type < stages.size(); ++type) {
            dollars += static_cast<double>(stages[type] * gpus_of_stage(sizes, type)) *
                       pools_[sizes.pools[type]].dollars_per_gpu_hour / seconds_an_hour;
        }
        return dollars;
    }

    void make_sizes() {
        for (std::uint32_t data = 1; data <= workload_.global_batch; ++data) {
            if (workload_.global_batch % data != 0) continue;
            for (const std::uint32_t micro_batch : space_.micro_batch) {
                if (workload_.global_batch / data % micro_batch != 0) continue;
                Sizes sizes;
                sizes.data = data;
                sizes.micro_batch = static_cast<std::uint16_t>(micro_batch);
                sizes.micro_batches = workload_.global_batch / data / micro_batch;
                add_pools(sizes);
            }
        }
    }

    /// Every order of every subset of the pools, with every tensor size.
    void add_pools(Sizes& sizes) {
        if (!sizes.pools.empty()) add(sizes);
        if (sizes.pools.size() == space_.most_types) return;
        for (std::size_t place = 0; place < pools_.size(); ++place) {
            const auto pool = static_cast<std::uint16_t>(place);
            if (std::find(sizes.pools.begin(), sizes.pools.end(), pool) != sizes.pools.end()) continue;
            for (const std::uint32_t tensor : space_.tensor) {
                if (model_.heads % tensor != 0 || tensor > pools_[pool].gpus_per_node) continue;
                const std::uint32_t most = std::min(pools_[pool].most / (tensor * sizes.data), most_stages_);
                if (most == 0) continue;
                sizes.pools.push_back(pool);
                sizes.tensor.push_back(static_cast<std::uint16_t>(tensor));
                sizes.most.push_back(static_cast<std::uint16_t>(most));
                add_pools(sizes);
                sizes.pools.pop_back();
                sizes.tensor.pop_back();
                sizes.most.pop_back();
            }
        }
    }

    StageSort sort_of(const Sizes& sizes, std::size_t type, std::uint16_t stages) const {
        return {sizes.pools[type], sizes.tensor[type], sizes.micro_batch, sizes.data, stages};
    }

    void add(const Sizes& sizes) {
        Sizes added = sizes;
        added.pipelines = count_pipelines(sizes);
        if (added.pipelines == 0) return;
        for (std::size_t type = 0; type < sizes.pools.size(); ++type) {
            added.each.push_back(costs_.layer_seconds(sort_of(sizes, type, 1)));
            added.overhead.push_back(costs_.overhead_seconds(sort_of(sizes, type, 1)));
        }
        added.bound = bound(added, sizes.most);
        // GPUs that are busy at least, at the cheapest type
        double cheapest = infinite;
        for (std::size_t type = 0; type < sizes.pools.size(); ++type) {
            cheapest = std::min(cheapest, added.each[type] * static_cast<double>(gpus_of_stage(sizes, type)) *
                                              pools_[sizes.pools[type]].dollars_per_gpu_hour / seconds_an_hour);
        }
        added.dollars_bound = cheapest * model_.layers * sizes.micro_batches;
        sizes_.push_back(std::move(added));
    }

    /// GPUs that one stage of a type takes.
    static std::uint64_t gpus_of_stage(const Sizes& sizes, std::size_t type) {
        return std::uint64_t{sizes.tensor[type]} * sizes.data;
    }
    std::uint64_t most_gpus() const {
        return options_.most_gpus > 0 ? options_.most_gpus : std::numeric_limits<std::uint32_t>::max();
    }

    /// Numbers of stages within the caps, the most stages and the most GPUs.
    std::uint64_t count_pipelines(const Sizes& sizes) const {
        // by stages so far; GPUs beyond the limit are only met where the caps add up to more than it
        std::uint64_t all_gpus = 0;
        for (std::size_t type = 0; type < sizes.pools.size(); ++type) {
            all_gpus += sizes.most[type] * gpus_of_stage(sizes, type);
        }
        if (all_gpus > most_gpus()) return count_one_by_one(sizes, 0, 0, 0);
        std::vector<std::uint64_t> ways(most_stages_ + 1, 0);
        ways[0] = 1;
        for (const std::uint16_t most : sizes.most) {
            std::vector<std::uint64_t> after(ways.size(), 0);
            std::uint64_t window = 0;
            for (std::size_t stages = 1; stages < ways.size(); ++stages) {
                window += ways[stages - 1];
                if (stages > most) window -= ways[stages - 1 - most];
                after[stages] = window;
            }
            ways = std::move(after);
        }
        std::uint64_t all = 0;
        for (const std::uint64_t one : ways) all += one;
        return all;
    }

    std::uint64_t count_one_by_one(const Sizes& sizes, std::size_t type, std::uint32_t stages,
                                   std::uint64_t gpus) const {
        if (type == sizes.pools.size()) return 1;
        std::uint64_t all = 0;
        for (std::uint32_t count = 1; count <= sizes.most[type] && stages + count <= most_stages_; ++count) {
            const std::uint64_t used = gpus + count * gpus_of_stage(sizes, type);
            if (used > most_gpus()) break;
            all += count_one_by_one(sizes, type + 1, stages + count, used);
        }
        return all;
    }

    /// All stages busy, layers cut at will: (micro-batches - 1) paces, and every layer once on the fastest type.
    double bound(const Sizes& sizes, const std::vector<std::uint16_t>& stages) const {
        double rate = 0;
        double idle = 0;
        double once = model_.layers * *std::min_element(sizes.each.begin(), sizes.each.end());
        for (std::size_t type = 0; type < stages.size(); ++type) {
            rate += stages[type] / sizes.each[type];
            idle += stages[type] * sizes.overhead[type] / sizes.each[type];
            once += stages[type] * sizes.overhead[type];
        }
        // with the most stages of all, overheads are no longer a lower bound of pipelines with fewer
        if (&stages == &sizes.most) idle = once = 0;
        return (sizes.micro_batches - 1.0) * (model_.layers + idle) / rate + once;
    }

    /// Layers a second that all stages together need at least to be as fast as the slowest plan kept.
    double needed_rate(const Sizes& sizes) const {
        const double known = last();
        if (options_.is_brute_force || options_.is_front || known == infinite) return 0;
        return (sizes.micro_batches - 1.0) * model_.layers / known * rounding_guard;
    }

    /// Tries every number of stages of each type that may be fast enough; returns how many.
    std::uint64_t visit_stages(const Sizes& sizes) {
        std::vector<std::uint16_t> stages(sizes.pools.size());
        std::vector<double> later(sizes.pools.size() + 1, 0);  // rate of all types from here on, at most
        for (std::size_t type = stages.size(); type-- > 0;) {
            later[type] = later[type + 1] + sizes.most[type] / sizes.each[type];
        }
        std::uint64_t tried = 0;
        const std::function<void(std::size_t, std::uint32_t, std::uint64_t, double)> place =
            [&](std::size_t type, std::uint32_t used_stages, std::uint64_t used_gpus, double rate) {
                if (type == stages.size()) {
                    const double seconds = bound(sizes, stages);
                    const double dollars = options_.is_front ? seconds * dollars_per_second(sizes, stages) : 0;
                    if (beaten(seconds, dollars)) return;
                    ++tried;
                    try_stages(sizes, stages);
                    return;
                }
                const double missing = needed_rate(sizes) - rate - later[type + 1];
                std::uint32_t count = 1;
                if (missing > 0) count = std::max(1U, static_cast<std::uint32_t>(missing * sizes.each[type]));
                for (; count <= sizes.most[type] && used_stages + count <= most_stages_; ++count) {
                    const std::uint64_t gpus = used_gpus + count * gpus_of_stage(sizes, type);
                    if (gpus > most_gpus()) break;
                    stages[type] = static_cast<std::uint16_t>(count);
                    place(type + 1, used_stages + count, gpus, rate + count / sizes.each[type]);
                }
            };
        place(0, 0, 0, 0);
        return tried;
    }

    void try_stages(const Sizes& sizes, const std::vector<std::uint16_t>& stages) {
        std::uint16_t all = 0;
        for (const std::uint16_t count : stages) all = static_cast<std::uint16_t>(all + count);
        std::vector<const StageSeconds*> tables;
        std::uint16_t index = 0;
        for (std::size_t type = 0; type < stages.size(); ++type) {
            for (std::uint16_t i = 0; i < stages[type]; ++i, ++index) {
                const bool crosses = i + 1 == stages[type] && type + 1 < stages.size();
                tables.push_back(&costs_.at(sort_of(sizes, type, all),
                                            {index, crosses ? sizes.pools[type + 1] : sizes.pools[type]}));
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

    void keep(const Sizes& sizes, const std::vector<std::uint16_t>& stages, std::uint16_t all,
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
                                       .recompute = costs_.recomputes(sort_of(sizes, type, all), index, layers)});
            }
        }
        if (options_.is_front) {
            keep_on_front(std::move(plan));
            return;
        }
        best_.insert(std::move(plan));
        if (best_.size() > options_.keep) best_.erase(std::prev(best_.end()));
    }

    void keep_on_front(MixedPlan plan) {
        const auto same = front_.find(plan.seconds);
        if (same != front_.end() && same->second.dollars == plan.dollars) {
            if (plan < same->second) same->second = std::move(plan);
            return;
        }
        const auto after = front_.upper_bound(plan.seconds);
        if (after != front_.begin() && std::prev(after)->second.dollars <= plan.dollars) return;
        auto slower = front_.lower_bound(plan.seconds);
        while (slower != front_.end() && slower->second.dollars >= plan.dollars) slower = front_.erase(slower);
        const double seconds = plan.seconds;
        front_.emplace(seconds, std::move(plan));
    }

    const Transformer& model_;
    Workload workload_;
    const std::vector<GpuPool>& pools_;
    const MixedSpace& space_;
    const MixedOptions& options_;
    StageCosts costs_;
    std::uint32_t most_stages_;
    std::vector<Sizes> sizes_;
    std::set<MixedPlan> best_;
    std::map<double, MixedPlan> front_;  ///< by seconds; dollars fall
    MixedResult result_;
};

}  // namespace

std::vector<std::uint32_t> MixedPlan::gpus(std::size_t pools) const {
    std::vector<std::uint32_t> all(pools, 0);
    for (const MixedStage& stage : stages) all.at(stage.pool) += stage.tensor * data;
    return all;
}

std::string describe(const MixedPlan& plan, const std::vector<GpuPool>& pools) {
    std::string text = fmt::format("dp{} mbs{}:", plan.data, plan.micro_batch);
    for (std::size_t begin = 0; begin < plan.stages.size();) {
        const MixedStage& first = plan.stages[begin];
        std::size_t end = begin;
        std::vector<std::uint32_t> layers;
        while (end < plan.stages.size() && plan.stages[end].pool == first.pool &&
               plan.stages[end].recompute == first.recompute) {
            layers.push_back(plan.stages[end++].layers);
        }
        text += fmt::format("{} {} x {} tp{}{} ({} layers)", begin == 0 ? "" : ",", end - begin,
                            pools.at(first.pool).gpu.name, first.tensor, first.recompute ? " recomputed" : "",
                            fmt::join(layers, " "));
        begin = end;
    }
    return text;
}

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

}  // namespace atl::plan
