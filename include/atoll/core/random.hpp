// SPDX-License-Identifier: Apache-2.0
// Counter-based random streams: the same numbers for the same key on any rank, thread and order of use.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

namespace atl {

/// What a stream is for, so that two uses under one evaluation key never share numbers.
enum class StreamPurpose : std::uint32_t {
    propose = 0,
    operate = 1,
    initialize = 2,
    migrate = 3,
    retry_jitter = 4,
    test = 5,
    open_instances = 6,
    hidden_instances = 7,
    ask_model = 8,
    read_reply = 9
};

/// Philox4x32-10 (Salmon et al., SC'11, by Random123). A first application, keyed by the run's seed, maps the counter
/// (island, step, slot, purpose) to the stream's own key and upper counter half; the lower half counts blocks. The map
/// is a bijection, so no two streams of one seed ever share a block (step below 2^56). A UniformRandomBitGenerator.
class RandomStream {
public:
    using result_type = std::uint64_t;

    RandomStream(std::uint64_t seed, std::uint32_t island, std::uint64_t step, std::uint32_t slot,
                 StreamPurpose purpose);

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
    result_type operator()();

    /// Uniform in [0, 1), 53 bits.
    double uniform();
    double uniform(double low, double high);
    /// Standard normal (Box-Muller on this stream alone; the second value is kept).
    double normal();
    /// Uniform in [0, count), unbiased; `count` > 0.
    std::uint64_t below(std::uint64_t count);

private:
    void refill();
    std::array<std::uint32_t, 2> key_{};
    std::array<std::uint32_t, 4> counter_{};
    std::array<std::uint64_t, 2> block_{};
    std::uint32_t used_ = 2;
    double spare_normal_ = 0;
    bool has_spare_normal_ = false;
};

}  // namespace atl
