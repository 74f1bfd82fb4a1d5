// SPDX-License-Identifier: Apache-2.0
// Lists sizes, counts their pipelines, bounds them.
#include "plan/mixed/pipeline_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace atl::plan {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double seconds_an_hour = 3600;

/// The pace at which all stages, always busy, just do with the layers cut at will. More stages never make it slower: a
/// pipeline's pace is above the overhead of each of its types, so another stage of a type takes some layers.
double least_pace(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages, std::uint32_t layers) {
    double rate = 0;
    double idle = 0;
    for (std::size_t type = 0; type < stages.size(); ++type) {
        rate += stages[type] / sizes.each[type];
        idle += stages[type] * sizes.overhead[type] / sizes.each[type];
    }
    return (layers + idle) / rate;
}

/// Seconds of the first micro-batch: every layer on the fastest type, and the overheads of `stages`.
double first_micro_batch(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages, std::uint32_t layers) {
    double seconds = layers * *std::min_element(sizes.each.begin(), sizes.each.end());
    for (std::size_t type = 0; type < stages.size(); ++type) seconds += stages[type] * sizes.overhead[type];
    return seconds;
}

/// Of pipelines with any numbers of stages.
double bound_of_all(const PipelineSizes& sizes, std::uint32_t layers) {
    const std::vector<std::uint16_t> one_each(sizes.pools.size(), 1);
    return (sizes.micro_batches - 1.0) * least_pace(sizes, sizes.most, layers) +
           first_micro_batch(sizes, one_each, layers);
}

class SizeList {
public:
    SizeList(const Transformer& model, const Workload& workload, const std::vector<GpuPool>& pools,
             const MixedSpace& space, const MixedOptions& options, StageCosts& costs)
        : model_(model),
          workload_(workload),
          pools_(pools),
          space_(space),
          options_(options),
          costs_(costs),
          most_stages_(std::min(space.most_stages, model.layers)) {}

    std::vector<PipelineSizes> run() {
        make_sizes();
        std::stable_sort(sizes_.begin(), sizes_.end(), [](const PipelineSizes& left, const PipelineSizes& right) {
            return left.bound < right.bound;
        });
        return std::move(sizes_);
    }

private:
    void make_sizes() {
        for (std::uint32_t data = 1; data <= workload_.global_batch; ++data) {
            if (workload_.global_batch % data != 0) continue;
            for (const std::uint32_t micro_batch : space_.micro_batch) {
                if (workload_.global_batch / data % micro_batch != 0) continue;
                PipelineSizes sizes;
                sizes.data = data;
                sizes.micro_batch = static_cast<std::uint16_t>(micro_batch);
                sizes.micro_batches = workload_.global_batch / data / micro_batch;
                add_pools(sizes);
            }
        }
    }

    /// Every order of every subset of the pools, with every tensor size.
    void add_pools(PipelineSizes& sizes) {
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

    void add(const PipelineSizes& sizes) {
        PipelineSizes added = sizes;
        added.pipelines = count_pipelines(sizes);
        if (added.pipelines == 0) return;
        for (std::size_t type = 0; type < sizes.pools.size(); ++type) {
            added.each.push_back(costs_.layer_seconds(added.sort_of(type, 1)));
            added.overhead.push_back(costs_.overhead_seconds(added.sort_of(type, 1)));
        }
        added.bound = bound_of_all(added, model_.layers);
        // GPUs that are busy at least, at the cheapest type
        double cheapest = infinite;
        for (std::size_t type = 0; type < sizes.pools.size(); ++type) {
            cheapest = std::min(cheapest, added.each[type] * static_cast<double>(sizes.gpus_of_stage(type)) *
                                              pools_[sizes.pools[type]].dollars_per_gpu_hour / seconds_an_hour);
        }
        added.dollars_bound = cheapest * model_.layers * sizes.micro_batches;
        sizes_.push_back(std::move(added));
    }

    std::uint64_t most_gpus() const {
        return options_.most_gpus > 0 ? options_.most_gpus : std::numeric_limits<std::uint32_t>::max();
    }

    /// Numbers of stages within the caps, the most stages and the most GPUs.
    std::uint64_t count_pipelines(const PipelineSizes& sizes) const {
        // by stages so far; GPUs beyond the limit are only met where the caps add up to more than it
        std::uint64_t all_gpus = 0;
        for (std::size_t type = 0; type < sizes.pools.size(); ++type) {
            all_gpus += sizes.most[type] * sizes.gpus_of_stage(type);
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

    std::uint64_t count_one_by_one(const PipelineSizes& sizes, std::size_t type, std::uint32_t stages,
                                   std::uint64_t gpus) const {
        if (type == sizes.pools.size()) return 1;
        std::uint64_t all = 0;
        for (std::uint32_t count = 1; count <= sizes.most[type] && stages + count <= most_stages_; ++count) {
            const std::uint64_t used = gpus + count * sizes.gpus_of_stage(type);
            if (used > most_gpus()) break;
            all += count_one_by_one(sizes, type + 1, stages + count, used);
        }
        return all;
    }

    const Transformer& model_;
    Workload workload_;
    const std::vector<GpuPool>& pools_;
    const MixedSpace& space_;
    const MixedOptions& options_;
    StageCosts& costs_;
    std::uint32_t most_stages_;
    std::vector<PipelineSizes> sizes_;
};

}  // namespace

double pipeline_bound(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages, std::uint32_t layers) {
    return (sizes.micro_batches - 1.0) * least_pace(sizes, stages, layers) + first_micro_batch(sizes, stages, layers);
}

bool may_hold(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages, std::uint32_t layers,
              double seconds) {
    if (sizes.micro_batches == 1 || seconds == infinite) return true;
    constexpr double rounding = 1 + 1e-9;
    const double pace = rounding * (seconds - first_micro_batch(sizes, stages, layers)) / (sizes.micro_batches - 1.0);
    double room = 0;
    for (std::size_t type = 0; type < stages.size(); ++type) {
        const double here = std::floor(rounding * (pace - sizes.overhead[type]) / sizes.each[type]);
        if (here < 1) return false;
        room += stages[type] * here;
    }
    return room >= layers;
}

std::vector<PipelineSizes> pipeline_sizes(const Transformer& model, const Workload& workload,
                                          const std::vector<GpuPool>& pools, const MixedSpace& space,
                                          const MixedOptions& options, StageCosts& costs) {
    return SizeList(model, workload, pools, space, options, costs).run();
}

}  // namespace atl::plan
