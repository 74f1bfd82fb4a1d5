// SPDX-License-Identifier: Apache-2.0
// Candidate files of the genome "vector": text to coordinates, and back without losing a bit.
#include <bit>

#include "atoll/core/error.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "fuzz/fuzz_target.hpp"

namespace atl::fuzz {
namespace {

bool same_bits(double left, double right) {
    // which NaN it is does not survive the text
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right) ||
           (left != left && right != right);
}

}  // namespace

std::vector<std::string> seed_corpus() {
    const std::vector<double> x{0.1, -0.0, 1e308, 5e-324, 0x1.8p-1};
    return {evolve::write_vector_text(x, 2),
            "1 2,3 # comment\n4e-5\n",
            "[[0.5, \"0x1.8p-1\"], [-1e-300, 2]]",
            "nan inf -inf\n",
            "[]",
            ",1"};
}

std::size_t seeded_executions() { return 30'000; }

void read_input(std::string_view input) {
    std::vector<double> x;
    try {
        x = evolve::parse_vector_text(input, "candidate");
    } catch (const InputError&) {
        return;
    }
    const std::vector<double> again = evolve::parse_vector_text(evolve::write_vector_text(x, 3), "written");
    const std::vector<double> decoded = evolve::decode_vector(evolve::encode_vector(x));
    require(again.size() == x.size() && decoded.size() == x.size(), "as many coordinates come back");
    for (std::size_t i = 0; i < x.size(); ++i) {
        require(same_bits(again[i], x[i]), "text keeps every bit");
        require(same_bits(decoded[i], x[i]), "bytes keep every bit");
    }
}

}  // namespace atl::fuzz
