// SPDX-License-Identifier: Apache-2.0
// What ranks say to each other while a run is on; encoded with Boost.Serialization, never written to disk.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/record.hpp"
#include "atoll/engine/island.hpp"
#include "atoll/llm/client_status.hpp"

namespace atl::engine {

/// Message tags. Below 16: start-up (app); from 16 on: the loop.
enum class Tag : std::uint32_t {
    hello = 1,          ///< any rank to 0: who I am
    job = 2,            ///< 0 to all: the job, or why not
    ready = 3,          ///< any rank to 0: set up, or why not
    go = 4,             ///< 0 to all: begin, or why not
    status = 16,        ///< any rank to 0, also the heartbeat
    heartbeat = 17,     ///< 0 to all
    migrants = 18,      ///< rank to rank
    stop_request = 19,  ///< any rank to 0
    stop = 20,          ///< 0 to all: no new proposals
    drained = 21,       ///< any rank to 0: nothing in flight, all synced
    finish = 22,        ///< 0 to all: leave
    goodbye = 23,       ///< any rank to 0: the last message
    epoch_done = 24,    ///< any rank to 0: all islands here are at the epoch's end (deterministic runs)
    epoch_begin = 25,   ///< 0 to all: every migrant has arrived, take them in and go on
};

enum class StopReason : std::uint8_t {
    none = 0,
    target_reached = 1,
    evaluations_exhausted = 2,
    time_limit = 3,
    signal = 4,
    failure = 5,
    walltime = 6,
};

std::string_view to_string(StopReason reason);

/// The exit code a run that stopped for this reason ends with.
ExitCode exit_code(StopReason reason);

struct IslandStatus {
    std::uint32_t island = 0;
    std::uint64_t evaluations = 0;  ///< acknowledged
    Score best;                     ///< acknowledged
    EvaluationKey best_key;
};

struct RankStatus {
    std::uint64_t acknowledged = 0;
    std::uint64_t in_flight = 0;
    std::uint64_t asking = 0;  ///< questions to models on their way
    std::uint64_t migrations = 0;
    std::uint64_t journal_records = 0;
    bool exhausted = false;  ///< every island here has used up its share of the evaluations
    std::vector<IslandStatus> islands;
    std::optional<llm::ClientStatus> model;  ///< none: no model is asked
};

struct StopRequest {
    StopReason reason = StopReason::none;
    std::string text;
    /// How long evaluations that run may still take, at most; the job's own patience when that is shorter.
    double drain_seconds = std::numeric_limits<double>::infinity();
};

/// Sent when a rank has nothing in flight and all is synced, and again whenever its counts move after that.
struct Drained {
    std::uint64_t messages_sent = 0;  ///< migrant messages, so that none is left on the wire at the end
    std::uint64_t messages_received = 0;
    bool failed = false;
    std::string failure;
};

/// Sent when a rank's islands are all at the end of an epoch, committed and acknowledged, and again whenever its counts
/// move after that.
struct EpochReport {
    std::uint64_t epoch = 0;          ///< the one that would begin next
    std::uint64_t messages_sent = 0;  ///< migrant messages since the start: all sent ones must have been received
    std::uint64_t messages_received = 0;
    bool exhausted = false;             ///< every island here has used up its share of the evaluations
    std::optional<std::string> target;  ///< what proved the target here
};

std::string encode(const RankStatus& status);
std::string encode(const StopRequest& request);
std::string encode(const Drained& drained);
std::string encode(const std::vector<Migrant>& migrants);
std::string encode(const EpochReport& report);
std::string encode_epoch(std::uint64_t epoch);

/// Each throws InfrastructureError on bytes that are no such message.
RankStatus decode_rank_status(const std::string& payload);
StopRequest decode_stop_request(const std::string& payload);
Drained decode_drained(const std::string& payload);
std::vector<Migrant> decode_migrants(const std::string& payload);
EpochReport decode_epoch_report(const std::string& payload);
std::uint64_t decode_epoch(const std::string& payload);

}  // namespace atl::engine
