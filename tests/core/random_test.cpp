// SPDX-License-Identifier: Apache-2.0
// The generator against Random123's known answers; streams, ranges and bounds.
#include "atoll/core/random.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

namespace atl {
namespace {

struct KnownAnswer {
    std::uint32_t counter[4];
    std::uint32_t key[2];
    std::uint32_t result[4];
};

// Random123's tests/kat_vectors, "philox4x32 10"
constexpr KnownAnswer known_answers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(Philox, gives_random123s_known_answers) {
    for (const KnownAnswer& known : known_answers) {
        const auto& c = known.counter;
        const r123::Philox4x32::ctr_type counter = {{c[0], c[1], c[2], c[3]}};
        const r123::Philox4x32::key_type key = {{known.key[0], known.key[1]}};
        const auto result = r123::Philox4x32{}(counter, key);
        for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(result[i], known.result[i]);
    }
}

// The stream is Philox twice: once to name it, then over the block counter.
TEST(RandomStream, is_philox_over_a_block_counter) {
    RandomStream stream(0x299f31d0a4093822ULL, 0x243f6a88, 0x00308d385a308d3ULL, 0x13198a2e, StreamPurpose::migrate);
    const r123::Philox4x32 philox;
    const std::uint64_t step = 0x00308d385a308d3ULL;
    const auto own = philox({{0x243f6a88, static_cast<std::uint32_t>(step),
                              static_cast<std::uint32_t>(step >> 32) | (3U << 24), 0x13198a2e}},
                            {{0xa4093822, 0x299f31d0}});
    for (std::uint32_t block = 0; block < 3; ++block) {
        const auto words = philox({{block, 0, own[2], own[3]}}, {{own[0], own[1]}});
        EXPECT_EQ(stream(), (static_cast<std::uint64_t>(words[1]) << 32) | words[0]);
        EXPECT_EQ(stream(), (static_cast<std::uint64_t>(words[3]) << 32) | words[2]);
    }
}

TEST(RandomStream, repeats_for_the_same_key) {
    RandomStream left(1, 2, 3, 4, StreamPurpose::propose);
    RandomStream right(1, 2, 3, 4, StreamPurpose::propose);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(left(), right());
}

TEST(RandomStream, shares_no_number_with_its_neighbours) {
    const std::vector<RandomStream> streams = {
        {1, 2, 3, 4, StreamPurpose::propose},          {2, 2, 3, 4, StreamPurpose::propose},
        {1ULL << 32, 2, 3, 4, StreamPurpose::propose}, {1, 3, 3, 4, StreamPurpose::propose},
        {1, 2, 4, 4, StreamPurpose::propose},          {1, 2, 3 + (1ULL << 32), 4, StreamPurpose::propose},
        {1, 2, 3, 5, StreamPurpose::propose},          {1, 2, 3, 4, StreamPurpose::operate},
        {1, 3, 2, 4, StreamPurpose::propose},          {1, 2, 4, 3, StreamPurpose::propose},
    };
    std::set<std::uint64_t> seen;
    constexpr std::size_t draws = 2000;
    for (RandomStream stream : streams) {
        for (std::size_t i = 0; i < draws; ++i) seen.insert(stream());
    }
    EXPECT_EQ(seen.size(), streams.size() * draws);  // 64-bit numbers: a chance collision has probability 1e-11
}

// Correlation of neighbouring slots over 20,000 pairs: the standard error is 0.007.
TEST(RandomStream, neighbouring_slots_are_uncorrelated) {
    double sum_xy = 0;
    double sum_x = 0;
    constexpr int pairs = 20'000;
    for (int step = 0; step < pairs; ++step) {
        RandomStream left(11, 0, static_cast<std::uint64_t>(step), 0, StreamPurpose::operate);
        RandomStream right(11, 0, static_cast<std::uint64_t>(step), 1, StreamPurpose::operate);
        const double x = left.uniform() - 0.5;
        sum_x += x;
        sum_xy += x * (right.uniform() - 0.5);
    }
    EXPECT_LT(std::abs(12 * sum_xy / pairs), 0.035);
    EXPECT_LT(std::abs(sum_x / pairs), 0.01);
}

TEST(RandomStream, uniform_lies_in_the_half_open_interval) {
    RandomStream stream(5, 0, 0, 0, StreamPurpose::test);
    double smallest = 1;
    double largest = 0;
    for (int i = 0; i < 100'000; ++i) {
        const double value = stream.uniform();
        ASSERT_GE(value, 0.0);
        ASSERT_LT(value, 1.0);
        smallest = std::min(smallest, value);
        largest = std::max(largest, value);
    }
    EXPECT_LT(smallest, 1e-3);
    EXPECT_GT(largest, 1 - 1e-3);
}

// One unit in the last place wide: a rounded sum would reach the upper end half the time.
TEST(RandomStream, uniform_never_reaches_the_upper_end_of_a_narrow_interval) {
    RandomStream stream(5, 0, 0, 1, StreamPurpose::test);
    const double low = 1.0;
    const double high = std::nextafter(low, 2.0);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(stream.uniform(low, high), low);
    EXPECT_EQ(stream.uniform(3.0, 3.0), 3.0);
}

TEST(RandomStream, below_reaches_each_value_and_no_other) {
    RandomStream stream(5, 0, 0, 2, StreamPurpose::test);
    std::vector<int> counts(7);
    for (int i = 0; i < 70'000; ++i) {
        const std::uint64_t value = stream.below(7);
        ASSERT_LT(value, 7U);
        ++counts[value];
    }
    for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);  // 5 standard deviations
    for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.below(1), 0U);
}

// For 3 * 2^62 a biased multiplication or a plain modulo would give a third of the range half or a third more often.
TEST(RandomStream, below_is_unbiased_where_the_range_is_a_large_part_of_64_bits) {
    RandomStream stream(5, 0, 0, 3, StreamPurpose::test);
    const std::uint64_t count = 3ULL << 62;
    std::vector<int> thirds(3);
    std::vector<int> residues(3);
    constexpr int draws = 60'000;
    constexpr int a_third = draws / 3;
    for (int i = 0; i < draws; ++i) {
        const std::uint64_t value = stream.below(count);
        ASSERT_LT(value, count);
        ++thirds[value >> 62];
        ++residues[value % 3];
    }
    for (const int seen : thirds) EXPECT_NEAR(seen, a_third, 600);
    for (const int seen : residues) EXPECT_NEAR(seen, a_third, 600);
    EXPECT_LT(stream.below(~0ULL), ~0ULL);
}

TEST(RandomStream, normal_has_the_moments_of_the_standard_normal) {
    RandomStream stream(5, 0, 0, 4, StreamPurpose::test);
    constexpr int draws = 100'000;
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    int beyond_two = 0;
    for (int i = 0; i < draws; ++i) {
        const double z = stream.normal();
        ASSERT_TRUE(std::isfinite(z));
        sum += z;
        squares += z * z;
        fourths += z * z * z * z;
        beyond_two += std::abs(z) > 2 ? 1 : 0;
    }
    EXPECT_NEAR(sum / draws, 0, 0.016);
    EXPECT_NEAR(squares / draws, 1, 0.023);
    EXPECT_NEAR(fourths / draws, 3, 0.2);
    EXPECT_NEAR(static_cast<double>(beyond_two) / draws, 0.0455, 0.0035);
}

}  // namespace
}  // namespace atl
