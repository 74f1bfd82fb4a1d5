// SPDX-License-Identifier: Apache-2.0
// The payload of each kind of frame; docs/archive-format.md lists the fields.
#include "atoll/journal/encoding.hpp"

#include <limits>
#include <type_traits>

#include "atoll/core/error.hpp"
#include "journal/bytes.hpp"
#include "journal/decoder.hpp"

namespace atl::journal {
namespace {

// Bits of an evaluation's flag byte: which optional fields follow.
constexpr std::uint8_t flag_parent_1 = 1;
constexpr std::uint8_t flag_parent_2 = 2;
constexpr std::uint8_t flag_cache_hit = 4;
constexpr std::uint8_t flag_score = 8;
constexpr std::uint8_t flag_usd = 16;
constexpr std::uint8_t known_flags = 31;

void put_key(std::string& out, const EvaluationKey& key) {
    put_varint(out, key.island);
    put_varint(out, key.step);
    put_varint(out, key.slot);
    put_varint(out, key.attempt);
}

EvaluationKey take_key(Decoder& in) {
    EvaluationKey key;
    key.island = in.varint32();
    key.step = in.varint();
    key.slot = in.varint32();
    key.attempt = in.varint32();
    return key;
}

void put_digest(std::string& out, const Sha256& digest) {
    out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

bool is_bits(double value, double other) {
    return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(other);
}

/// Unscored as a fresh Score is; any other pair of numbers is written out, so that bits always survive.
bool is_default(const Score& score) {
    const Score unscored;
    return is_bits(score.lower, unscored.lower) && is_bits(score.upper, unscored.upper);
}

std::uint8_t flags_of(const EvaluationRecord& record) {
    unsigned flags = 0;
    if (record.parent_1) flags |= flag_parent_1;
    if (record.parent_2) flags |= flag_parent_2;
    if (record.cache_hit) flags |= flag_cache_hit;
    if (!is_default(record.score)) flags |= flag_score;
    if (!is_bits(record.usd, 0.0)) flags |= flag_usd;
    return static_cast<std::uint8_t>(flags);
}

void put(const EvaluationRecord& record, std::string& out) {
    const std::uint8_t flags = flags_of(record);
    put_key(out, record.key);
    out.push_back(static_cast<char>(flags));
    if (record.parent_1) put_key(out, *record.parent_1);
    if (record.parent_2) put_key(out, *record.parent_2);
    put_text(out, record.operator_name);
    put_text(out, record.candidate.genome);
    put_digest(out, record.candidate_sha256);
    put_varint(out, record.stage);
    put_text(out, record.instance_set);
    out.push_back(static_cast<char>(record.verdict.kind));
    put_text(out, record.verdict.reason);
    put_text(out, record.verdict.text);
    if ((flags & flag_score) != 0) {
        put_double(out, record.score.lower);
        put_double(out, record.score.upper);
    }
    put_varint(out, record.objective_calls);
    out.push_back(static_cast<char>(record.origin));
    put_double(out, record.elapsed_seconds);
    put_double(out, record.wall_seconds);
    put_double(out, record.cpu_seconds);
    put_varint(out, record.peak_bytes);
    put_varint(out, record.rank);
    if ((flags & flag_usd) != 0) put_double(out, record.usd);
    put_varint(out, record.metrics.size());
    for (const Metric& metric : record.metrics) {
        put_text(out, metric.name);
        put_double(out, metric.value);
        put_text(out, metric.unit);
    }
}

EvaluationRecord take_evaluation(Decoder& in) {
    EvaluationRecord record;
    record.key = take_key(in);
    const std::uint8_t flags = in.byte();
    if ((flags & ~known_flags) != 0) in.fail("unknown flags");
    if ((flags & flag_parent_1) != 0) record.parent_1 = take_key(in);
    if ((flags & flag_parent_2) != 0) record.parent_2 = take_key(in);
    record.cache_hit = (flags & flag_cache_hit) != 0;
    record.operator_name = in.text();
    record.candidate.genome = in.text();
    record.candidate_sha256 = in.digest();
    record.stage = in.varint32();
    record.instance_set = in.text();
    record.verdict.kind = static_cast<VerdictKind>(in.at_most(static_cast<std::uint8_t>(VerdictKind::infrastructure)));
    record.verdict.reason = in.text();
    record.verdict.text = in.text();
    if ((flags & flag_score) != 0) {
        record.score.lower = in.real();
        record.score.upper = in.real();
    }
    record.objective_calls = in.varint();
    record.origin = static_cast<Origin>(in.at_most(static_cast<std::uint8_t>(Origin::predicted)));
    record.elapsed_seconds = in.real();
    record.wall_seconds = in.real();
    record.cpu_seconds = in.real();
    record.peak_bytes = in.varint();
    record.rank = in.varint32();
    if ((flags & flag_usd) != 0) record.usd = in.real();
    // A metric takes ten bytes at least, so the count is checked before it sizes anything.
    const std::uint64_t count = in.varint();
    if (count > in.left() / 10) in.fail("more metrics than bytes");
    record.metrics.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        Metric metric;
        metric.name = in.text();
        metric.value = in.real();
        metric.unit = in.text();
        record.metrics.push_back(std::move(metric));
    }
    return record;
}

void put(const MigrationRecord& record, std::string& out) {
    put_varint(out, record.epoch);
    put_varint(out, record.from_island);
    put_varint(out, record.to_island);
    put_varint(out, record.to_step);
    put_key(out, record.key);
    put_double(out, record.elapsed_seconds);
}

MigrationRecord take_migration(Decoder& in) {
    MigrationRecord record;
    record.epoch = in.varint();
    record.from_island = in.varint32();
    record.to_island = in.varint32();
    record.to_step = in.varint();
    record.key = take_key(in);
    record.elapsed_seconds = in.real();
    return record;
}

void put(const SnapshotRecord& record, std::string& out) {
    put_varint(out, record.island);
    put_varint(out, record.step);
    put_text(out, record.state);
}

SnapshotRecord take_snapshot(Decoder& in) {
    SnapshotRecord record;
    record.island = in.varint32();
    record.step = in.varint();
    record.state = in.text();
    return record;
}

void put(const EventRecord& record, std::string& out) {
    put_text(out, record.name);
    put_text(out, record.text);
    put_double(out, record.elapsed_seconds);
}

EventRecord take_event(Decoder& in) {
    EventRecord record;
    record.name = in.text();
    record.text = in.text();
    record.elapsed_seconds = in.real();
    return record;
}

void put(const LlmCallRecord& record, std::string& out) {
    put_key(out, record.key);
    put_text(out, record.model);
    put_text(out, record.endpoint);
    put_digest(out, record.request_sha256);
    put_varint(out, record.occurrence);
    put_digest(out, record.reply_sha256);
    put_text(out, record.status);
    put_text(out, record.finish_reason);
    put_varint(out, record.prompt_tokens);
    put_varint(out, record.completion_tokens);
    put_varint(out, record.reserved_tokens);
    put_double(out, record.usd);
    put_varint(out, record.requests);
    put_varint(out, record.hedges);
    put_varint(out, record.faults);
    out.push_back(record.reused ? '\1' : '\0');
    out.push_back(static_cast<char>(record.origin));
    put_double(out, record.first_byte_seconds);
    put_double(out, record.wall_seconds);
    put_double(out, record.elapsed_seconds);
    put_varint(out, record.rank);
}

LlmCallRecord take_llm_call(Decoder& in) {
    LlmCallRecord record;
    record.key = take_key(in);
    record.model = in.text();
    record.endpoint = in.text();
    record.request_sha256 = in.digest();
    record.occurrence = in.varint();
    record.reply_sha256 = in.digest();
    record.status = in.text();
    record.finish_reason = in.text();
    record.prompt_tokens = in.varint();
    record.completion_tokens = in.varint();
    record.reserved_tokens = in.varint();
    record.usd = in.real();
    record.requests = in.varint32();
    record.hedges = in.varint32();
    record.faults = in.varint32();
    record.reused = in.at_most(1) == 1;
    record.origin = static_cast<Origin>(in.at_most(static_cast<std::uint8_t>(Origin::predicted)));
    record.first_byte_seconds = in.real();
    record.wall_seconds = in.real();
    record.elapsed_seconds = in.real();
    record.rank = in.varint32();
    return record;
}

void put(const PlanRecord& record, std::string& out) {
    put_varint(out, record.place);
    put_text(out, record.strategy);
    put_varint(out, record.tensor);
    put_varint(out, record.pipeline);
    put_varint(out, record.data);
    put_varint(out, record.context);
    put_varint(out, record.expert);
    put_varint(out, record.virtual_stages);
    put_varint(out, record.micro_batch);
    put_text(out, record.schedule);
    put_text(out, record.recompute);
    put_varint(out, record.zero_stage);
    put_text(out, record.switches);
    put_double(out, record.iteration_seconds);
    put_double(out, record.tokens_per_second);
    put_double(out, record.peak_gib);
    put_double(out, record.out_of_memory_probability);
    out.push_back(static_cast<char>(record.origin));
}

PlanRecord take_plan(Decoder& in) {
    PlanRecord record;
    record.place = in.varint32();
    record.strategy = in.text();
    record.tensor = in.varint32();
    record.pipeline = in.varint32();
    record.data = in.varint32();
    record.context = in.varint32();
    record.expert = in.varint32();
    record.virtual_stages = in.varint32();
    record.micro_batch = in.varint32();
    record.schedule = in.text();
    record.recompute = in.text();
    record.zero_stage = in.varint32();
    record.switches = in.text();
    record.iteration_seconds = in.real();
    record.tokens_per_second = in.real();
    record.peak_gib = in.real();
    record.out_of_memory_probability = in.real();
    record.origin = static_cast<Origin>(in.at_most(static_cast<std::uint8_t>(Origin::predicted)));
    return record;
}

void put(const PlanCountRecord& record, std::string& out) {
    put_text(out, record.fate);
    put_text(out, record.by);
    put_varint(out, record.plans);
}

PlanCountRecord take_plan_count(Decoder& in) {
    PlanCountRecord record;
    record.fate = in.text();
    record.by = in.text();
    record.plans = in.varint();
    return record;
}

void put(const FenceList& list, std::string& out) {
    put_varint(out, list.first_incarnation);
    put_varint(out, list.fences.size());
    for (const Fence& fence : list.fences) {
        put_varint(out, fence.incarnation);
        put_varint(out, fence.rank);
        put_varint(out, fence.bytes);
    }
}

FenceList take_fences(Decoder& in) {
    FenceList list;
    list.first_incarnation = in.varint32();
    const std::uint64_t count = in.varint();
    if (count > in.left() / 3) in.fail("more fences than bytes");
    list.fences.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        Fence fence;
        fence.incarnation = in.varint32();
        fence.rank = in.varint32();
        fence.bytes = in.varint();
        list.fences.push_back(fence);
    }
    return list;
}

}  // namespace

FrameType frame_type(const Record& record) {
    switch (record.index()) {
        case 0:
            return FrameType::evaluation;
        case 1:
            return FrameType::migration;
        case 2:
            return FrameType::snapshot;
        case 3:
            return FrameType::event;
        case 4:
            return FrameType::llm_call;
        case 5:
            return FrameType::plan;
        default:
            return FrameType::plan_count;
    }
}

void encode(const Record& record, std::string& out) {
    std::visit([&out](const auto& kind) { put(kind, out); }, record);
}

void encode(const SegmentInfo& info, std::string& out) {
    put_varint(out, info.incarnation);
    put_varint(out, info.rank);
    put_text(out, info.provenance_json);
    put_text(out, info.job_toml);
    out.push_back(info.fences ? '\1' : '\0');
    if (info.fences) put(*info.fences, out);
}

void encode(const Sha256& digest, std::string_view bytes, std::string& out) {
    put_digest(out, digest);
    out.append(bytes);
}

Record decode_record(FrameType type, std::string_view payload, Trailing trailing) {
    Decoder in(payload);
    Record record;
    switch (type) {
        case FrameType::evaluation:
            record = take_evaluation(in);
            break;
        case FrameType::migration:
            record = take_migration(in);
            break;
        case FrameType::snapshot:
            record = take_snapshot(in);
            break;
        case FrameType::event:
            record = take_event(in);
            break;
        case FrameType::llm_call:
            record = take_llm_call(in);
            break;
        case FrameType::plan:
            record = take_plan(in);
            break;
        case FrameType::plan_count:
            record = take_plan_count(in);
            break;
        case FrameType::header:
        case FrameType::blob:
            in.fail("not a record");
    }
    in.finish(trailing);
    return record;
}

SegmentInfo decode_segment_info(std::string_view payload, Trailing trailing) {
    Decoder in(payload);
    SegmentInfo info;
    info.incarnation = in.varint32();
    info.rank = in.varint32();
    info.provenance_json = in.text();
    info.job_toml = in.text();
    if (in.left() > 0 && in.at_most(1) == 1) info.fences = take_fences(in);  // format 1.0 ends before
    in.finish(trailing);
    return info;
}

BlobView decode_blob(std::string_view payload) {
    Decoder in(payload);
    BlobView blob;
    blob.sha256 = in.digest();
    blob.bytes = in.rest();
    return blob;
}

}  // namespace atl::journal
