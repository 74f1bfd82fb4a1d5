// SPDX-License-Identifier: Apache-2.0
// The cyclic Jacobi method (Golub and Van Loan, Matrix Computations, section 8.5), accurate for tiny eigenvalues.
#include "optimize/symmetric_eigen.hpp"

#include <cmath>

namespace atl::optimize {
namespace {

// Rotates rows p and q of a row-major matrix with n columns.
void rotate_rows(std::vector<double>& a, std::size_t n, std::size_t p, std::size_t q, double cosine, double sine) {
    double* __restrict row_p = a.data() + p * n;
    double* __restrict row_q = a.data() + q * n;
    for (std::size_t k = 0; k < n; ++k) {
        const double x = row_p[k], y = row_q[k];
        row_p[k] = cosine * x - sine * y;
        row_q[k] = sine * x + cosine * y;
    }
}

void rotate_columns(std::vector<double>& a, std::size_t n, std::size_t p, std::size_t q, double cosine, double sine) {
    for (std::size_t k = 0; k < n; ++k) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = cosine * x - sine * y;
        a[k * n + q] = sine * x + cosine * y;
    }
}

double off_diagonal(const std::vector<double>& a, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i + 1; j < n; ++j) sum += a[i * n + j] * a[i * n + j];
    }
    return sum;
}

}  // namespace

SymmetricEigen decompose_symmetric(std::span<const double> matrix, std::size_t n) {
    std::vector<double> a(matrix.begin(), matrix.end());
    std::vector<double> transposed(n * n, 0.0);  // eigenvectors as rows, so that rotations run along memory
    double norm = 0;
    for (const double value : a) norm += value * value;
    for (std::size_t i = 0; i < n; ++i) transposed[i * n + i] = 1;
    constexpr int maximum_sweeps = 60;  // convergence is quadratic: about 6 to 10 are used
    for (int sweep = 0; sweep < maximum_sweeps && off_diagonal(a, n) > 1e-30 * norm; ++sweep) {
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                const double element = a[p * n + q];
                if (element * element <= 1e-34 * norm / static_cast<double>(n * n)) continue;
                const double theta = (a[q * n + q] - a[p * n + p]) / (2 * element);
                const double tangent = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::hypot(theta, 1.0));
                const double cosine = 1 / std::hypot(tangent, 1.0);
                const double sine = tangent * cosine;
                rotate_rows(a, n, p, q, cosine, sine);
                rotate_columns(a, n, p, q, cosine, sine);
                rotate_rows(transposed, n, p, q, cosine, sine);
            }
        }
    }
    SymmetricEigen result{std::vector<double>(n), std::vector<double>(n * n)};
    for (std::size_t i = 0; i < n; ++i) {
        result.values[i] = a[i * n + i];
        for (std::size_t j = 0; j < n; ++j) result.vectors[i * n + j] = transposed[j * n + i];
    }
    return result;
}

}  // namespace atl::optimize
