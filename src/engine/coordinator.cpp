// SPDX-License-Identifier: Apache-2.0
// Rank 0's second job: the run's status, its limits and its end.
#include "atoll/engine/coordinator.hpp"

#include <algorithm>
#include <utility>

namespace atl::engine {

Coordinator::Coordinator(transport::Transport& transport, CoordinatorOptions options, Nanoseconds now)
    : transport_(transport),
      options_(std::move(options)),
      started_(now),
      next_status_(now),
      last_step_(now),
      peers_(static_cast<std::size_t>(transport.size())) {
    for (Peer& peer : peers_) peer.heard = now;
    status_.ranks = transport.size();
    status_.elapsed_seconds = options_.base_elapsed_seconds;
}

void Coordinator::receive(const transport::Message& message, Nanoseconds now) {
    Peer& peer = peers_.at(static_cast<std::size_t>(message.peer));
    peer.heard = now;
    switch (static_cast<Tag>(message.tag)) {
        case Tag::status:
            peer.status = decode_rank_status(message.payload);
            break;
        case Tag::stop_request:
            stop(decode_stop_request(message.payload));
            break;
        case Tag::drained:
            peer.counts = decode_drained(message.payload);
            peer.drained = true;
            if (peer.counts.failed) stop({StopReason::failure, peer.counts.failure});
            break;
        case Tag::epoch_done:
            peer.epoch = decode_epoch_report(message.payload);
            break;
        case Tag::goodbye:
            peer.left = true;
            break;
        default:
            break;
    }
}

bool Coordinator::everybody_has_left(Nanoseconds now) const {
    const bool all = std::all_of(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.left || peer.lost; });
    return all || now - finished_at_ > options_.peer_timeout;
}

void Coordinator::step(Nanoseconds now) {
    if (finished_) return;
    // A gap in this rank's own steps (a suspended job) is nobody else's silence.
    if (now - last_step_ > options_.peer_timeout / 4) {
        for (Peer& peer : peers_) peer.heard += now - last_step_;
    }
    last_step_ = now;
    find_lost(now);
    if (now >= next_status_) {
        next_status_ = now + options_.status_interval;
        refresh(now);
        send_to_all(Tag::heartbeat, {});
        if (options_.limit_seconds > 0 && status_.elapsed_seconds >= options_.limit_seconds) {
            stop({StopReason::time_limit, "the time limit has passed"});
        }
        if (callback_) callback_(status_);
    }
    if (options_.deterministic) {
        if (!stopping()) end_epoch();
    } else if (std::all_of(peers_.begin(), peers_.end(),
                           [](const Peer& peer) { return peer.lost || peer.status.exhausted; })) {
        stop({StopReason::evaluations_exhausted, "the evaluation limit is used up"});
    }
    if (stopping() && everybody_may_leave()) {
        finished_ = true;
        finished_at_ = now;
        refresh(now);
        send_to_all(Tag::finish, encode(status_.stop));
        if (callback_) callback_(status_);
    }
}

void Coordinator::end_epoch() {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool exhausted = true;
    std::optional<std::string> target;
    for (const Peer& peer : peers_) {
        if (peer.lost || peer.epoch.epoch != epoch_ + 1) return;
        sent += peer.epoch.messages_sent;
        received += peer.epoch.messages_received;
        exhausted = exhausted && peer.epoch.exhausted;
        if (!target) target = peer.epoch.target;
    }
    if (sent != received) return;
    if (target) {
        stop({StopReason::target_reached, *target});
    } else if (exhausted) {
        stop({StopReason::evaluations_exhausted, "the evaluation limit is used up"});
    } else {
        ++epoch_;
        send_to_all(Tag::epoch_begin, encode_epoch(epoch_));
    }
}

void Coordinator::stop(StopRequest request) {
    // A failure found while stopping for another reason is what the user must hear of.
    const bool worse = request.reason == StopReason::failure && status_.stop.reason != StopReason::failure;
    if (stopping() && !worse) return;
    status_.stop = std::move(request);
    send_to_all(Tag::stop, encode(status_.stop));
}

void Coordinator::send_to_all(Tag tag, const std::string& payload) {
    for (int rank = 0; rank < transport_.size(); ++rank) {
        if (!peers_[static_cast<std::size_t>(rank)].lost)
            transport_.send({rank, static_cast<std::uint32_t>(tag), payload});
    }
}

void Coordinator::refresh(Nanoseconds now) {
    status_.elapsed_seconds = options_.base_elapsed_seconds + to_seconds(now - started_);
    status_.evaluations = status_.in_flight = status_.asking = status_.migrations = status_.journal_records = 0;
    status_.model.reset();
    status_.islands.clear();
    status_.best.reset();
    for (const Peer& peer : peers_) {
        status_.evaluations += peer.status.acknowledged;
        status_.in_flight += peer.status.in_flight;
        status_.asking += peer.status.asking;
        if (peer.status.model) {
            status_.model = status_.model ? *status_.model + *peer.status.model : *peer.status.model;
        }
        status_.migrations += peer.status.migrations;
        status_.journal_records += peer.status.journal_records;
        status_.islands.insert(status_.islands.end(), peer.status.islands.begin(), peer.status.islands.end());
    }
    std::sort(status_.islands.begin(), status_.islands.end(),
              [](const IslandStatus& left, const IslandStatus& right) { return left.island < right.island; });
    for (const IslandStatus& island : status_.islands) {
        if (!status_.best || better(island.best, status_.best->best, options_.direction)) status_.best = island;
    }
    if (status_.best && !status_.best->best.scored()) status_.best.reset();
}

void Coordinator::find_lost(Nanoseconds now) {
    for (std::size_t rank = 0; rank < peers_.size(); ++rank) {
        Peer& peer = peers_[rank];
        if (peer.lost || now - peer.heard < options_.peer_timeout) continue;
        peer.lost = true;
        ++status_.ranks_lost;
        const std::string host = rank < options_.hosts.size() ? " on " + options_.hosts[rank] : "";
        stop({StopReason::failure,
              "rank " + std::to_string(rank) + host + " has been silent for " +
                  std::to_string(options_.peer_timeout / nanoseconds_per_second) +
                  " s and is taken for lost; nothing acknowledged is lost, go on with 'atoll resume'"});
    }
}

bool Coordinator::everybody_may_leave() const {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool complete = true;
    for (const Peer& peer : peers_) {
        if (peer.lost || peer.counts.failed) complete = false;
        if (!peer.lost && !peer.drained) return false;
        sent += peer.counts.messages_sent;
        received += peer.counts.messages_received;
    }
    // Without a lost rank every migrant message must have arrived, so that none is left on the wire at the end.
    return !complete || sent == received;
}

}  // namespace atl::engine
