// SPDX-License-Identifier: Apache-2.0
// The simulation itself: reproducible, adversarial within MPI's promises, and honest about ends that are none.
#include "atoll/transport/simulated_network.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "transport/suite.hpp"

namespace atl::transport {
namespace {

/// A rank given as a function, for one-off behaviours.
class Scripted final : public Steppable {
public:
    explicit Scripted(std::function<StepResult(Nanoseconds)> script) : script_(std::move(script)) {}
    StepResult step(Nanoseconds now) override { return script_(now); }

private:
    std::function<StepResult(Nanoseconds)> script_;
};

std::vector<std::string> take_all(Transport& transport) {
    std::vector<std::string> taken;
    while (auto message = transport.receive()) taken.push_back(fmt::format("{}{}", message->peer, message->payload));
    return taken;
}

/// Ranks 1 and 2 each send 0 to 19 to rank 0 at time 0; the order in which they arrive.
std::vector<std::string> two_senders(const NetworkOptions& options) {
    SimulatedNetwork network(3, options);
    for (int index = 0; index < 20; ++index) {
        for (const int rank : {1, 2}) network.endpoint(rank).send({0, 0, fmt::format(":{}", index)});
    }
    std::vector<std::string> order;
    Scripted receiver([&](Nanoseconds) -> StepResult {
        for (auto& text : take_all(network.endpoint(0))) order.push_back(text);
        return {order.size() == 40};
    });
    Scripted sender([](Nanoseconds) -> StepResult { return {true}; });
    const std::vector<Steppable*> ranks = {&receiver, &sender, &sender};
    EXPECT_EQ(network.run(ranks).outcome, RunOutcome::finished);
    return order;
}

RunReport run_protocol(suite::MakeProtocol make, std::uint64_t seed) {
    SimulatedNetwork network(5, {.seed = seed});
    std::vector<std::unique_ptr<Steppable>> owned;
    std::vector<Steppable*> ranks;
    for (int rank = 0; rank < 5; ++rank) {
        owned.push_back(make(network.endpoint(rank), 1));
        ranks.push_back(owned.back().get());
    }
    return network.run(ranks);
}

TEST(SimulatedNetwork, the_same_seed_gives_the_same_events) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const auto first = run_protocol(suite::make<suite::Consensus>, seed);
        const auto second = run_protocol(suite::make<suite::Consensus>, seed);
        EXPECT_EQ(first.event_digest, second.event_digest);
        EXPECT_EQ(first.steps, second.steps);
        EXPECT_EQ(first.ended_at, second.ended_at);
    }
}

TEST(SimulatedNetwork, different_seeds_give_different_events) {
    std::set<std::uint64_t> digests;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        digests.insert(run_protocol(suite::make<suite::Consensus>, seed).event_digest);
    }
    EXPECT_EQ(digests.size(), 20u);
}

TEST(SimulatedNetwork, senders_overtake_each_other_but_never_themselves) {
    std::set<std::vector<std::string>> orders;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const auto order = two_senders({.seed = seed});
        orders.insert(order);
        for (const char sender : {'1', '2'}) {
            int expected = 0;
            for (const auto& text : order) {
                if (text[0] != sender) continue;
                EXPECT_EQ(text.substr(1), fmt::format(":{}", expected++));
            }
            EXPECT_EQ(expected, 20);
        }
    }
    EXPECT_GT(orders.size(), 5u);
}

TEST(SimulatedNetwork, without_reordering_messages_arrive_as_sent_whoever_sent_them) {
    const auto order = two_senders({.seed = 3, .reorder_between_peers = false});
    for (std::size_t i = 0; i < order.size(); ++i) {
        EXPECT_EQ(order[i], fmt::format("{}:{}", 1 + i % 2, i / 2));
    }
}

TEST(SimulatedNetwork, a_message_takes_its_delay_and_wakes_the_sleeping_receiver) {
    SimulatedNetwork network(2, {.minimum_delay = 700, .maximum_delay = 900});
    Nanoseconds arrived = -1;
    Scripted receiver([&](Nanoseconds now) -> StepResult {
        if (!network.endpoint(0).receive()) return {false, never};
        arrived = now;
        return {true};
    });
    Scripted sender([&](Nanoseconds now) -> StepResult {
        if (now < 5'000) return {false, 5'000};
        network.endpoint(1).send({0, 0, "x"});
        return {true};
    });
    const std::vector<Steppable*> ranks = {&receiver, &sender};
    EXPECT_EQ(network.run(ranks).outcome, RunOutcome::finished);
    EXPECT_GE(arrived, 5'700);
    EXPECT_LE(arrived, 5'900);
    EXPECT_EQ(network.clock().now(), arrived);
}

TEST(SimulatedNetwork, a_large_send_is_handed_over_only_when_it_is_taken) {
    SimulatedNetwork network(2, {.eager_bytes = 10});
    Nanoseconds taken = -1;
    Nanoseconds idle_again = -1;
    Scripted receiver([&](Nanoseconds now) -> StepResult {
        if (now < 1'000'000) return {false, 1'000'000};
        if (network.endpoint(0).receive()) taken = now;
        return {taken >= 0};
    });
    bool sent = false;
    Scripted sender([&](Nanoseconds now) -> StepResult {
        if (!sent) network.endpoint(1).send({0, 0, std::string(11, 'x')});
        sent = true;
        if (!network.endpoint(1).idle()) return {false, never};
        idle_again = now;
        return {true};
    });
    const std::vector<Steppable*> ranks = {&receiver, &sender};
    EXPECT_EQ(network.run(ranks).outcome, RunOutcome::finished);
    EXPECT_EQ(taken, 1'000'000);
    EXPECT_GT(idle_again, taken);
}

TEST(SimulatedNetwork, two_ranks_that_wait_for_each_other_are_a_deadlock) {
    SimulatedNetwork network(3);
    Scripted waiter([](Nanoseconds) -> StepResult { return {false, never}; });
    Scripted leaver([](Nanoseconds) -> StepResult { return {true}; });
    const std::vector<Steppable*> ranks = {&waiter, &leaver, &waiter};
    const auto report = network.run(ranks);
    EXPECT_EQ(report.outcome, RunOutcome::deadlock);
    EXPECT_NE(report.text.find("deadlock"), std::string::npos) << report.text;
    EXPECT_NE(report.text.find("rank 0 "), std::string::npos) << report.text;
    EXPECT_EQ(report.text.find("rank 1 "), std::string::npos) << report.text;
    EXPECT_NE(report.text.find("rank 2 "), std::string::npos) << report.text;
}

TEST(SimulatedNetwork, a_message_that_nobody_takes_is_a_deadlock_and_not_an_endless_run) {
    SimulatedNetwork network(2);
    Scripted deaf([](Nanoseconds) -> StepResult { return {false, never}; });
    network.endpoint(1).send({0, 0, "x"});
    const std::vector<Steppable*> ranks = {&deaf, &deaf};
    const auto report = network.run(ranks);
    EXPECT_EQ(report.outcome, RunOutcome::deadlock);
    EXPECT_EQ(report.messages_unreceived, 1u);
}

TEST(SimulatedNetwork, a_rank_that_always_wants_more_meets_the_deadline) {
    SimulatedNetwork network(1, {.step_duration = 1'000});
    Scripted restless([](Nanoseconds now) -> StepResult { return {false, now}; });
    const std::vector<Steppable*> ranks = {&restless};
    const auto report = network.run(ranks, 1'000'000);
    EXPECT_EQ(report.outcome, RunOutcome::deadline);
    EXPECT_EQ(report.ended_at, 1'000'000);
    EXPECT_EQ(report.steps, 1'001u);
}

TEST(SimulatedNetwork, a_run_goes_on_after_a_deadline) {
    SimulatedNetwork network(1);
    int wakes = 0;
    Scripted sleeper([&](Nanoseconds now) -> StepResult {
        if (now >= 3'000'000) ++wakes;
        return {wakes == 1, 3'000'000};
    });
    const std::vector<Steppable*> ranks = {&sleeper};
    EXPECT_EQ(network.run(ranks, 1'000'000).outcome, RunOutcome::deadline);
    EXPECT_EQ(network.run(ranks).outcome, RunOutcome::finished);
    EXPECT_EQ(network.clock().now(), 3'000'000);
}

TEST(SimulatedNetwork, of_a_lost_rank_only_the_oldest_messages_arrive) {
    std::set<std::size_t> counts;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SimulatedNetwork network(2, {.seed = seed});
        for (int index = 0; index < 6; ++index) network.endpoint(1).send({0, 0, std::to_string(index)});
        network.lose(1);
        std::vector<std::string> taken;
        Scripted receiver([&](Nanoseconds now) -> StepResult {
            for (auto& text : take_all(network.endpoint(0))) taken.push_back(text);
            return {now >= 1'000'000, 1'000'000};
        });
        Scripted dead([](Nanoseconds) -> StepResult { throw std::logic_error("a lost rank was stepped"); });
        const std::vector<Steppable*> ranks = {&receiver, &dead};
        EXPECT_EQ(network.run(ranks).outcome, RunOutcome::finished);
        for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], fmt::format("1{}", i));
        counts.insert(taken.size());
    }
    EXPECT_EQ(counts, (std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(SimulatedNetwork, nothing_reaches_a_lost_rank_and_large_sends_to_it_stay_pending) {
    SimulatedNetwork network(2, {.eager_bytes = 10});
    network.endpoint(0).send({1, 0, "before"});
    network.lose(1);
    network.endpoint(0).send({1, 0, "small"});
    EXPECT_TRUE(network.endpoint(0).idle());
    network.endpoint(0).send({1, 0, "more than ten bytes"});
    EXPECT_FALSE(network.endpoint(0).idle());
    network.clock().advance_to(nanoseconds_per_second);
    EXPECT_FALSE(network.endpoint(1).receive());
    network.endpoint(1).send({0, 0, "from the dead"});
    network.clock().advance_to(2 * nanoseconds_per_second);
    EXPECT_FALSE(network.endpoint(0).receive());
}

TEST(SimulatedNetwork, a_rank_lost_at_an_instant_is_alive_until_then) {
    SimulatedNetwork network(2);
    network.lose_at(1, 500'000);
    Nanoseconds last_seen = -1;
    Scripted mortal([&](Nanoseconds now) -> StepResult {
        last_seen = now;
        return {false, now + 10'000};
    });
    Scripted witness([](Nanoseconds now) -> StepResult { return {now >= 1'000'000, 1'000'000}; });
    const std::vector<Steppable*> ranks = {&witness, &mortal};
    EXPECT_EQ(network.run(ranks).outcome, RunOutcome::finished);
    EXPECT_TRUE(network.lost(1));
    EXPECT_FALSE(network.lost(0));
    EXPECT_GE(last_seen, 490'000);
    EXPECT_LT(last_seen, 500'000);
}

TEST(SimulatedNetwork, a_protocol_without_a_plan_for_losses_deadlocks_when_a_rank_is_lost) {
    SimulatedNetwork network(3, {.seed = 1});
    std::vector<std::unique_ptr<Steppable>> owned;
    std::vector<Steppable*> ranks;
    for (int rank = 0; rank < 3; ++rank) {
        owned.push_back(suite::make<suite::TokenRing>(network.endpoint(rank), 1));
        ranks.push_back(owned.back().get());
    }
    network.lose_at(2, 100'000);
    const auto report = network.run(ranks, from_seconds(10));
    EXPECT_EQ(report.outcome, RunOutcome::deadlock) << report.text;
}

TEST(SimulatedNetwork, an_exception_of_a_step_passes_through) {
    SimulatedNetwork network(1);
    Scripted thrower([](Nanoseconds) -> StepResult { throw std::runtime_error("from within"); });
    const std::vector<Steppable*> ranks = {&thrower};
    EXPECT_THROW(network.run(ranks), std::runtime_error);
}

TEST(SimulatedNetwork, refuses_what_it_cannot_simulate) {
    EXPECT_THROW(SimulatedNetwork(0), std::invalid_argument);
    EXPECT_THROW(SimulatedNetwork(2, {.minimum_delay = 10, .maximum_delay = 9}), std::invalid_argument);
    EXPECT_THROW(SimulatedNetwork(2, {.step_duration = 0}), std::invalid_argument);
    SimulatedNetwork network(2);
    EXPECT_THROW(network.endpoint(0).send({2, 0, ""}), std::out_of_range);
    EXPECT_THROW(network.endpoint(0).send({-1, 0, ""}), std::out_of_range);
    EXPECT_THROW(network.lose_at(2, 0), std::out_of_range);
    EXPECT_THROW(network.run({}), std::invalid_argument);
}

}  // namespace
}  // namespace atl::transport
