// SPDX-License-Identifier: Apache-2.0
// One rank of a run: the loop of propose, evaluate, journal, commit, acknowledge, migrate, as one step(now).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/engine/coordinator.hpp"
#include "atoll/engine/duration_window.hpp"
#include "atoll/engine/evaluator.hpp"
#include "atoll/engine/executor.hpp"
#include "atoll/engine/island.hpp"
#include "atoll/engine/island_runner.hpp"
#include "atoll/engine/messages.hpp"
#include "atoll/engine/source.hpp"
#include "atoll/journal/sink.hpp"
#include "atoll/llm/client.hpp"
#include "atoll/transport/steppable.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::engine {

struct RankOptions {
    Direction direction = Direction::maximize;
    std::uint32_t islands = 8;                ///< of the whole run; island i lives on rank i mod R
    std::uint32_t batch = 16;                 ///< candidates per island step, and per island at once
    std::uint64_t limit_evaluations = 0;      ///< of the whole run, shared out evenly over islands; 0: none
    double limit_seconds = 0;                 ///< of the whole run; 0: none
    std::optional<double> target;             ///< stop once an acknowledged score proves it
    std::uint64_t migration_interval = 10;    ///< island steps between two epochs; 0: never
    std::uint64_t snapshot_interval = 64;     ///< island steps between two snapshots
    std::size_t queue_per_worker = 2;         ///< candidates handed to the workers ahead of time
    std::size_t unacknowledged_limit = 1024;  ///< proposed and not yet synced, at most
    std::uint32_t maximum_attempts = 3;       ///< tries after an `infrastructure` verdict, the first included
    double base_elapsed_seconds = 0;          ///< spent by earlier incarnations
    /// The same records on any rank count, interrupted or not: steps are proposed and committed whole, migrants are
    /// taken in by all islands at the end of an epoch, targets and limits take effect there.
    bool deterministic = false;
    double drain_seconds = 10;  ///< how long a stop waits for evaluations that run; what has not begun is dropped
    std::optional<Nanoseconds> walltime_end;  ///< by the rank's clock: when the machine is taken away
    double walltime_margin_seconds = 30;      ///< kept free before that for the last sync and fold
    Nanoseconds status_interval = from_seconds(0.25);
    Nanoseconds peer_timeout = from_seconds(20);
    std::vector<std::string> hosts;  ///< of each rank, for messages; may be empty

    /// Island steps of one epoch.
    std::uint64_t epoch_steps() const { return migration_interval > 0 ? migration_interval : 10; }
};

/// What a rank is made of; all of it outlives the rank.
struct RankParts {
    transport::Transport& transport;
    Executor& executor;
    const Clock& clock;
    journal::JournalSink& journal;
    const Evaluator& evaluator;
    llm::Client* model = nullptr;  ///< who answers questions; null: nobody
};

/// Invariants: only step() and what it calls touch islands, journal and transport, all from one thread; a record
/// reaches the island by commit() before, and by acknowledged() only after, it is synced; only acknowledged records
/// leave the rank.
class Rank final : public transport::Steppable {
public:
    Rank(RankParts parts, RankOptions options);
    ~Rank() override;

    /// Adds an island that lives here, with what earlier incarnations left of it.
    /// In a deterministic run the islands of all ranks begin at the same step, a multiple of epoch_steps().
    void add_island(std::uint32_t id, std::unique_ptr<Island> island, IslandProgress progress = {});
    /// Polled each step; must outlive the rank.
    void add_source(Source& source) { sources_.push_back(&source); }
    /// Rank 0 only: called each status interval and at the end.
    void on_status(std::function<void(const RunStatus&)> callback);

    transport::StepResult step(Nanoseconds now) override;

    /// From this rank's signals or files: stops proposing at once and asks rank 0 to stop everybody.
    void request_stop(const StopRequest& request);

    /// Descriptors that become readable when step() has something to do.
    std::vector<int> descriptors() const;
    /// Why the run ended; set once step() has said done.
    const StopRequest& outcome() const { return stop_; }
    /// Evaluations that still ran when the stop's patience was over; their workers are not to be waited for.
    std::size_t abandoned() const { return abandoned_; }
    /// True when the run ended here because rank 0 fell silent.
    bool coordinator_is_lost() const { return coordinator_is_lost_; }
    /// Rank 0's view of the run; empty elsewhere.
    const RunStatus* run_status() const { return coordinator_ ? &coordinator_->status() : nullptr; }

private:
    enum class Phase { running, stopping, syncing, drained, finished };
    struct Flight;
    struct Unacknowledged {
        std::uint64_t sequence = 0;
        std::size_t runner = 0;
        EvaluationKey key;
        Score score;
        bool counts = false;  ///< a final attempt of an evaluation, not a retry or another kind of record
    };

    void begin();
    transport::StepResult leave(Nanoseconds now);
    /// True when there was one.
    bool receive_messages(Nanoseconds now);
    void receive_migrants(const std::string& payload);
    void acknowledge();
    void propose();
    bool may_ask() const;
    void launch(std::size_t runner, bool may_ask);
    bool reuse(std::size_t runner, Proposal& proposal);
    void ask(const std::shared_ptr<Flight>& flight);
    void answered(const std::shared_ptr<Flight>& flight, llm::Reply reply);
    void watch_model();
    llm::ClientStatus model_status() const;
    void submit(const std::shared_ptr<Flight>& flight);
    void finish(const std::shared_ptr<Flight>& flight);
    void migrate(std::size_t runner, std::uint64_t epoch);
    void deliver(std::vector<Migrant> migrants);
    void immigrate(const Migrant& migrant);
    void begin_at(std::uint64_t step);
    void end_epoch();
    void begin_epoch(std::uint64_t epoch);
    void send_epoch_report();
    void snapshot(IslandRunner& runner);
    void watch_walltime();
    void append(Record record, Unacknowledged entry);
    void advance_phase();
    void send_drained();
    void send_status(Nanoseconds now);
    void announce_target(const Score& score, const EvaluationKey& key);
    void begin_stopping(const StopRequest& request);
    Nanoseconds wake_at() const;
    /// Every island here has used up its share of the evaluations.
    bool exhausted() const;
    void fail(const std::string& text);
    double elapsed() const;
    IslandRunner* runner_of(std::uint32_t island);

    RankParts parts_;
    RankOptions options_;
    Nanoseconds started_;
    Nanoseconds now_;
    Nanoseconds next_status_;
    Nanoseconds heard_from_coordinator_;
    std::unique_ptr<Coordinator> coordinator_;
    std::vector<std::unique_ptr<IslandRunner>> runners_;
    std::vector<Source*> sources_;
    std::deque<Unacknowledged> unacknowledged_;
    std::uint64_t appended_ = 0;
    std::uint64_t acknowledged_evaluations_ = 0;
    std::uint64_t migrations_ = 0;
    std::size_t queued_ = 0;  ///< flights handed to the executor and not back
    std::size_t asking_ = 0;  ///< flights whose question is on its way
    std::size_t open_ = 0;    ///< proposals not yet acknowledged
    std::optional<Nanoseconds> model_gone_since_;
    std::uint64_t answered_before_gone_ = 0;
    double model_gone_seconds_ = 0;
    bool has_begun_ = false;
    bool more_to_reuse_ = false;
    std::uint64_t epoch_ = 0;
    bool epoch_reported_ = false;
    std::vector<Migrant> arrivals_;     ///< of a deterministic run: to be taken in when the next epoch begins
    std::optional<std::string> proof_;  ///< what reached the target here
    DurationWindow durations_;
    Phase phase_ = Phase::running;
    Nanoseconds drain_until_ = 0;
    std::size_t abandoned_ = 0;
    StopRequest stop_;
    Drained counts_;
    std::string failure_;
    bool coordinator_is_lost_ = false;
};

}  // namespace atl::engine
