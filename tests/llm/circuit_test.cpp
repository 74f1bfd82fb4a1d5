// SPDX-License-Identifier: Apache-2.0
// When a circuit opens, probes and closes.
#include "llm/circuit.hpp"

#include <gtest/gtest.h>

namespace atl::llm {
namespace {

constexpr Nanoseconds second = nanoseconds_per_second;
TEST(Circuit, FailuresThatAreInARowByChanceDoNotOpenIt) {
    Circuit circuit({3, 5 * second, 12 * second, second});
    for (int i = 0; i < 50; ++i) circuit.failed(7 * second + i, false);
    EXPECT_TRUE(circuit.is_closed()) << "within a moment";
    circuit.failed(8 * second, false);
    EXPECT_FALSE(circuit.is_closed()) << "nothing but failures for a second";
    circuit.succeeded();
    circuit.failed(20 * second, false);
    for (int i = 0; i < 50; ++i) circuit.failed(20 * second + i, false);
    EXPECT_TRUE(circuit.is_closed()) << "a row begins anew after a success";
}

constexpr CircuitOptions three_failures = {3, 5 * second, 12 * second};

TEST(Circuit, OpensAfterSoManyFailuresInARow) {
    Circuit circuit(three_failures);
    circuit.failed(0, false);
    circuit.failed(0, false);
    circuit.succeeded();
    circuit.failed(0, false);
    circuit.failed(0, false);
    EXPECT_TRUE(circuit.is_closed());
    circuit.failed(second, false);
    EXPECT_FALSE(circuit.is_closed());
    EXPECT_FALSE(circuit.is_down()) << "it opened for the first time: worth waiting for";
    EXPECT_EQ(circuit.open_until(), 6 * second);
}

TEST(Circuit, LetsOneProbeThroughAndDoublesItsPauseUpToTheLongest) {
    Circuit circuit(three_failures);
    for (int i = 0; i < 3; ++i) circuit.failed(0, false);
    EXPECT_FALSE(circuit.wants_probe(5 * second - 1));
    EXPECT_TRUE(circuit.wants_probe(5 * second));
    EXPECT_TRUE(circuit.sent());
    EXPECT_FALSE(circuit.wants_probe(100 * second)) << "one at a time";
    circuit.failed(6 * second, true);
    EXPECT_TRUE(circuit.is_down());
    EXPECT_EQ(circuit.open_until(), 16 * second);
    circuit.sent();
    circuit.failed(20 * second, true);
    EXPECT_EQ(circuit.open_until(), 32 * second) << "12 s at most";
    circuit.sent();
    circuit.succeeded();
    EXPECT_TRUE(circuit.is_closed());
    EXPECT_FALSE(circuit.sent());
    for (int i = 0; i < 3; ++i) circuit.failed(40 * second, false);
    EXPECT_EQ(circuit.open_until(), 45 * second) << "the first pause again";
}

TEST(Circuit, FailuresOfRequestsSentBeforeItOpenedChangeNothing) {
    Circuit circuit(three_failures);
    for (int i = 0; i < 3; ++i) circuit.failed(0, false);
    for (int i = 0; i < 100; ++i) circuit.failed(4 * second, false);
    EXPECT_EQ(circuit.open_until(), 5 * second);
    EXPECT_FALSE(circuit.is_down());
}

TEST(Circuit, ALateSuccessClosesIt) {
    Circuit circuit(three_failures);
    for (int i = 0; i < 3; ++i) circuit.failed(0, false);
    circuit.succeeded();
    EXPECT_TRUE(circuit.is_closed());
}

TEST(Circuit, ARefusalOpensItAtOnce) {
    Circuit circuit(three_failures);
    circuit.refused(second, 60 * second);
    EXPECT_TRUE(circuit.is_down());
    EXPECT_FALSE(circuit.wants_probe(60 * second));
    EXPECT_TRUE(circuit.wants_probe(61 * second));
}

TEST(Circuit, ADroppedProbeMakesRoomForAnother) {
    Circuit circuit(three_failures);
    circuit.refused(0, second);
    EXPECT_TRUE(circuit.sent());
    circuit.probe_dropped();
    EXPECT_TRUE(circuit.wants_probe(second));
}

}  // namespace
}  // namespace atl::llm
