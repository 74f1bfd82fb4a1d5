// SPDX-License-Identifier: Apache-2.0
// Candidate bytes of the genome "vector".
#include "atoll/evolve/vector_genome.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "atoll/core/error.hpp"

namespace atl::evolve {

static_assert(std::endian::native == std::endian::little, "candidate bytes are copied, not swapped");
static_assert(sizeof(double) == 8);

Candidate encode_vector(std::span<const double> x) {
    Candidate candidate{std::string(vector_genome), std::string(x.size_bytes(), '\0')};
    if (!x.empty()) std::memcpy(candidate.bytes.data(), x.data(), x.size_bytes());
    return candidate;
}

std::vector<double> decode_vector(const Candidate& candidate) {
    if (candidate.genome != vector_genome) {
        throw InputError(
            fmt::format("candidate has genome '{}', but this problem takes '{}'", candidate.genome, vector_genome));
    }
    if (candidate.bytes.size() % sizeof(double) != 0) {
        throw InputError(fmt::format("candidate holds {} bytes, which is no whole number of 8-byte coordinates",
                                     candidate.bytes.size()));
    }
    std::vector<double> x(candidate.bytes.size() / sizeof(double));
    if (!x.empty()) std::memcpy(x.data(), candidate.bytes.data(), candidate.bytes.size());
    return x;
}

}  // namespace atl::evolve
