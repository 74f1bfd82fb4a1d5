// SPDX-License-Identifier: Apache-2.0
// Distributions of items that the literature on online bin packing uses, and seeded instances of our own from them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atoll/core/random.hpp"
#include "problems/bin_packing.hpp"

namespace atl::problems {

/// or1 .. or4: sizes as in Beasley's OR-Library, binpack1 to binpack4 (Falkenauer's uniform class): uniform on 20 ..
/// 100. weibull_5k: FunSearch (Romera-Paredes et al., Nature 2024): Weibull of shape 3 and scale 45, rounded, in 1 ..
/// 100.
struct BinPackingFamily {
    enum class Sizes : std::uint8_t { uniform_20_to_100, weibull_3_45 };

    std::string name;
    Sizes sizes = Sizes::uniform_20_to_100;
    int capacity = 0;
    int items = 0;
    int instances = 0;
    /// In the stage "screen". They are as long as the others: cut to half, they rank priority functions with a rank
    /// correlation of 0.71 to the full stage instead of 0.90, since what bins are left open weighs more.
    int screen_instances = 0;
};

const std::vector<BinPackingFamily>& bin_packing_families();

/// What an instance is for; no two uses share random numbers.
enum class InstanceUse : std::uint32_t { full = 0, screen = 1, future = 2 };

/// The stream that the instance `index` of a family is drawn from; `purpose` tells the open from the hidden ones.
RandomStream instance_stream(std::uint32_t family, std::uint64_t index, InstanceUse use, StreamPurpose purpose);

int draw_item(const BinPackingFamily& family, RandomStream& random);
/// `items` of them, whatever the family's own length.
BinPackingInstance draw_instance(const BinPackingFamily& family, int items, RandomStream& random);

/// The same instance up to a drawn place between a quarter and three quarters, other items from there on.
struct Foresight {
    BinPackingInstance instance;
    std::size_t cut = 0;  ///< the first item that is drawn anew
};
Foresight with_another_future(const BinPackingFamily& family, const BinPackingInstance& instance, RandomStream& random);

}  // namespace atl::problems
