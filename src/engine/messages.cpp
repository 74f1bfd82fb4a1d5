// SPDX-License-Identifier: Apache-2.0
// Boost.Serialization of the messages: both ends are the same build, which start-up has checked.
#include "atoll/engine/messages.hpp"

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/array.hpp>
#include <boost/serialization/optional.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <typeinfo>

#include "atoll/core/hash.hpp"

namespace boost::serialization {

template <class Archive>
void serialize(Archive& archive, atl::EvaluationKey& key, unsigned /*version*/) {
    archive& key.island& key.step& key.slot& key.attempt;
}

template <class Archive, class Value>
void serialize(Archive& archive, std::optional<Value>& value, unsigned /*version*/) {
    bool present = value.has_value();
    archive& present;
    if (!present) {
        value.reset();
        return;
    }
    if (!value) value.emplace();
    archive&* value;
}

template <class Archive>
void serialize(Archive& archive, atl::Score& score, unsigned /*version*/) {
    archive& score.lower& score.upper;
}

template <class Archive>
void serialize(Archive& archive, atl::Verdict& verdict, unsigned /*version*/) {
    archive& verdict.kind& verdict.reason& verdict.text;
}

template <class Archive>
void serialize(Archive& archive, atl::Candidate& candidate, unsigned /*version*/) {
    archive& candidate.genome& candidate.bytes;
}

template <class Archive>
void serialize(Archive& archive, atl::Metric& metric, unsigned /*version*/) {
    archive& metric.name& metric.value& metric.unit;
}

template <class Archive>
void serialize(Archive& archive, atl::EvaluationRecord& record, unsigned /*version*/) {
    archive& record.key& record.parent_1& record.parent_2& record.operator_name& record.candidate;
    archive& make_array(record.candidate_sha256.data(), record.candidate_sha256.size());
    archive& record.stage& record.instance_set& record.verdict& record.score& record.objective_calls& record.origin;
    archive& record.elapsed_seconds& record.wall_seconds& record.cpu_seconds& record.peak_bytes& record.rank;
    archive& record.usd& record.cache_hit& record.metrics;
}

template <class Archive>
void serialize(Archive& archive, atl::engine::Migrant& migrant, unsigned /*version*/) {
    archive& migrant.epoch& migrant.from_island& migrant.to_island& migrant.record;
}

template <class Archive>
void serialize(Archive& archive, atl::engine::IslandStatus& status, unsigned /*version*/) {
    archive& status.island& status.evaluations& status.best& status.best_key;
}

template <class Archive>
void serialize(Archive& archive, atl::llm::ClientStatus& status, unsigned /*version*/) {
    archive& status.asked& status.answered& status.failed& status.requests& status.prompt_tokens;
    archive& status.completion_tokens& status.usd& status.unavailable_seconds& status.last_error& status.available;
}

template <class Archive>
void serialize(Archive& archive, atl::engine::RankStatus& status, unsigned /*version*/) {
    archive& status.acknowledged& status.in_flight& status.asking& status.migrations& status.journal_records;
    archive& status.exhausted& status.islands& status.model;
}

template <class Archive>
void serialize(Archive& archive, atl::engine::StopRequest& request, unsigned /*version*/) {
    archive& request.reason& request.text& request.drain_seconds;
}

template <class Archive>
void serialize(Archive& archive, atl::engine::Drained& drained, unsigned /*version*/) {
    archive& drained.messages_sent& drained.messages_received& drained.failed& drained.failure;
}

template <class Archive>
void serialize(Archive& archive, atl::engine::EpochReport& report, unsigned /*version*/) {
    archive& report.epoch& report.messages_sent& report.messages_received& report.exhausted;
    archive& report.target;
}

}  // namespace boost::serialization

namespace atl::engine {

namespace {

constexpr unsigned archive_flags = boost::archive::no_header | boost::archive::no_codecvt;

/// Covers what kind of message it is, too: both ends are one build, so the compiler's name for it serves.
template <class T>
std::uint32_t checksum_of(std::string_view bytes) {
    return crc32c(bytes, crc32c(typeid(T).name()));
}

template <class T>
std::string encode_any(const T& value) {
    std::ostringstream bytes;
    {
        boost::archive::binary_oarchive archive(bytes, archive_flags);
        archive << value;
    }
    std::string message = std::move(bytes).str();
    const std::uint32_t checksum = checksum_of<T>(message);
    message.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
    return message;
}

/// The message without its checksum. Boost believes every length it reads and asks for that much memory, so it must
/// only ever see bytes that encode_any made of the same type.
template <class T>
std::string checked(const std::string& payload) {
    std::uint32_t checksum = 0;
    if (payload.size() < sizeof checksum) throw std::runtime_error("too short");
    std::string message = payload.substr(0, payload.size() - sizeof checksum);
    std::memcpy(&checksum, payload.data() + message.size(), sizeof checksum);
    if (checksum_of<T>(message) != checksum) throw std::runtime_error("wrong checksum");
    return message;
}

template <class T>
T decode_any(const std::string& payload, const char* name) {
    try {
        std::istringstream bytes(checked<T>(payload));
        boost::archive::binary_iarchive archive(bytes, archive_flags);
        T value;
        archive >> value;
        return value;
    } catch (const std::exception& error) {
        throw InfrastructureError(std::string("a '") + name + "' message of " + std::to_string(payload.size()) +
                                  " bytes can not be decoded (" + error.what() + "); do all ranks run the same build?");
    }
}

}  // namespace

std::string_view to_string(StopReason reason) {
    switch (reason) {
        case StopReason::none:
            return "none";
        case StopReason::target_reached:
            return "target_reached";
        case StopReason::evaluations_exhausted:
            return "evaluations_exhausted";
        case StopReason::time_limit:
            return "time_limit";
        case StopReason::signal:
            return "signal";
        case StopReason::failure:
            return "failure";
        case StopReason::walltime:
            return "walltime";
    }
    return "none";
}

ExitCode exit_code(StopReason reason) {
    switch (reason) {
        case StopReason::signal:
        case StopReason::walltime:
            return ExitCode::stopped_early;
        case StopReason::failure:
            return ExitCode::infrastructure;
        default:
            return ExitCode::ok;
    }
}

std::string encode(const RankStatus& status) { return encode_any(status); }
std::string encode(const StopRequest& request) { return encode_any(request); }
std::string encode(const Drained& drained) { return encode_any(drained); }
std::string encode(const std::vector<Migrant>& migrants) { return encode_any(migrants); }
std::string encode(const EpochReport& report) { return encode_any(report); }
std::string encode_epoch(std::uint64_t epoch) { return encode_any(epoch); }

RankStatus decode_rank_status(const std::string& payload) { return decode_any<RankStatus>(payload, "status"); }
StopRequest decode_stop_request(const std::string& payload) { return decode_any<StopRequest>(payload, "stop"); }
Drained decode_drained(const std::string& payload) { return decode_any<Drained>(payload, "drained"); }
std::vector<Migrant> decode_migrants(const std::string& payload) {
    return decode_any<std::vector<Migrant>>(payload, "migrants");
}
EpochReport decode_epoch_report(const std::string& payload) { return decode_any<EpochReport>(payload, "epoch_done"); }
std::uint64_t decode_epoch(const std::string& payload) { return decode_any<std::uint64_t>(payload, "epoch_begin"); }

}  // namespace atl::engine
