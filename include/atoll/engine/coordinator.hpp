// SPDX-License-Identifier: Apache-2.0
// Rank 0's second job: knows the whole run, decides when it stops, and lets nobody leave before all may.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/engine/status.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::engine {

struct CoordinatorOptions {
    Direction direction = Direction::maximize;
    double limit_seconds = 0;         ///< of the whole run, earlier incarnations included; 0: none
    double base_elapsed_seconds = 0;  ///< spent by earlier incarnations
    Nanoseconds status_interval = from_seconds(0.25);
    Nanoseconds peer_timeout = from_seconds(20);  ///< a rank silent for longer is lost
    bool deterministic = false;                   ///< targets and limits take effect at the end of an epoch
    std::vector<std::string> hosts;               ///< of each rank, for messages; may be empty
};

/// The end of a run is a consensus: `stop` (no new proposals), `drained` from every rank (nothing in flight, all
/// synced, and as many migrant messages received as sent over all ranks), `finish`, and `goodbye` from every rank.
/// In a deterministic run an epoch ends in the same way: `epoch_done` from every rank, no migrant message on the wire,
/// then `epoch_begin`, or the stop that target or limit call for.
class Coordinator {
public:
    Coordinator(transport::Transport& transport, CoordinatorOptions options, Nanoseconds now);

    /// A resumed deterministic run: this epoch is on.
    void begin_at(std::uint64_t epoch) { epoch_ = epoch; }

    /// Status, stop_request, epoch_done and drained messages of any rank, rank 0 included.
    void receive(const transport::Message& message, Nanoseconds now);
    void step(Nanoseconds now);

    const RunStatus& status() const { return status_; }
    /// Called each status interval and once at the end.
    void on_status(std::function<void(const RunStatus&)> callback) { callback_ = std::move(callback); }
    Nanoseconds wake_at() const { return next_status_; }
    /// After the end: every rank has said its last, so nothing is left on the wire (or it was waited for in vain).
    bool everybody_has_left(Nanoseconds now) const;
    bool stopping() const { return status_.stop.reason != StopReason::none; }

private:
    struct Peer {
        Nanoseconds heard = 0;
        RankStatus status;
        bool drained = false;
        bool lost = false;
        bool left = false;
        Drained counts;
        EpochReport epoch;
    };

    void stop(StopRequest request);
    void send_to_all(Tag tag, const std::string& payload);
    void refresh(Nanoseconds now);
    void find_lost(Nanoseconds now);
    void end_epoch();
    bool everybody_may_leave() const;

    transport::Transport& transport_;
    CoordinatorOptions options_;
    Nanoseconds started_;
    Nanoseconds next_status_;
    Nanoseconds last_step_;
    std::vector<Peer> peers_;
    RunStatus status_;
    std::function<void(const RunStatus&)> callback_;
    std::uint64_t epoch_ = 0;  ///< the one that is on
    bool finished_ = false;
    Nanoseconds finished_at_ = 0;
};

}  // namespace atl::engine
