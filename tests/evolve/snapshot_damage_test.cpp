// SPDX-License-Identifier: Apache-2.0
// An island's snapshot cut at every byte or flipped at every bit: refused with a domain error or taken, never a crash.
#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_island.hpp"
#include "evolve/test_problem.hpp"

namespace atl::evolve {
namespace {

constexpr std::uint32_t batch = 4;

IslandOptions small_options() {
    IslandOptions options;
    options.batch = batch;
    options.islands = 3;
    options.population.size = 4;
    options.elites = 2;
    return options;
}

/// Islands of one small problem.
class Archipelago {
public:
    std::unique_ptr<VectorIsland> island() const { return std::make_unique<VectorIsland>(operators_, small_options()); }

    void step(VectorIsland& island, std::uint64_t number) const {
        for (std::uint32_t slot = 0; slot < batch; ++slot) {
            const engine::Proposal proposal = island.propose(number, slot);
            engine::Made made = proposal.make();
            EvaluationRecord record;
            record.key = proposal.key;
            record.operator_name = proposal.operator_name;
            record.candidate = std::move(made.candidate);
            record.candidate_sha256 = sha256(record.candidate.bytes);
            record.objective_calls = made.objective_calls + 1;
            const engine::EvaluationOutcome outcome = evaluator_.evaluate({record.key, &record.candidate, "open"});
            record.verdict = outcome.verdict;
            record.score = outcome.score;
            island.commit(record);
            island.acknowledged(record.key);
        }
    }

    std::string snapshot() const {
        const auto made = island();
        for (std::uint64_t number = 0; number < 3; ++number) step(*made, number);
        return made->snapshot();
    }

private:
    std::shared_ptr<const problems::VectorProblem> problem_ = std::make_shared<testing::Sphere>(2);
    VectorEvaluator evaluator_{problem_};
    std::shared_ptr<const VectorOperators> operators_ = std::make_shared<const VectorOperators>(problem_);
};

TEST(SnapshotDamage, CutAtAnyByteItIsRefused) {
    const Archipelago archipelago;
    const std::string whole = archipelago.snapshot();
    ASSERT_NO_THROW(archipelago.island()->restore(whole));
    // of no bytes at all an island begins anew
    for (std::size_t length = 1; length < whole.size(); ++length) {
        ASSERT_THROW(archipelago.island()->restore(whole.substr(0, length)), Error) << length;
    }
    ASSERT_THROW(archipelago.island()->restore(whole + "x"), DamageError);
}

TEST(SnapshotDamage, WithAnyBitFlippedItIsRefusedOrTheIslandGoesOn) {
    const Archipelago archipelago;
    const std::string whole = archipelago.snapshot();
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const auto island = archipelago.island();
        try {
            island->restore(bytes);
        } catch (const Error&) {
            ++refused;
            continue;
        }
        archipelago.step(*island, 3);
    }
    EXPECT_GT(refused, whole.size());  // lengths, keys and kinds; a number's other bits are another number
}

}  // namespace
}  // namespace atl::evolve
