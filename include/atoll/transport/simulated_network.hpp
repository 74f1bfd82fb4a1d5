// SPDX-License-Identifier: Apache-2.0
// The in-process transport: N ranks in one thread, as a discrete-event simulation on a virtual clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "atoll/core/clock.hpp"
#include "atoll/transport/steppable.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::transport {

/// Every choice the network makes is drawn from `seed`; the same seed and ranks give the same run, event by event.
struct NetworkOptions {
    std::uint64_t seed = 0;
    Nanoseconds minimum_delay = 1'000;  ///< a message travels at least this long; at least 1 ns to others and oneself
    Nanoseconds maximum_delay = 50'000;
    /// Messages of different senders overtake each other; between two ranks order always holds, as in MPI.
    /// False: every rank sees messages in the order in which they were sent, whoever sent them.
    bool reorder_between_peers = true;
    /// Larger payloads are handed over only when the receiver takes them, as in MPI's rendezvous.
    std::size_t eager_bytes = 64 * 1024;
    Nanoseconds step_duration = 1'000;  ///< a rank is not stepped again sooner than this; keeps time moving
};

enum class RunOutcome : std::uint8_t {
    finished,  ///< every rank that was not lost is done
    deadlock,  ///< no event is left, and some rank is not done
    deadline,  ///< virtual time reached the deadline
};

struct RunReport {
    RunOutcome outcome = RunOutcome::finished;
    Nanoseconds ended_at = 0;
    std::uint64_t steps = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t messages_unreceived = 0;  ///< still on the way, or arrived and never taken, at ranks not lost
    std::uint64_t event_digest = 0;         ///< over (time, rank) of each step and each receipt, in order
    std::string text;                       ///< for people: the outcome, and who waits for what in a deadlock
};

/// Invariant: messages between two ranks arrive in the order of sending, each at most once, and never at the very
/// instant they were sent. Not thread-safe; all endpoints belong to the thread that calls run().
class SimulatedNetwork {
public:
    /// Throws std::invalid_argument when `ranks` < 1 or the delays are negative or crossed.
    explicit SimulatedNetwork(int ranks, NetworkOptions options = {});
    ~SimulatedNetwork();
    SimulatedNetwork(const SimulatedNetwork&) = delete;
    SimulatedNetwork& operator=(const SimulatedNetwork&) = delete;

    int size() const;
    /// Lives as long as the network.
    Transport& endpoint(int rank);
    VirtualClock& clock();

    /// The rank dies now: it is not stepped again and nothing reaches it any more. Of what it had sent to each peer
    /// and was still on the way, a seeded number of the oldest arrives and the rest is gone. Large messages to it
    /// are never handed over. May be called from within a step.
    void lose(int rank);
    /// The same, once virtual time gets there.
    void lose_at(int rank, Nanoseconds instant);
    bool lost(int rank) const;

    /// Steps the ranks (one object a rank, in rank order) in a seeded order whenever something arrived, a send
    /// was handed over or their wake-up is due, and moves the clock to the next such moment, until all are done,
    /// nothing is left to happen, or `deadline`. A step's exception passes through. Called again, it goes on from where
    /// time stands, first stepping every rank once.
    RunReport run(std::span<Steppable* const> ranks, Nanoseconds deadline = never);

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace atl::transport
