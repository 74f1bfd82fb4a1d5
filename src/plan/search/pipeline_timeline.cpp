// SPDX-License-Identifier: Apache-2.0
// Pipelines played through, slot by slot.
#include "atoll/plan/pipeline_timeline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace atl::plan {
namespace {

constexpr double not_done = std::numeric_limits<double>::infinity();

PipelineSlot slot(std::uint32_t stage, std::uint32_t chunk, std::uint32_t micro_batch, PipelineWork work) {
    return {.stage = stage, .chunk = chunk, .micro_batch = micro_batch, .work = work};
}

/// Forward and backward passes of one stage in the order in which it takes them.
class StageOrder {
public:
    StageOrder(const PipelineShape& shape, std::uint32_t stage)
        : shape_(shape), stage_(stage), passes_(shape.micro_batches * shape.virtual_stages) {}

    std::vector<PipelineSlot> slots() {
        const std::uint32_t warm = std::min(passes_, warm_up());
        while (forward_ < warm) add_forward();
        while (forward_ < passes_) {
            add_forward();
            add_backward();
        }
        while (backward_ < passes_) add_backward();
        while (weights_ < backward_ && is_split()) add_weights();
        return slots_;
    }

private:
    bool is_split() const { return shape_.schedule == Schedule::zero_bubble; }
    std::uint32_t warm_up() const {
        const std::uint32_t behind = shape_.stages - stage_ - 1;
        if (shape_.schedule == Schedule::gpipe) return passes_;
        if (shape_.virtual_stages == 1) return behind;
        return 2 * behind + (shape_.virtual_stages - 1) * shape_.stages;
    }
    /// The pass of this number: groups of as many micro-batches as there are stages go through the chunks in turn.
    PipelineSlot pass(std::uint32_t number, PipelineWork work) const {
        const std::uint32_t in_turn = number / shape_.stages % shape_.virtual_stages;
        const std::uint32_t group = number / (shape_.stages * shape_.virtual_stages);
        if (shape_.virtual_stages == 1) return slot(stage_, 0, number, work);
        const std::uint32_t chunk = work == PipelineWork::forward ? in_turn : shape_.virtual_stages - 1 - in_turn;
        return slot(stage_, chunk, group * shape_.stages + number % shape_.stages, work);
    }
    void add_forward() { slots_.push_back(pass(forward_++, PipelineWork::forward)); }
    void add_backward() {
        slots_.push_back(pass(backward_++, PipelineWork::backward));
        // ZB-H1: a stage holds back as many weight gradients as there are stages before it
        if (is_split() && backward_ > stage_) add_weights();
    }
    void add_weights() { slots_.push_back(pass(weights_++, PipelineWork::weight_gradient)); }

    const PipelineShape& shape_;
    std::uint32_t stage_;
    std::uint32_t passes_;
    std::uint32_t forward_ = 0;
    std::uint32_t backward_ = 0;
    std::uint32_t weights_ = 0;
    std::vector<PipelineSlot> slots_;
};

/// When each pass ended, and when what it waits for did.
class Progress {
public:
    explicit Progress(const PipelineShape& shape) : shape_(shape) {
        const std::size_t all = std::size_t{shape.stages} * shape.virtual_stages * shape.micro_batches;
        forward_.assign(all, not_done);
        backward_.assign(all, not_done);
    }
    /// `send` passes between what it waits for on another stage and the slot.
    double ready(const PipelineSlot& slot, double send) const {
        const std::uint32_t last = shape_.stages - 1;
        switch (slot.work) {
            case PipelineWork::forward:
                if (slot.stage > 0) return forward_[place(slot.stage - 1, slot.chunk, slot.micro_batch)] + send;
                if (slot.chunk > 0) return forward_[place(last, slot.chunk - 1, slot.micro_batch)] + send;
                return 0;
            case PipelineWork::backward:
                if (slot.stage < last) return backward_[place(slot.stage + 1, slot.chunk, slot.micro_batch)] + send;
                if (slot.chunk + 1 < shape_.virtual_stages) {
                    return backward_[place(0, slot.chunk + 1, slot.micro_batch)] + send;
                }
                return forward_[place(slot.stage, slot.chunk, slot.micro_batch)];
            case PipelineWork::weight_gradient:
                break;
        }
        return 0;
    }
    void end(const PipelineSlot& slot) {
        const std::size_t at = place(slot.stage, slot.chunk, slot.micro_batch);
        if (slot.work == PipelineWork::forward) forward_[at] = slot.end;
        if (slot.work == PipelineWork::backward) backward_[at] = slot.end;
    }

private:
    std::size_t place(std::uint32_t stage, std::uint32_t chunk, std::uint32_t micro_batch) const {
        return (std::size_t{stage} * shape_.virtual_stages + chunk) * shape_.micro_batches + micro_batch;
    }
    const PipelineShape& shape_;
    std::vector<double> forward_;
    std::vector<double> backward_;
};

double seconds_of(const PipelineSlot& slot, const CostTerms& terms, const PipelineShape& shape) {
    const double layers = std::ceil(static_cast<double>(shape.layers) / shape.stages) / shape.virtual_stages;
    const double forward = layers * terms.layer_forward;
    const double backward = layers * (terms.layer_backward + terms.layer_recompute);
    const bool has_embedding = slot.stage == 0 && slot.chunk == 0;
    const bool has_head = slot.stage + 1 == shape.stages && slot.chunk + 1 == shape.virtual_stages;
    const double ends = (has_embedding ? terms.embedding : 0) + (has_head ? terms.head : 0);
    if (slot.work == PipelineWork::forward) return forward + ends / 3;
    const double both = backward + ends * 2 / 3;
    return shape.schedule == Schedule::zero_bubble ? both / 2 : both;
}

/// `seconds` of a slot; `send` from a stage to the next one or back.
template <class Seconds, class Send>
std::vector<PipelineSlot> play(const PipelineShape& shape, Seconds seconds, Send send) {
    std::vector<std::vector<PipelineSlot>> orders;
    orders.reserve(shape.stages);
    for (std::uint32_t stage = 0; stage < shape.stages; ++stage) orders.push_back(StageOrder(shape, stage).slots());
    Progress progress(shape);
    std::vector<std::size_t> next(shape.stages, 0);
    std::vector<double> free(shape.stages, 0);
    for (bool has_moved = true; has_moved;) {
        has_moved = false;
        for (std::uint32_t stage = 0; stage < shape.stages; ++stage) {
            while (next[stage] < orders[stage].size()) {
                PipelineSlot& one = orders[stage][next[stage]];
                const std::uint32_t sender = one.work == PipelineWork::forward && stage > 0 ? stage - 1 : stage;
                const double ready = progress.ready(one, send(sender));
                if (ready == not_done) break;
                one.begin = std::max(free[stage], ready);
                one.end = one.begin + seconds(one);
                free[stage] = one.end;
                progress.end(one);
                ++next[stage];
                has_moved = true;
            }
        }
    }
    std::vector<PipelineSlot> all;
    for (const auto& order : orders) all.insert(all.end(), order.begin(), order.end());
    return all;
}

}  // namespace

std::vector<PipelineSlot> pipeline_timeline(const CostTerms& terms, const PipelineShape& shape) {
    if (shape.virtual_stages > 1 && shape.micro_batches % shape.stages != 0) {
        throw std::invalid_argument("the interleaved schedule runs micro-batches in multiples of the stages");
    }
    return play(
        shape, [&](const PipelineSlot& slot) { return seconds_of(slot, terms, shape); },
        [&](std::uint32_t) { return terms.p2p; });
}

std::vector<PipelineSlot> pipeline_timeline(const std::vector<StageWork>& stages, std::uint32_t micro_batches) {
    PipelineShape shape;
    shape.stages = static_cast<std::uint32_t>(stages.size());
    shape.virtual_stages = 1;
    shape.micro_batches = micro_batches;
    shape.schedule = Schedule::one_f_one_b;
    return play(
        shape,
        [&](const PipelineSlot& slot) {
            const StageWork& work = stages[slot.stage];
            return slot.work == PipelineWork::forward ? work.forward : work.backward;
        },
        [&](std::uint32_t stage) { return stages[stage].send; });
}

}  // namespace atl::plan
