// SPDX-License-Identifier: Apache-2.0
// Right-looking Cholesky, four pivots at a time: every inner loop runs along a row.
#include "optimize/cholesky.hpp"

#include <algorithm>
#include <cmath>

namespace atl::optimize {
namespace {

constexpr std::size_t block = 4;

// Factors the pivot rows [begin, end), each over its whole length, against one another.
bool factor_panel(double* matrix, std::size_t n, std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; ++j) {
        double* pivot_row = matrix + j * n;
        if (!(pivot_row[j] > 0) || !std::isfinite(pivot_row[j])) return false;
        const double inverse = 1 / std::sqrt(pivot_row[j]);
        pivot_row[j] = inverse;
        for (std::size_t k = j + 1; k < n; ++k) pivot_row[k] *= inverse;
        for (std::size_t i = j + 1; i < end; ++i) {
            double* row = matrix + i * n;
            const double factor = pivot_row[i];
            for (std::size_t k = i; k < n; ++k) row[k] -= factor * pivot_row[k];
        }
    }
    return true;
}

// row[k] -= sum of the four pivot rows, each times its entry in column i.
void subtract_panel(double* __restrict row, const double* __restrict pivots, std::size_t n, std::size_t i) {
    const double* row_0 = pivots;
    const double* row_1 = pivots + n;
    const double* row_2 = pivots + 2 * n;
    const double* row_3 = pivots + 3 * n;
    const double factor_0 = row_0[i], factor_1 = row_1[i], factor_2 = row_2[i], factor_3 = row_3[i];
    for (std::size_t k = i; k < n; ++k) {
        row[k] -= (factor_0 * row_0[k] + factor_1 * row_1[k]) + (factor_2 * row_2[k] + factor_3 * row_3[k]);
    }
}

}  // namespace

bool factor_cholesky(std::span<double> matrix, std::size_t n) {
    double* a = matrix.data();
    for (std::size_t begin = 0; begin < n; begin += block) {
        const std::size_t end = std::min(n, begin + block);
        if (!factor_panel(a, n, begin, end)) return false;
        if (end - begin < block) break;
        for (std::size_t i = end; i < n; ++i) subtract_panel(a + i * n, a + begin * n, n, i);
    }
    return true;
}

void solve_cholesky(std::span<const double> factor, std::size_t n, std::span<double> b) {
    for (std::size_t i = 0; i < n; ++i) {
        const double* row = factor.data() + i * n;
        b[i] *= row[i];
        const double value = b[i];
        for (std::size_t k = i + 1; k < n; ++k) b[k] -= row[k] * value;
    }
    for (std::size_t i = n; i-- > 0;) {
        const double* row = factor.data() + i * n;
        double even = 0, odd = 0;
        std::size_t k = i + 1;
        for (; k + 2 <= n; k += 2) {
            even += row[k] * b[k];
            odd += row[k + 1] * b[k + 1];
        }
        if (k < n) even += row[k] * b[k];
        b[i] = (b[i] - (even + odd)) * row[i];
    }
}

}  // namespace atl::optimize
