// SPDX-License-Identifier: Apache-2.0
// The dense kernels: factors that reproduce their matrix, eigenpairs that are eigenpairs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "atoll/core/random.hpp"
#include "optimize/cholesky.hpp"
#include "optimize/symmetric_eigen.hpp"

namespace atl::optimize {
namespace {

// G G^T + shift I
std::vector<double> random_symmetric(std::size_t n, double shift, RandomStream& random) {
    std::vector<double> g(n * n), a(n * n, 0.0);
    for (double& value : g) value = random.normal();
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t k = 0; k < n; ++k) a[i * n + j] += g[i * n + k] * g[j * n + k];
        }
        a[i * n + i] += shift;
    }
    return a;
}

TEST(Cholesky, solves_systems_of_every_size_around_its_block) {
    RandomStream random(1, 0, 0, 0, StreamPurpose::test);
    for (std::size_t n = 1; n <= 23; ++n) {
        const std::vector<double> a = random_symmetric(n, 1, random);
        std::vector<double> x(n), b(n, 0.0), factor = a;
        for (double& value : x) value = random.normal();
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) b[i] += a[i * n + j] * x[j];
        }
        ASSERT_TRUE(factor_cholesky(factor, n));
        solve_cholesky(factor, n, b);
        for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(b[i], x[i], 1e-10) << "n = " << n;
    }
}

TEST(Cholesky, refuses_a_matrix_that_is_not_positive_definite) {
    std::vector<double> indefinite{1, 2, 2, 1}, poisoned{1, 0, 0, NAN};
    EXPECT_FALSE(factor_cholesky(indefinite, 2));
    EXPECT_FALSE(factor_cholesky(poisoned, 2));
}

TEST(SymmetricEigen, decomposes_into_orthonormal_eigenvectors) {
    RandomStream random(2, 0, 0, 0, StreamPurpose::test);
    for (const std::size_t n : {1, 2, 5, 16, 33}) {
        const std::vector<double> a = random_symmetric(n, -3, random);
        const SymmetricEigen eigen = decompose_symmetric(a, n);
        const double scale = std::abs(*std::max_element(eigen.values.begin(), eigen.values.end()));
        for (std::size_t e = 0; e < n; ++e) {
            for (std::size_t i = 0; i < n; ++i) {
                double product = 0;
                for (std::size_t j = 0; j < n; ++j) product += a[i * n + j] * eigen.vectors[j * n + e];
                EXPECT_NEAR(product, eigen.values[e] * eigen.vectors[i * n + e], 1e-12 * (1 + scale));
            }
            for (std::size_t f = 0; f <= e; ++f) {
                double dot = 0;
                for (std::size_t i = 0; i < n; ++i) dot += eigen.vectors[i * n + e] * eigen.vectors[i * n + f];
                EXPECT_NEAR(dot, e == f ? 1 : 0, 1e-12);
            }
        }
    }
}

}  // namespace
}  // namespace atl::optimize
