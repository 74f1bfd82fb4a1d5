// SPDX-License-Identifier: Apache-2.0
// Random streams on Random123's Philox4x32-10.
#include "atoll/core/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace atl {
namespace {

__extension__ using Product128 = unsigned __int128;

using Words4 = std::array<std::uint32_t, 4>;
using Words2 = std::array<std::uint32_t, 2>;

Words4 philox(const Words4& counter, const Words2& key) {
    const r123::Philox4x32::ctr_type in = {{counter[0], counter[1], counter[2], counter[3]}};
    const r123::Philox4x32::key_type with = {{key[0], key[1]}};
    const r123::Philox4x32::ctr_type out = r123::Philox4x32{}(in, with);
    return {out[0], out[1], out[2], out[3]};
}

constexpr std::uint32_t low_word(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high_word(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint32_t island, std::uint64_t step, std::uint32_t slot,
                           StreamPurpose purpose) {
    // 32 + 56 + 8 + 32 bits fill the counter exactly: distinct streams have distinct counters, and Philox under one
    // key is a bijection.
    const std::uint32_t purpose_bits = static_cast<std::uint32_t>(purpose) << 24;
    const Words4 named = {island, low_word(step), (high_word(step) & 0xFFFFFFU) | purpose_bits, slot};
    const Words4 own = philox(named, {low_word(seed), high_word(seed)});
    key_ = {own[0], own[1]};
    counter_ = {0, 0, own[2], own[3]};
}

void RandomStream::refill() {
    const Words4 words = philox(counter_, key_);
    block_[0] = (static_cast<std::uint64_t>(words[1]) << 32) | words[0];
    block_[1] = (static_cast<std::uint64_t>(words[3]) << 32) | words[2];
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
}

RandomStream::result_type RandomStream::operator()() {
    if (used_ == block_.size()) refill();
    return block_[used_++];
}

double RandomStream::uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

double RandomStream::uniform(double low, double high) {
    const double value = low + (high - low) * uniform();
    // rounding of the sum can reach `high`
    return value < high || low == high ? value : std::nextafter(high, low);
}

double RandomStream::normal() {
    if (has_spare_normal_) {
        has_spare_normal_ = false;
        return spare_normal_;
    }
    const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));  // 1 - u lies in (0, 1]: the logarithm is finite
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_normal_ = radius * std::sin(angle);
    has_spare_normal_ = true;
    return radius * std::cos(angle);
}

std::uint64_t RandomStream::below(std::uint64_t count) {
    // Lemire, "Fast random integer generation in an interval" (2019): unbiased, one multiplication in most cases
    Product128 product = static_cast<Product128>((*this)()) * count;
    if (static_cast<std::uint64_t>(product) < count) {
        const std::uint64_t threshold = (0 - count) % count;
        while (static_cast<std::uint64_t>(product) < threshold) product = static_cast<Product128>((*this)()) * count;
    }
    return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace atl
