// SPDX-License-Identifier: Apache-2.0
// What a flop takes in matrix products of one GPU and precision, on the grid of measured shapes.
#pragma once

#include <cstddef>
#include <vector>

namespace atl::plan {

struct GemmSample {
    double m = 0;
    double n = 0;
    double k = 0;
    double seconds = 0;
};

/// Invariant: axes ascend, and every point of the grid holds a value: what was not measured is filled in from its
/// neighbours along m, then n, then k.
class GemmTable {
public:
    /// `samples` is not empty. Of m, only multiples of 256 are axis points (257 stands for "not aligned").
    explicit GemmTable(const std::vector<GemmSample>& samples);
    double seconds(double m, double n, double k) const;

private:
    double& at(std::size_t m, std::size_t n, std::size_t k);
    double at(std::size_t m, std::size_t n, std::size_t k) const;
    void fill();

    std::vector<double> m_, n_, k_;  ///< log2 of the sizes
    std::vector<double> values_;     ///< log of seconds per multiplication; NaN until filled
};

}  // namespace atl::plan
