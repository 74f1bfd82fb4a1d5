// SPDX-License-Identifier: Apache-2.0
// Cholesky factors of small dense matrices, laid out for the compiler's vectoriser.
#pragma once

#include <cstddef>
#include <span>

namespace atl::optimize {

/// A = U^T U in place: `matrix` is n x n, row-major, and only its upper triangle is read and written. The factor's
/// diagonal is stored inverted. False when the matrix is not positive definite; its content is then undefined.
bool factor_cholesky(std::span<double> matrix, std::size_t n);

/// Solves A x = b in place with the factor of factor_cholesky.
void solve_cholesky(std::span<const double> factor, std::size_t n, std::span<double> b);

}  // namespace atl::optimize
