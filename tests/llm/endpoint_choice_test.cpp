// SPDX-License-Identifier: Apache-2.0
// Who gets the next request.
#include "llm/endpoint_choice.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace atl::llm {
namespace {

constexpr Nanoseconds second = nanoseconds_per_second;
constexpr CircuitOptions circuit = {1, 5 * second, 60 * second};

Endpoint endpoint(const char* model, double weight = 1, std::size_t concurrency = 4) {
    Endpoint made = parse_endpoint(std::string("http://127.0.0.1 model=") + model);
    made.weight = weight;
    made.concurrency = concurrency;
    return made;
}

/// All names are looked up already.
EndpointChoice choice_of(const std::vector<Endpoint>& endpoints) {
    EndpointChoice choice(endpoints, circuit);
    for (std::size_t i = 0; i < choice.size(); ++i) choice.at(i).most_in_flight = choice.at(i).concurrency;
    return choice;
}

TEST(EndpointChoice, SharesByWeightAndAnIdleOneDoesNotCatchUp) {
    EndpointChoice choice = choice_of({endpoint("a", 1), endpoint("a", 2)});
    std::array<int, 2> sent{};
    const auto send = [&](int count) {
        sent = {};
        for (int i = 0; i < count; ++i) {
            const Choice chosen = choice.choose(0, 1, no_endpoint, 0);
            ASSERT_EQ(chosen.kind, Choice::Kind::send);
            choice.sent(chosen.endpoint, 1, 0);
            --choice.at(chosen.endpoint).in_flight;
            ++sent[chosen.endpoint];
        }
    };
    send(300);
    EXPECT_EQ(sent[0], 100);
    choice.at(1).circuit.refused(0, second);
    send(300);
    EXPECT_EQ(sent[0], 300);
    choice.at(1).circuit.succeeded();
    send(300);
    EXPECT_NEAR(sent[0], 100, 2);
}

TEST(EndpointChoice, WaitsForLoadPauseAndRates) {
    Endpoint slow = endpoint("a", 1, 1);
    slow.requests_per_minute = 60;
    EndpointChoice choice = choice_of({slow});
    choice.sent(0, 1, 0);
    Choice chosen = choice.choose(0, 1, no_endpoint, 0);
    EXPECT_EQ(chosen.kind, Choice::Kind::wait);
    EXPECT_GT(chosen.until, 1000 * second) << "until the request on its way ends";
    choice.at(0).in_flight = 0;
    chosen = choice.choose(0, 1, no_endpoint, 0);
    EXPECT_EQ(chosen.kind, Choice::Kind::wait);
    EXPECT_EQ(chosen.until, second);
    choice.at(0).paused_until = 3 * second;
    EXPECT_EQ(choice.choose(0, 1, no_endpoint, 0).until, 3 * second);
    EXPECT_EQ(choice.choose(0, 1, no_endpoint, 3 * second).kind, Choice::Kind::send);
}

TEST(EndpointChoice, ANameIsLookedUpByOneRequest) {
    EndpointChoice choice({endpoint("a")}, circuit);
    choice.sent(0, 1, 0);
    EXPECT_EQ(choice.choose(0, 1, no_endpoint, 0).kind, Choice::Kind::wait);
    choice.at(0).most_in_flight = 4;
    EXPECT_EQ(choice.choose(0, 1, no_endpoint, 0).kind, Choice::Kind::send);
}

TEST(EndpointChoice, AvoidsTheOneThatFailedUnlessItIsAlone) {
    EndpointChoice choice = choice_of({endpoint("a", 100), endpoint("a"), endpoint("b")});
    EXPECT_EQ(choice.choose(0, 1, 0, 0).endpoint, 1U);
    EXPECT_EQ(choice.choose(0, 1, 1, 0).endpoint, 0U);
    EXPECT_EQ(choice.choose(1, 1, 2, 0).endpoint, 2U);
    EXPECT_EQ(choice.choose_second(0, 1, 0, 0), 1U);
    EXPECT_EQ(choice.choose_second(1, 1, 2, 0), 2U);
}

TEST(EndpointChoice, AnotherModelHelpsOutAndAProbeComesFirst) {
    EndpointChoice choice = choice_of({endpoint("a"), endpoint("b")});
    choice.at(0).circuit.refused(0, 10 * second);
    EXPECT_EQ(choice.choose(0, 1, no_endpoint, 0).endpoint, 1U);
    const Choice probe = choice.choose(0, 1, no_endpoint, 10 * second);
    EXPECT_EQ(probe.endpoint, 0U);
    EXPECT_TRUE(choice.sent(0, 1, 10 * second));
    EXPECT_EQ(choice.choose(0, 1, no_endpoint, 10 * second).endpoint, 1U) << "one probe";
}

TEST(EndpointChoice, IsHopelessOnlyWhenAllAreDown) {
    EndpointChoice choice = choice_of({endpoint("a"), endpoint("b")});
    choice.at(0).circuit.refused(0, 10 * second);
    choice.at(1).circuit.failed(0, false);  // open for the first time
    const Choice waiting = choice.choose(0, 1, no_endpoint, 0);
    EXPECT_EQ(waiting.kind, Choice::Kind::wait);
    EXPECT_EQ(waiting.until, 5 * second);
    choice.at(1).circuit.refused(0, 10 * second);
    EXPECT_EQ(choice.choose(0, 1, no_endpoint, 0).kind, Choice::Kind::hopeless);
    EXPECT_FALSE(choice.any_closed());
    EXPECT_TRUE(choice.any_wants_probe(10 * second));
}

}  // namespace
}  // namespace atl::llm
