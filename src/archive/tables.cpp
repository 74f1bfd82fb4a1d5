// SPDX-License-Identifier: Apache-2.0
// Columns of each table and where their values come from.
#include "archive/tables.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "atoll/core/clean_text.hpp"
#include "atoll/core/hash.hpp"

namespace atl::archive {
namespace {

constexpr bool hashed = true;
constexpr bool not_hashed = false;

/// A text that is kept whole up to 64 KiB.
struct LongText {
    std::string_view text;
};

std::uint32_t cell(std::uint32_t value) { return value; }
std::uint64_t cell(std::uint64_t value) { return value; }
double cell(double value) { return value; }
std::uint8_t cell(bool value) { return value ? 1 : 0; }
std::string cell(std::string_view value) { return clean_text(value, max_text_bytes); }
std::string cell(const std::string& value) { return clean_text(value, max_text_bytes); }
std::string cell(LongText value) { return clean_text(value.text, 65536); }
std::string cell(const Sha256& value) { return to_hex(value); }
std::string cell(const EvaluationKey& value) { return to_string(value); }
std::string cell(const std::optional<EvaluationKey>& value) { return value ? to_string(*value) : std::string(); }

/// A column whose value is `get(row)`; `rows` must outlive it.
template <class Row, class Get>
Column column(const std::vector<Row>& rows, const ColumnInfo& info, Get get) {
    const auto values = [&rows, get]() -> ColumnValues {
        std::vector<decltype(cell(get(std::declval<const Row&>())))> cells;
        cells.reserve(rows.size());
        for (const Row& row : rows) cells.push_back(cell(get(row)));
        return cells;
    };
    return {.info = info, .values = values};
}

Table evaluations_table(const std::vector<EvaluationRecord>& rows) {
    using R = EvaluationRecord;
    const auto add = [&rows](const ColumnInfo& info, auto get) { return column(rows, info, get); };
    Table table{"evaluations", "One row an evaluation, by key (island, step, slot, attempt)", rows.size(), {}};
    table.columns = {
        add({"island", "1", "Island that proposed the candidate", hashed}, [](const R& r) { return r.key.island; }),
        add({"step", "1", "The island's step", hashed}, [](const R& r) { return r.key.step; }),
        add({"slot", "1", "Candidate within the step", hashed}, [](const R& r) { return r.key.slot; }),
        add({"attempt", "1", "Retry after an infrastructure verdict", hashed},
            [](const R& r) { return r.key.attempt; }),
        add({"parent_1", "", "Key of the first parent, island/step/slot/attempt, empty when none", hashed},
            [](const R& r) { return r.parent_1; }),
        add({"parent_2", "", "Key of the second parent, empty when none", hashed},
            [](const R& r) { return r.parent_2; }),
        add(
            {"operator", "", "What made the candidate", hashed}, [](const R& r) -> auto& { return r.operator_name; }),
        add(
            {"genome", "", "How the candidate's bytes are to be read", not_hashed},
            [](const R& r) -> auto& { return r.candidate.genome; }),
        add({"candidate_sha256", "", "SHA-256 of the candidate's bytes, see /blobs", hashed},
            [](const R& r) { return r.candidate_sha256; }),
        add({"stage", "1", "Stage of the evaluation cascade that gave the verdict", not_hashed},
            [](const R& r) { return r.stage; }),
        add(
            {"instance_set", "", "Instances the candidate was judged on", not_hashed},
            [](const R& r) -> auto& { return r.instance_set; }),
        add({"verdict", "",
             "ok, wrong, compile_error, crashed, timeout, out_of_memory, forbidden, cheated, infrastructure", hashed},
            [](const R& r) { return to_string(r.verdict.kind); }),
        add(
            {"reason", "", "Code of the reason, empty for a plain ok", hashed},
            [](const R& r) -> auto& { return r.verdict.reason; }),
        add(
            {"reason_text", "", "The reason in words, cut at 1024 bytes", not_hashed},
            [](const R& r) -> auto& { return r.verdict.text; }),
        add({"score_lower", "1", "Lower end of the interval that contains the exact score; NaN when unscored", hashed},
            [](const R& r) { return r.score.lower; }),
        add({"score_upper", "1", "Upper end of that interval", hashed}, [](const R& r) { return r.score.upper; }),
        add({"objective_calls", "1", "Objective calls the operator made, and one for the evaluation", not_hashed},
            [](const R& r) { return r.objective_calls; }),
        add({"origin", "", "measured, replayed, emulated or predicted", not_hashed},
            [](const R& r) { return to_string(r.origin); }),
        add({"elapsed_seconds", "s", "When it finished, since the run's start", not_hashed},
            [](const R& r) { return r.elapsed_seconds; }),
        add({"wall_seconds", "s", "Wall time of the evaluation", not_hashed},
            [](const R& r) { return r.wall_seconds; }),
        add({"cpu_seconds", "s", "CPU time of the evaluation", not_hashed}, [](const R& r) { return r.cpu_seconds; }),
        add({"peak_bytes", "byte", "Peak memory of the evaluation", not_hashed},
            [](const R& r) { return r.peak_bytes; }),
        add({"rank", "1", "Rank that evaluated it", not_hashed}, [](const R& r) { return r.rank; }),
        add({"usd", "USD", "Money spent on it", not_hashed}, [](const R& r) { return r.usd; }),
        add({"cache_hit", "1", "1 when answered from the island's own history", not_hashed},
            [](const R& r) { return r.cache_hit; }),
    };
    return table;
}

/// One metric of one evaluation.
struct MetricRow {
    const EvaluationRecord* evaluation = nullptr;
    const Metric* metric = nullptr;
};

Table metrics_table(const std::vector<EvaluationRecord>& evaluations) {
    // The columns share the list of rows.
    const auto rows = std::make_shared<std::vector<MetricRow>>();
    for (const EvaluationRecord& evaluation : evaluations) {
        for (const Metric& metric : evaluation.metrics) rows->push_back({&evaluation, &metric});
    }
    const auto add = [rows](const ColumnInfo& info, auto get) {
        Column made = column(*rows, info, get);
        made.values = [rows, values = std::move(made.values)] { return values(); };
        return made;
    };
    using R = MetricRow;
    Table table{"metrics", "Measurements beside the score, by evaluation", rows->size(), {}};
    table.columns = {
        add({"key", "", "Key of the evaluation, island/step/slot/attempt", not_hashed},
            [](const R& r) { return r.evaluation->key; }),
        add(
            {"name", "", "What was measured", not_hashed}, [](const R& r) -> auto& { return r.metric->name; }),
        add({"value", "", "In the unit of the column unit", not_hashed}, [](const R& r) { return r.metric->value; }),
        add(
            {"unit", "", "Unit of value", not_hashed}, [](const R& r) -> auto& { return r.metric->unit; }),
    };
    return table;
}

Table migrations_table(const std::vector<MigrationRecord>& rows) {
    using R = MigrationRecord;
    const auto add = [&rows](const ColumnInfo& info, auto get) { return column(rows, info, get); };
    Table table{"migrations", "Elites that one island took over from another", rows.size(), {}};
    table.columns = {
        add({"epoch", "1", "Migration epoch", hashed}, [](const R& r) { return r.epoch; }),
        add({"from_island", "1", "Island that sent it", hashed}, [](const R& r) { return r.from_island; }),
        add({"to_island", "1", "Island that took it in", hashed}, [](const R& r) { return r.to_island; }),
        add({"to_step", "1", "The receiving island's step", hashed}, [](const R& r) { return r.to_step; }),
        add({"key", "", "Key of the migrant's evaluation, island/step/slot/attempt", hashed},
            [](const R& r) { return r.key; }),
        add({"elapsed_seconds", "s", "When, since the run's start", not_hashed},
            [](const R& r) { return r.elapsed_seconds; }),
    };
    return table;
}

Table events_table(const std::vector<EventRecord>& rows) {
    using R = EventRecord;
    const auto add = [&rows](const ColumnInfo& info, auto get) { return column(rows, info, get); };
    Table table{"events", "What happened to the run itself", rows.size(), {}};
    table.columns = {
        add(
            {"name", "", "Kind of event", not_hashed}, [](const R& r) -> auto& { return r.name; }),
        add(
            {"text", "", "Details, cut at 1024 bytes", not_hashed}, [](const R& r) -> auto& { return r.text; }),
        add({"elapsed_seconds", "s", "When, since the run's start", not_hashed},
            [](const R& r) { return r.elapsed_seconds; }),
    };
    return table;
}

Table segments_table(const std::vector<journal::SegmentInfo>& rows) {
    using R = journal::SegmentInfo;
    const auto add = [&rows](const ColumnInfo& info, auto get) { return column(rows, info, get); };
    Table table{"segments", "Journal segments this archive was folded from", rows.size(), {}};
    table.columns = {
        add({"incarnation", "1", "0 for the first start, one more for each resume", not_hashed},
            [](const R& r) { return r.incarnation; }),
        add({"rank", "1", "Rank that wrote it", not_hashed}, [](const R& r) { return r.rank; }),
        add({"provenance_json", "",
             "Where and by what it was written, one JSON object; the first is spread out in /run", not_hashed},
            [](const R& r) { return LongText{r.provenance_json}; }),
    };
    return table;
}

}  // namespace

Table llm_calls_table(const std::vector<LlmCallRecord>& rows) {
    using R = LlmCallRecord;
    const auto add = [&rows](const ColumnInfo& info, auto get) { return column(rows, info, get); };
    Table table{"llm_calls", "Questions to language models, by the evaluation they were asked for", rows.size(), {}};
    table.columns = {
        add({"island", "1", "Island that asked", hashed}, [](const R& r) { return r.key.island; }),
        add({"step", "1", "The island's step", hashed}, [](const R& r) { return r.key.step; }),
        add({"slot", "1", "Candidate within the step", hashed}, [](const R& r) { return r.key.slot; }),
        add(
            {"model", "", "Model that was asked", not_hashed}, [](const R& r) -> auto& { return r.model; }),
        add(
            {"endpoint", "", "Base URL of the server that answered, or of the last one asked", not_hashed},
            [](const R& r) -> auto& { return r.endpoint; }),
        add({"request_sha256", "", "SHA-256 of the request's body as first composed", hashed},
            [](const R& r) { return r.request_sha256; }),
        add({"occurrence", "1", "How often the island had asked the same before", hashed},
            [](const R& r) { return r.occurrence; }),
        add({"reply_sha256", "", "SHA-256 of the reply's text, see /blobs; zeros when there is none", hashed},
            [](const R& r) { return r.reply_sha256; }),
        add(
            {"status", "", "ok, or why there is no reply", not_hashed}, [](const R& r) -> auto& { return r.status; }),
        add(
            {"finish_reason", "", "As the server said; cut: ended by atoll once the answer was complete", not_hashed},
            [](const R& r) -> auto& { return r.finish_reason; }),
        add({"prompt_tokens", "1", "Tokens of prompts as servers said, over all requests of the call", not_hashed},
            [](const R& r) { return r.prompt_tokens; }),
        add({"completion_tokens", "1", "Tokens of replies, likewise", not_hashed},
            [](const R& r) { return r.completion_tokens; }),
        add({"reserved_tokens", "1",
             "Charged at their most for requests whose server did not say: cut, timed out, overtaken", not_hashed},
            [](const R& r) { return r.reserved_tokens; }),
        add({"usd", "USD", "Price of both", not_hashed}, [](const R& r) { return r.usd; }),
        add({"requests", "1", "HTTP requests sent", not_hashed}, [](const R& r) { return r.requests; }),
        add({"hedges", "1", "Of those, sent because another was slow", not_hashed},
            [](const R& r) { return r.hedges; }),
        add({"faults", "1", "Of those, failed", not_hashed}, [](const R& r) { return r.faults; }),
        add({"reused", "1", "1 when answered by the reply to an equal request", not_hashed},
            [](const R& r) { return r.reused; }),
        add({"origin", "", "measured, or replayed from a trace", not_hashed},
            [](const R& r) { return to_string(r.origin); }),
        add({"first_byte_seconds", "s", "Until the first byte of the request that answered", not_hashed},
            [](const R& r) { return r.first_byte_seconds; }),
        add({"wall_seconds", "s", "From the question to the reply", not_hashed},
            [](const R& r) { return r.wall_seconds; }),
        add({"elapsed_seconds", "s", "When the reply came, since the run's start", not_hashed},
            [](const R& r) { return r.elapsed_seconds; }),
        add({"rank", "1", "Rank that asked", not_hashed}, [](const R& r) { return r.rank; }),
    };
    return table;
}

namespace {

Table plans_table(const std::vector<PlanRecord>& rows) {
    using R = PlanRecord;
    const auto add = [&rows](const ColumnInfo& info, auto get) { return column(rows, info, get); };
    Table table{"plans", "Training plans that were kept, fastest first", rows.size(), {}};
    table.columns = {
        add({"place", "1", "Place among the plans that were kept, 1 the fastest", hashed},
            [](const R& r) { return r.place; }),
        add(
            {"strategy", "", "The plan in short words", hashed}, [](const R& r) -> auto& { return r.strategy; }),
        add({"tensor", "1", "Tensor-parallel size", hashed}, [](const R& r) { return r.tensor; }),
        add({"pipeline", "1", "Pipeline stages", hashed}, [](const R& r) { return r.pipeline; }),
        add({"data", "1", "Data-parallel size", hashed}, [](const R& r) { return r.data; }),
        add({"context", "1", "Context-parallel size", hashed}, [](const R& r) { return r.context; }),
        add({"expert", "1", "Expert-parallel size", hashed}, [](const R& r) { return r.expert; }),
        add({"virtual_stages", "1", "Model chunks of a pipeline rank", hashed},
            [](const R& r) { return r.virtual_stages; }),
        add({"micro_batch", "sequence", "Sequences in a micro-batch", hashed},
            [](const R& r) { return r.micro_batch; }),
        add(
            {"schedule", "", "gpipe, 1f1b, interleaved, zero-bubble", hashed},
            [](const R& r) -> auto& { return r.schedule; }),
        add(
            {"recompute", "", "none, selective, full with method and layers", hashed},
            [](const R& r) -> auto& { return r.recompute; }),
        add({"zero_stage", "1", "ZeRO stage, 3 is FSDP", hashed}, [](const R& r) { return r.zero_stage; }),
        add(
            {"switches", "", "Switches that are on", hashed}, [](const R& r) -> auto& { return r.switches; }),
        add({"iteration_seconds", "s", "Predicted time of an iteration", hashed},
            [](const R& r) { return r.iteration_seconds; }),
        add({"tokens_per_second", "1/s", "Of all GPUs", hashed}, [](const R& r) { return r.tokens_per_second; }),
        add({"peak_gib", "GiB", "Predicted peak of the fullest GPU", hashed}, [](const R& r) { return r.peak_gib; }),
        add({"out_of_memory_probability", "1", "That the plan runs out of memory", hashed},
            [](const R& r) { return r.out_of_memory_probability; }),
        add({"origin", "", "measured, replayed, emulated or predicted", hashed},
            [](const R& r) { return to_string(r.origin); }),
    };
    return table;
}

Table plan_counts_table(const std::vector<PlanCountRecord>& rows) {
    using R = PlanCountRecord;
    const auto add = [&rows](const ColumnInfo& info, auto get) { return column(rows, info, get); };
    Table table{"plan_counts", "What became of every plan of the space; the rows add up to it", rows.size(), {}};
    table.columns = {
        add(
            {"fate", "", "dropped by rule, dropped by memory, bounded, simulated", not_hashed},
            [](const R& r) -> auto& { return r.fate; }),
        add(
            {"by", "", "Name of the rule or the bound", not_hashed}, [](const R& r) -> auto& { return r.by; }),
        add({"plans", "1", "How many", not_hashed}, [](const R& r) { return r.plans; }),
    };
    return table;
}

}  // namespace

std::vector<Table> tables_of(const journal::RunContents& contents) {
    std::vector<Table> tables;
    tables.push_back(evaluations_table(contents.evaluations));
    tables.push_back(metrics_table(contents.evaluations));
    tables.push_back(migrations_table(contents.migrations));
    tables.push_back(llm_calls_table(contents.llm_calls));
    tables.push_back(plans_table(contents.plans));
    tables.push_back(plan_counts_table(contents.plan_counts));
    tables.push_back(events_table(contents.events));
    tables.push_back(segments_table(contents.segments));
    return tables;
}

}  // namespace atl::archive
