// SPDX-License-Identifier: Apache-2.0
// Turns an MPI error code into one line of text.
#include "transport/mpi_try.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "atoll/core/error.hpp"

namespace atl::transport {

namespace {

std::string describe(int code, const char* expression, std::string_view file, int line, const char* hint) {
    std::array<char, MPI_MAX_ERROR_STRING> text{};
    int length = 0;
    if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
    const std::string_view decoded(text.data(), static_cast<std::size_t>(length));
    file.remove_prefix(file.rfind('/') + 1);
    return fmt::format("{}:{}: {} failed: {} (code {}); {}", file, line, expression,
                       decoded.empty() ? "unknown MPI error" : decoded, code, hint);
}

}  // namespace

void throw_mpi_error(int code, const char* expression, const char* file, int line, const char* hint) {
    throw InfrastructureError(describe(code, expression, file, line, hint));
}

void report_mpi_error(int code, const char* expression, const char* file, int line, const char* hint) noexcept {
    try {
        std::fprintf(stderr, "atoll: %s\n", describe(code, expression, file, line, hint).c_str());
    } catch (const std::exception&) {
        std::fputs("atoll: an MPI call failed while cleaning up\n", stderr);
    }
}

}  // namespace atl::transport
