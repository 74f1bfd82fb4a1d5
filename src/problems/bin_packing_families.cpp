// SPDX-License-Identifier: Apache-2.0
// The table of families, and drawing from them.
#include "problems/bin_packing_families.hpp"

#include <algorithm>
#include <cmath>

namespace atl::problems {
namespace {

// Every instance hangs on it. A new number would make earlier scores incomparable.
constexpr std::uint64_t instance_seed = 0x6f6e6c696e652062;

}  // namespace

const std::vector<BinPackingFamily>& bin_packing_families() {
    using Sizes = BinPackingFamily::Sizes;
    static const std::vector<BinPackingFamily> families{
        {"or1", Sizes::uniform_20_to_100, 150, 120, 20, 8},   {"or2", Sizes::uniform_20_to_100, 150, 250, 20, 8},
        {"or3", Sizes::uniform_20_to_100, 150, 500, 20, 8},   {"or4", Sizes::uniform_20_to_100, 150, 1000, 20, 8},
        {"weibull_5k", Sizes::weibull_3_45, 100, 5000, 5, 2},
    };
    return families;
}

RandomStream instance_stream(std::uint32_t family, std::uint64_t index, InstanceUse use, StreamPurpose purpose) {
    return {instance_seed, family, index, static_cast<std::uint32_t>(use), purpose};
}

int draw_item(const BinPackingFamily& family, RandomStream& random) {
    if (family.sizes == BinPackingFamily::Sizes::uniform_20_to_100) return 20 + static_cast<int>(random.below(81));
    constexpr double shape = 3, scale = 45;
    const double size = scale * std::pow(-std::log1p(-random.uniform()), 1 / shape);
    return std::clamp(static_cast<int>(std::lround(size)), 1, family.capacity);
}

BinPackingInstance draw_instance(const BinPackingFamily& family, int items, RandomStream& random) {
    BinPackingInstance instance{family.capacity, std::vector<int>(static_cast<std::size_t>(items))};
    for (int& item : instance.items) item = draw_item(family, random);
    return instance;
}

Foresight with_another_future(const BinPackingFamily& family, const BinPackingInstance& instance,
                              RandomStream& random) {
    const std::size_t count = instance.items.size();
    Foresight foresight{instance, count / 4 + random.below(count / 2)};
    for (std::size_t i = foresight.cut; i < count; ++i) foresight.instance.items[i] = draw_item(family, random);
    return foresight;
}

}  // namespace atl::problems
