// SPDX-License-Identifier: Apache-2.0
// The inner switches of a space as one flat list of combinations, and sets of these combinations.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "atoll/plan/axes.hpp"
#include "atoll/plan/space.hpp"
#include "atoll/plan/strategy.hpp"

namespace atl::plan {

/// A set of combinations; 2 precisions x 4 ZeRO stages x 7 switches make at most 1,024.
class SwitchSet {
public:
    static constexpr std::size_t words = 16;
    void add(std::size_t i) { bits_[i / 64] |= std::uint64_t{1} << (i % 64); }
    std::uint64_t count() const {
        std::uint64_t total = 0;
        for (const std::uint64_t word : bits_) total += static_cast<std::uint64_t>(std::popcount(word));
        return total;
    }
    bool empty() const {
        std::uint64_t any = 0;
        for (const std::uint64_t word : bits_) any |= word;
        return any == 0;
    }
    SwitchSet operator&(const SwitchSet& other) const {
        SwitchSet both;
        for (std::size_t w = 0; w < words; ++w) both.bits_[w] = bits_[w] & other.bits_[w];
        return both;
    }
    SwitchSet& operator|=(const SwitchSet& other) {
        for (std::size_t w = 0; w < words; ++w) bits_[w] |= other.bits_[w];
        return *this;
    }
    SwitchSet& operator-=(const SwitchSet& other) {
        for (std::size_t w = 0; w < words; ++w) bits_[w] &= ~other.bits_[w];
        return *this;
    }
    template <class Visitor>
    void for_each(Visitor&& visit) const {
        for (std::size_t w = 0; w < words; ++w) {
            for (std::uint64_t word = bits_[w]; word != 0; word &= word - 1) {
                visit(w * 64 + static_cast<std::size_t>(std::countr_zero(word)));
            }
        }
    }

private:
    std::array<std::uint64_t, words> bits_{};
};

/// Combinations that agree in the switches that something reads, with one of them to ask about.
struct SwitchGroup {
    Strategy representative;
    SwitchSet members;
};

class SwitchTable {
public:
    explicit SwitchTable(const Space& space);
    std::size_t size() const { return combinations_.size(); }
    const SwitchSet& all() const { return all_; }
    /// Groups by the switches among `reads`; one group of all when it reads none.
    std::vector<SwitchGroup> groups(AxisSet reads) const;
    void set(Strategy& strategy, std::size_t combination) const { copy(strategy, combinations_[combination]); }
    /// Copies the switches, and nothing else.
    static void copy(Strategy& strategy, const Strategy& from);

private:
    std::vector<Strategy> combinations_;
    SwitchSet all_;
};

}  // namespace atl::plan
