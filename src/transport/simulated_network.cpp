// SPDX-License-Identifier: Apache-2.0
// The discrete-event simulation behind SimulatedNetwork: who is stepped when, and which message arrives when.
#include "atoll/transport/simulated_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "atoll/core/random.hpp"

namespace atl::transport {

namespace {

/// Order of arrival; the sequence number (order of sending) breaks ties, so a pair's order always holds.
struct ArrivalOrder {
    Nanoseconds arrives_at = 0;
    std::uint64_t sequence = 0;
    bool operator<(const ArrivalOrder& other) const {
        return std::tie(arrives_at, sequence) < std::tie(other.arrives_at, other.sequence);
    }
};

struct Arrival {
    Message message;
    bool rendezvous = false;  ///< the sender learns when it is taken
};

void check(int ranks, const NetworkOptions& options) {
    if (ranks < 1) throw std::invalid_argument("SimulatedNetwork needs at least one rank");
    if (options.minimum_delay < 0 || options.maximum_delay < options.minimum_delay) {
        throw std::invalid_argument("SimulatedNetwork: delays must satisfy 0 <= minimum_delay <= maximum_delay");
    }
    if (options.step_duration < 1) throw std::invalid_argument("SimulatedNetwork: step_duration must be at least 1 ns");
}

}  // namespace

class SimulatedNetwork::State {
public:
    State(int count, const NetworkOptions& network_options);

    class Endpoint;

    void send(int from, Message message);
    std::optional<Message> receive(int rank);
    void lose(int rank);
    void apply_losses_due();
    void step(int index, Steppable& steppable);
    Nanoseconds next_step_of(int index) const;
    /// Moves the clock to the next step and returns its rank; empty when nothing is left before the deadline.
    std::optional<int> next_rank(Nanoseconds deadline);
    RunOutcome outcome(Nanoseconds deadline);
    std::string describe(RunOutcome outcome) const;
    std::uint64_t unreceived() const;
    void note(std::uint64_t value) {
        report.event_digest = (report.event_digest ^ value) * 0x100000001B3ULL;
    }  // FNV-1a

    /// One rank: its end of the network and its place in the schedule.
    struct Rank {
        std::unique_ptr<Endpoint> endpoint;
        std::map<ArrivalOrder, Arrival> inbox;  ///< arrived and still travelling; apart by the clock
        std::uint64_t sends_pending = 0;        ///< rendezvous sends that were not taken yet
        bool lost = false;
        bool done = false;
        bool stepped = false;
        bool received_in_last_step = false;
        Nanoseconds last_step = 0;
        Nanoseconds wake_at = never;
        Nanoseconds handed_over_at = never;  ///< a pending send was taken since the last step
    };

    NetworkOptions options;
    VirtualClock clock;
    RandomStream random;
    std::vector<Rank> ranks;
    std::vector<Nanoseconds> last_arrival;  ///< per (sender, receiver), row by sender
    std::multimap<Nanoseconds, int> losses;
    std::uint64_t next_sequence = 0;
    RunReport report;
};

class SimulatedNetwork::State::Endpoint final : public Transport {
public:
    Endpoint(State& state, int rank) : state_(state), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return static_cast<int>(state_.ranks.size()); }
    void send(Message message) override { state_.send(rank_, std::move(message)); }
    std::optional<Message> receive() override { return state_.receive(rank_); }
    bool idle() override { return state_.ranks.at(rank_).sends_pending == 0; }

private:
    State& state_;
    int rank_;
};

SimulatedNetwork::State::State(int count, const NetworkOptions& network_options)
    : options(network_options),
      random(network_options.seed, 0, 0, 0, StreamPurpose::test),
      ranks(static_cast<std::size_t>(count)),
      last_arrival(ranks.size() * ranks.size(), 0) {
    for (int rank = 0; rank < count; ++rank) ranks[rank].endpoint = std::make_unique<Endpoint>(*this, rank);
}

void SimulatedNetwork::State::send(int from, Message message) {
    const int to = message.peer;
    if (to < 0 || to >= static_cast<int>(ranks.size())) {
        throw std::out_of_range(fmt::format("message to rank {} of {}", to, ranks.size()));
    }
    if (ranks[from].lost) return;
    const bool rendezvous = to != from && message.payload.size() > options.eager_bytes;
    if (rendezvous) ++ranks[from].sends_pending;
    if (ranks[to].lost) return;

    const auto spread = static_cast<std::uint64_t>(options.maximum_delay - options.minimum_delay) + 1;
    const Nanoseconds drawn = options.minimum_delay + static_cast<Nanoseconds>(random.below(spread));
    // never at the very instant of sending: the receiver may have been stepped at it already
    Nanoseconds arrives_at = clock.now() + (to == from ? 1 : std::max<Nanoseconds>(drawn, 1));
    for (std::size_t sender = 0; sender < ranks.size(); ++sender) {
        if (static_cast<int>(sender) == from || !options.reorder_between_peers) {
            arrives_at = std::max(arrives_at, last_arrival[sender * ranks.size() + to]);
        }
    }
    last_arrival[from * ranks.size() + to] = arrives_at;
    message.peer = from;
    ranks[to].inbox.emplace(ArrivalOrder{arrives_at, next_sequence++}, Arrival{std::move(message), rendezvous});
}

std::optional<Message> SimulatedNetwork::State::receive(int rank) {
    auto& receiver = ranks.at(rank);
    const auto first = receiver.inbox.begin();
    if (first == receiver.inbox.end() || first->first.arrives_at > clock.now()) return std::nullopt;
    Message message = std::move(first->second.message);
    if (first->second.rendezvous) {
        auto& sender = ranks[message.peer];
        --sender.sends_pending;
        sender.handed_over_at = std::min(sender.handed_over_at, clock.now() + 1);
    }
    receiver.received_in_last_step = true;
    ++report.messages_received;
    note(static_cast<std::uint64_t>(clock.now()));
    note(static_cast<std::uint64_t>(rank));
    note(first->first.sequence);
    receiver.inbox.erase(first);
    return message;
}

void SimulatedNetwork::State::lose(int rank) {
    auto& dead = ranks.at(rank);
    if (dead.lost) return;
    dead.lost = true;
    dead.inbox.clear();
    for (auto& peer : ranks) {
        std::vector<ArrivalOrder> travelling;
        for (auto it = peer.inbox.upper_bound({clock.now(), UINT64_MAX}); it != peer.inbox.end(); ++it) {
            if (it->second.message.peer == rank) travelling.push_back(it->first);
        }
        const auto kept = random.below(travelling.size() + 1);
        for (auto i = kept; i < travelling.size(); ++i) peer.inbox.erase(travelling[i]);
    }
}

void SimulatedNetwork::State::apply_losses_due() {
    while (!losses.empty() && losses.begin()->first <= clock.now()) {
        const int rank = losses.begin()->second;
        losses.erase(losses.begin());
        lose(rank);
    }
}

Nanoseconds SimulatedNetwork::State::next_step_of(int index) const {
    const auto& rank = ranks[index];
    if (rank.lost || rank.done) return never;
    if (!rank.stepped) return clock.now();
    Nanoseconds instant = std::min(rank.wake_at, rank.handed_over_at);
    // what a rank left lying in its last step brings it back only if it took something else then
    const auto fresh =
        rank.received_in_last_step ? rank.inbox.begin() : rank.inbox.upper_bound({rank.last_step, UINT64_MAX});
    if (fresh != rank.inbox.end()) instant = std::min(instant, fresh->first.arrives_at);
    return instant == never ? never : std::max(instant, rank.last_step + options.step_duration);
}

std::optional<int> SimulatedNetwork::State::next_rank(Nanoseconds deadline) {
    while (true) {
        Nanoseconds earliest = never;
        std::vector<int> candidates;
        for (int rank = 0; rank < static_cast<int>(ranks.size()); ++rank) {
            const Nanoseconds instant = next_step_of(rank);
            if (instant == never || instant > earliest) continue;
            if (instant < earliest) candidates.clear();
            earliest = instant;
            candidates.push_back(rank);
        }
        if (!losses.empty() && losses.begin()->first <= std::min(earliest, deadline)) {
            clock.advance_to(losses.begin()->first);
            apply_losses_due();
            continue;
        }
        if (candidates.empty() || earliest > deadline) return std::nullopt;
        clock.advance_to(earliest);
        return candidates[random.below(candidates.size())];
    }
}

void SimulatedNetwork::State::step(int index, Steppable& steppable) {
    auto& rank = ranks[index];
    rank.stepped = true;
    rank.last_step = clock.now();
    rank.received_in_last_step = false;
    rank.handed_over_at = never;
    ++report.steps;
    note(static_cast<std::uint64_t>(clock.now()));
    note(static_cast<std::uint64_t>(index));
    const StepResult result = steppable.step(clock.now());
    rank.done = result.done;
    rank.wake_at = result.wake_at;
}

RunOutcome SimulatedNetwork::State::outcome(Nanoseconds deadline) {
    const auto over = [](const Rank& rank) { return rank.lost || rank.done; };
    if (std::ranges::all_of(ranks, over)) return RunOutcome::finished;
    for (int rank = 0; rank < static_cast<int>(ranks.size()); ++rank) {
        if (next_step_of(rank) == never) continue;
        clock.advance_to(deadline);
        return RunOutcome::deadline;
    }
    return RunOutcome::deadlock;
}

std::uint64_t SimulatedNetwork::State::unreceived() const {
    std::uint64_t total = 0;
    for (const auto& rank : ranks) total += rank.inbox.size();
    return total;
}

std::string SimulatedNetwork::State::describe(RunOutcome outcome) const {
    const double seconds = to_seconds(clock.now());
    if (outcome == RunOutcome::finished) return fmt::format("finished at {:.6f} s", seconds);
    std::string text =
        fmt::format("{} at {:.6f} s, not done:", outcome == RunOutcome::deadlock ? "deadlock" : "deadline", seconds);
    for (std::size_t index = 0; index < ranks.size(); ++index) {
        const auto& rank = ranks[index];
        if (rank.lost || rank.done) continue;
        text += fmt::format(" rank {} (last step at {:.6f} s, {} messages not taken, {} sends not handed over);", index,
                            to_seconds(rank.last_step), rank.inbox.size(), rank.sends_pending);
    }
    text.pop_back();
    return text;
}

SimulatedNetwork::SimulatedNetwork(int ranks, NetworkOptions options) {
    check(ranks, options);
    state_ = std::make_unique<State>(ranks, options);
}

SimulatedNetwork::~SimulatedNetwork() = default;

int SimulatedNetwork::size() const { return static_cast<int>(state_->ranks.size()); }
Transport& SimulatedNetwork::endpoint(int rank) { return *state_->ranks.at(rank).endpoint; }
VirtualClock& SimulatedNetwork::clock() { return state_->clock; }
void SimulatedNetwork::lose(int rank) { state_->lose(rank); }
bool SimulatedNetwork::lost(int rank) const { return state_->ranks.at(rank).lost; }

void SimulatedNetwork::lose_at(int rank, Nanoseconds instant) {
    if (rank < 0 || rank >= size()) throw std::out_of_range(fmt::format("no rank {} among {}", rank, size()));
    state_->losses.emplace(instant, rank);
}

RunReport SimulatedNetwork::run(std::span<Steppable* const> ranks, Nanoseconds deadline) {
    if (ranks.size() != state_->ranks.size()) throw std::invalid_argument("run() needs one Steppable a rank");
    state_->report = {};
    for (auto& rank : state_->ranks) rank.done = rank.stepped = false;
    while (const auto rank = state_->next_rank(deadline)) state_->step(*rank, *ranks[*rank]);
    auto& report = state_->report;
    report.outcome = state_->outcome(deadline);
    report.ended_at = state_->clock.now();
    report.messages_unreceived = state_->unreceived();
    report.text = state_->describe(report.outcome);
    return report;
}

}  // namespace atl::transport
