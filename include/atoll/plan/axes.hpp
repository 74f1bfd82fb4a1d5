// SPDX-License-Identifier: Apache-2.0
// The axes of a strategy, and sets of them: which ones a rule or a model reads.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace atl::plan {

/// In the order in which the search fixes them; from `precision` on they are the inner switches.
enum class Axis : std::uint8_t {
    tensor,
    pipeline,
    context,
    data,
    expert,
    schedule,
    virtual_stages,
    micro_batch,
    recompute,
    recompute_method,
    recompute_layers,
    precision,
    zero_stage,
    sequence_parallel,
    overlap_gradient_reduce,
    overlap_parameter_gather,
    overlap_p2p,
    overlap_tensor_parallel,
    flash_attention,
    offload_optimizer,
};
constexpr std::size_t axis_count = 20;

/// A set of axes.
class AxisSet {
public:
    constexpr AxisSet() = default;
    constexpr AxisSet(std::initializer_list<Axis> axes) {
        for (const Axis axis : axes) add(axis);
    }
    static constexpr AxisSet all() { return AxisSet((1U << axis_count) - 1); }
    constexpr void add(Axis axis) { bits_ |= 1U << static_cast<unsigned>(axis); }
    constexpr bool has(Axis axis) const { return (bits_ >> static_cast<unsigned>(axis) & 1U) != 0; }
    constexpr AxisSet operator|(AxisSet other) const { return AxisSet(bits_ | other.bits_); }
    constexpr bool operator==(const AxisSet&) const = default;

private:
    constexpr explicit AxisSet(std::uint32_t bits) : bits_(bits) {}
    std::uint32_t bits_ = 0;
};

}  // namespace atl::plan
