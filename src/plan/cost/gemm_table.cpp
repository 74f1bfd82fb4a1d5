// SPDX-License-Identifier: Apache-2.0
// Matrix products between measured shapes: trilinear in logarithms.
#include "plan/cost/gemm_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "plan/cost/interpolation.hpp"

namespace atl::plan {

namespace {

constexpr double m_step = 256;

std::vector<double> axis_of(const std::vector<GemmSample>& samples, double GemmSample::*size) {
    std::vector<double> axis;
    for (const GemmSample& sample : samples) {
        if (size == &GemmSample::m && std::fmod(sample.m, m_step) != 0) continue;
        axis.push_back(std::log2(sample.*size));
    }
    std::sort(axis.begin(), axis.end());
    axis.erase(std::unique(axis.begin(), axis.end()), axis.end());
    return axis;
}

std::size_t index_of(const std::vector<double>& axis, double size) {
    return static_cast<std::size_t>(std::lower_bound(axis.begin(), axis.end(), std::log2(size)) - axis.begin());
}

}  // namespace

GemmTable::GemmTable(const std::vector<GemmSample>& samples)
    : m_(axis_of(samples, &GemmSample::m)), n_(axis_of(samples, &GemmSample::n)), k_(axis_of(samples, &GemmSample::k)) {
    values_.assign(m_.size() * n_.size() * k_.size(), std::numeric_limits<double>::quiet_NaN());
    for (const GemmSample& sample : samples) {
        if (std::fmod(sample.m, m_step) != 0) continue;
        at(index_of(m_, sample.m), index_of(n_, sample.n), index_of(k_, sample.k)) =
            std::log(sample.seconds / (sample.m * sample.n * sample.k));
    }
    fill();
}

double& GemmTable::at(std::size_t m, std::size_t n, std::size_t k) {
    return values_[(n * k_.size() + k) * m_.size() + m];
}
double GemmTable::at(std::size_t m, std::size_t n, std::size_t k) const {
    return values_[(n * k_.size() + k) * m_.size() + m];
}

void GemmTable::fill() {
    for (std::size_t n = 0; n < n_.size(); ++n) {
        for (std::size_t k = 0; k < k_.size(); ++k)
            fill_gaps(m_, [&](std::size_t m) -> double& { return at(m, n, k); });
    }
    for (std::size_t m = 0; m < m_.size(); ++m) {
        for (std::size_t k = 0; k < k_.size(); ++k)
            fill_gaps(n_, [&](std::size_t n) -> double& { return at(m, n, k); });
        for (std::size_t n = 0; n < n_.size(); ++n)
            fill_gaps(k_, [&](std::size_t k) -> double& { return at(m, n, k); });
    }
}

double GemmTable::seconds(double m, double n, double k) const {
    const std::array<Bracket, 3> places{bracket(m_, std::log2(m)), bracket(n_, std::log2(n)),
                                        bracket(k_, std::log2(k))};
    double value = 0;
    for (unsigned corner = 0; corner < 8; ++corner) {
        const auto side = [&](unsigned axis) { return (corner >> axis & 1U) != 0; };
        const auto weight = [&](unsigned axis) { return side(axis) ? places[axis].share : 1 - places[axis].share; };
        const double share = weight(0) * weight(1) * weight(2);
        if (share == 0) continue;
        const auto index = [&](unsigned axis) { return side(axis) ? places[axis].above : places[axis].below; };
        value += share * at(index(0), index(1), index(2));
    }
    return std::exp(value) * m * n * k;
}

}  // namespace atl::plan
