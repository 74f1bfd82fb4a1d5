// SPDX-License-Identifier: Apache-2.0
// Eigenvalues and eigenvectors of small symmetric matrices.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace atl::optimize {

struct SymmetricEigen {
    std::vector<double> values;   ///< n, in no particular order
    std::vector<double> vectors;  ///< n x n, row-major; column j belongs to values[j]
};

/// Cyclic Jacobi rotations; `matrix` is n x n, row-major and symmetric.
SymmetricEigen decompose_symmetric(std::span<const double> matrix, std::size_t n);

}  // namespace atl::optimize
