// SPDX-License-Identifier: Apache-2.0
// The canonical bytes of a run's tables, and their SHA-256.
#include "atoll/archive/content_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <type_traits>
#include <vector>

#include "archive/tables.hpp"

namespace atl::archive {
namespace {

constexpr std::string_view layout_version = "atoll-content-hash/1\n";

/// Appends the layout's three kinds of values; hashes in parts, so that memory stays small.
class CanonicalBytes {
public:
    void raw(std::string_view bytes) {
        pending_ += bytes;
        if (pending_.size() >= 65536) drain();
    }
    void number(std::uint64_t value) {
        char bytes[8];
        for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
        raw({bytes, sizeof bytes});
    }
    void text(std::string_view value) {
        number(value.size());
        raw(value);
    }
    Sha256 finish() {
        drain();
        return hash_.finish();
    }

private:
    void drain() {
        hash_.update(pending_);
        pending_.clear();
    }
    Sha256Stream hash_;
    std::string pending_;
};

void append_column(CanonicalBytes& out, const Column& column) {
    out.text(column.info.name);
    std::visit(
        [&out](const auto& cells) {
            using Value = typename std::decay_t<decltype(cells)>::value_type;
            if constexpr (std::is_same_v<Value, std::string>) {
                out.raw("t");
                for (const std::string& cell : cells) out.text(cell);
            } else if constexpr (std::is_same_v<Value, double>) {
                out.raw("r");
                for (const double cell : cells) out.number(std::bit_cast<std::uint64_t>(cell));
            } else {
                out.raw("n");
                for (const Value cell : cells) out.number(cell);
            }
        },
        column.values());
}

template <class Named>
void sort_by_name(std::vector<Named>& all, const std::string& (*name)(const Named&)) {
    std::sort(all.begin(), all.end(),
              [name](const Named& left, const Named& right) { return name(left) < name(right); });
}

}  // namespace

std::string content_toml(const journal::RunContents& contents, const ContentOfJob& content_of_job) {
    std::vector<std::string> jobs;
    std::optional<std::uint32_t> incarnation;
    for (const journal::SegmentInfo& segment : contents.segments) {
        if (segment.job_toml.empty() || (incarnation && segment.incarnation != *incarnation)) continue;
        incarnation = segment.incarnation;
        std::string job = content_of_job(segment.job_toml);
        if (std::find(jobs.begin(), jobs.end(), job) == jobs.end()) jobs.push_back(std::move(job));
    }
    return fmt::format("{}", fmt::join(jobs, ""));
}

namespace {

/// The call whose reply an evaluation was made from is the last one of its key: one that an interrupted incarnation
/// made before was paid for and not used.
std::vector<LlmCallRecord> used_calls(const std::vector<LlmCallRecord>& calls) {
    std::vector<LlmCallRecord> used;
    for (const LlmCallRecord& call : calls) {
        if (!used.empty() && used.back().key == call.key) used.pop_back();
        used.push_back(call);
    }
    return used;
}

}  // namespace

Sha256 content_hash(const journal::RunContents& contents, std::string_view content_toml) {
    CanonicalBytes out;
    out.raw(layout_version);
    out.text(content_toml);
    const std::vector<LlmCallRecord> calls = used_calls(contents.llm_calls);
    std::vector<Table> tables = tables_of(contents);
    std::erase_if(tables, [](const Table& table) { return table.name == "llm_calls"; });
    tables.push_back(llm_calls_table(calls));
    sort_by_name<Table>(tables, [](const Table& table) -> const std::string& { return table.name; });
    for (Table& table : tables) {
        std::erase_if(table.columns, [](const Column& column) { return !column.info.in_content_hash; });
        if (table.rows == 0 || table.columns.empty()) continue;
        out.text(table.name);
        out.number(table.rows);
        out.number(table.columns.size());
        sort_by_name<Column>(table.columns,
                             [](const Column& column) -> const std::string& { return column.info.name; });
        for (const Column& column : table.columns) append_column(out, column);
    }
    return out.finish();
}

namespace {

/// True when the latest life did not come to what its job calls the end. (Golden runs of format 1.0 do not say when a
/// life began; their last word counts.)
bool is_cut_short(const journal::RunContents& contents) {
    bool cut_short = false;
    for (const EventRecord& event : contents.events) {
        if (event.name == "began") cut_short = true;
        if (event.name == "stopped") {
            cut_short = !event.text.starts_with("target_reached") && !event.text.starts_with("evaluations_exhausted");
        }
    }
    return cut_short;
}

}  // namespace

Reproducibility judge_reproducibility(const journal::RunContents& contents, bool deterministic) {
    std::vector<std::string> reasons;
    const std::size_t damages = contents.damages.size();
    if (damages > 0) reasons.push_back(fmt::format("damaged in {} {}", damages, damages == 1 ? "place" : "places"));
    if (!deterministic) reasons.emplace_back("the run was not deterministic");
    if (deterministic && is_cut_short(contents)) reasons.emplace_back("the run was cut short, resume it");
    const auto count = [&](VerdictKind kind, std::string_view one, std::string_view many) {
        const auto found =
            std::count_if(contents.evaluations.begin(), contents.evaluations.end(),
                          [kind](const EvaluationRecord& record) { return record.verdict.kind == kind; });
        if (found > 0) reasons.push_back(fmt::format("{} {}", found, found == 1 ? one : many));
    };
    count(VerdictKind::timeout, "timeout", "timeouts");
    count(VerdictKind::out_of_memory, "out of memory", "out of memory");
    count(VerdictKind::infrastructure, "infrastructure", "infrastructure");
    return {.reproducible = reasons.empty(), .reason = fmt::format("{}", fmt::join(reasons, ", "))};
}

}  // namespace atl::archive
