// SPDX-License-Identifier: Apache-2.0
// MPI_TRY: every MPI call says what failed, where, in MPI's own words, and what to do next.
#pragma once

#include <mpi.h>

namespace atl::transport {

/// Throws InfrastructureError.
[[noreturn]] void throw_mpi_error(int code, const char* expression, const char* file, int line, const char* hint);
/// Prints the same message to standard error.
void report_mpi_error(int code, const char* expression, const char* file, int line, const char* hint) noexcept;

}  // namespace atl::transport

#define MPI_TRY(expression, hint)                                                                   \
    do {                                                                                            \
        const int mpi_try_code = (expression);                                                      \
        if (mpi_try_code != MPI_SUCCESS) {                                                          \
            ::atl::transport::throw_mpi_error(mpi_try_code, #expression, __FILE__, __LINE__, hint); \
        }                                                                                           \
    } while (false)

/// For destructors: reports and goes on.
#define MPI_TRY_NOEXCEPT(expression, hint)                                                           \
    do {                                                                                             \
        const int mpi_try_code = (expression);                                                       \
        if (mpi_try_code != MPI_SUCCESS) {                                                           \
            ::atl::transport::report_mpi_error(mpi_try_code, #expression, __FILE__, __LINE__, hint); \
        }                                                                                            \
    } while (false)
