// SPDX-License-Identifier: Apache-2.0
// Runs the transport suite on the simulated network: every protocol, rank count and network mood, with many seeds.
#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "atoll/transport/simulated_network.hpp"
#include "transport/suite.hpp"

namespace atl::transport::suite {
namespace {

struct Mood {
    const char* name;
    NetworkOptions options;
};

const std::array<Mood, 4> moods = {{
    {"usual", {}},
    {"in_order", {.reorder_between_peers = false}},
    {"instant", {.minimum_delay = 0, .maximum_delay = 0}},
    {"slow_and_synchronous", {.minimum_delay = 0, .maximum_delay = 5'000'000, .eager_bytes = 0}},
}};

class TransportSuite : public testing::TestWithParam<std::tuple<Entry, int, Mood>> {};

TEST_P(TransportSuite, every_rank_is_satisfied) {
    const auto& [protocol, ranks, mood] = GetParam();
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        NetworkOptions options = mood.options;
        options.seed = seed;
        SimulatedNetwork network(ranks, options);
        std::vector<std::unique_ptr<Steppable>> owned;
        std::vector<Steppable*> steppables;
        for (int rank = 0; rank < ranks; ++rank) {
            owned.push_back(protocol.make(network.endpoint(rank), seed));
            steppables.push_back(owned.back().get());
        }
        const auto report = network.run(steppables, from_seconds(3600));
        ASSERT_EQ(report.outcome, RunOutcome::finished) << report.text << " seed " << seed;
        ASSERT_EQ(report.messages_unreceived, 0u) << "seed " << seed;
    }
}

INSTANTIATE_TEST_SUITE_P(Simulated, TransportSuite,
                         testing::Combine(testing::ValuesIn(protocols), testing::Values(1, 2, 3, 7, 8),
                                          testing::ValuesIn(moods)),
                         [](const auto& instance) {
                             return std::string(std::get<0>(instance.param).name) + "_ranks_" +
                                    std::to_string(std::get<1>(instance.param)) + "_" +
                                    std::get<2>(instance.param).name;
                         });

}  // namespace
}  // namespace atl::transport::suite
