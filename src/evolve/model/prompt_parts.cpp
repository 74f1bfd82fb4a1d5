// SPDX-License-Identifier: Apache-2.0
// Records as text for models.
#include "evolve/model/prompt_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "atoll/core/clean_text.hpp"
#include "evolve/model/code_text.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::model {
namespace {

using problems::Language;
using program_text::ProgramText;

constexpr std::size_t most_metrics = 40, mistake_bytes = 300;
constexpr std::string_view instance_prefix = "instance_";

std::string number(double value) { return fmt::format("{:.6g}", value); }

std::string fenced(std::string_view text, std::string_view info) {
    std::size_t run = 0, longest = 2;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    const std::string_view feed = text.ends_with('\n') || text.empty() ? "" : "\n";
    return fmt::format("{}{}\n{}{}{}\n", fence, info, text, feed, fence);
}

/// Numbers of the form 0x and at least four more digits are where something lay in memory.
std::string without_addresses(std::string_view text) {
    constexpr std::size_t shortest_address = 4;
    std::string result;
    while (!text.empty()) {
        const std::size_t found = text.find("0x");
        if (found == std::string_view::npos) return result + std::string(text);
        std::size_t end = found + 2;
        while (end < text.size() && std::isxdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
        result += text.substr(0, found + 2);
        result += end - found - 2 >= shortest_address ? "..." : text.substr(found + 2, end - found - 2);
        text.remove_prefix(end);
    }
    return result;
}

/// What the metric has in common with those of other instances; empty: nothing that is known of.
std::string family_of(const std::string& name) {
    if (name.starts_with(instance_prefix)) return std::string(instance_prefix);
    const std::size_t last = name.rfind('_');
    return last == std::string::npos || last == 0 ? std::string() : name.substr(last);
}

}  // namespace

std::string shown_program(std::string_view bytes, Language language) {
    const ProgramText text(bytes, language);
    std::string shown;
    for (const program_text::SourceFile& file : text.files()) {
        if (text.files().size() > 1) shown += fmt::format("File: {}\n", clean_text(file.name));
        shown += fenced(clean_text(with_line_feeds(text.view(file.text))), problems::to_string(language));
    }
    return shown;
}

std::string shown_files(std::string_view bytes, Language language) {
    const ProgramText text(bytes, language);
    if (text.files().size() < 2) return {};
    std::vector<std::string> names;
    for (const program_text::SourceFile& file : text.files()) names.push_back(clean_text(file.name));
    return fmt::format("The program has {} files: {}. Write a line 'File: NAME' before each one.", names.size(),
                       fmt::join(names, ", "));
}

std::string region_rule(std::string_view bytes, Language language) {
    const ProgramText text(bytes, language);
    const bool marked =
        std::any_of(text.regions().begin(), text.regions().end(), [&](const program_text::Span& region) {
            return std::none_of(text.files().begin(), text.files().end(), [&](const program_text::SourceFile& file) {
                return file.text.begin == region.begin && file.text.end == region.end;
            });
        });
    if (!marked) return {};
    return "Change only what stands between the lines EVOLVE-BLOCK-START and EVOLVE-BLOCK-END, and keep these lines: "
           "all "
           "other text of the program stays as it is.";
}

std::string shown_score(const EvaluationRecord& record, Direction direction) {
    const char* const better = direction == Direction::minimize ? "lower is better" : "higher is better";
    if (record.score.scored()) return fmt::format("{} ({})", number(proven_value(record.score, direction)), better);
    return fmt::format("none, it failed: {}", to_string(record.verdict.kind));
}

std::string shown_metrics(const EvaluationRecord& record, Direction direction, bool with_timings) {
    std::map<std::string, std::vector<const Metric*>> families;
    const std::size_t count = std::min(record.metrics.size(), most_metrics);
    for (std::size_t i = 0; i < count; ++i) {
        const Metric& metric = record.metrics[i];
        const std::string family = family_of(metric.name);
        if (!family.empty() && std::isfinite(metric.value)) families[family].push_back(&metric);
    }
    // only these are known to be scores, so that worse has a meaning
    const auto is_worst = [&](const Metric& metric) {
        const std::string family = family_of(metric.name);
        if (family != instance_prefix && family != "_score" && family != "_excess") return false;
        const std::vector<const Metric*>& all = families[family];
        return all.size() > 1 &&
               *std::max_element(all.begin(), all.end(), [&](const Metric* left, const Metric* right) {
                   return direction == Direction::minimize ? left->value < right->value : left->value > right->value;
               }) == &metric;
    };
    std::string shown;
    for (std::size_t i = 0; i < count; ++i) {
        const Metric& metric = record.metrics[i];
        shown += fmt::format("- {}: {}{}{}{}\n", clean_text(metric.name), number(metric.value),
                             metric.unit.empty() ? "" : " ", clean_text(metric.unit),
                             is_worst(metric) ? " (the worst of these)" : "");
    }
    if (with_timings && record.wall_seconds > 0) {
        shown +=
            fmt::format("- time to run: {:.3g} s, of which {:.3g} s CPU\n", record.wall_seconds, record.cpu_seconds);
    }
    return shown;
}

std::string shown_feedback(const EvaluationRecord& record, std::size_t max_bytes) {
    if (record.verdict.ok() && record.verdict.text.empty()) return {};
    std::string shown(to_string(record.verdict.kind));
    if (!record.verdict.reason.empty()) shown += fmt::format(" ({})", record.verdict.reason);
    const std::string text = clean_text(without_addresses(with_line_feeds(record.verdict.text)));
    const std::string_view all = trimmed(text);
    std::string kept;
    for (const std::string_view line : lines_of(all)) {
        if (shown.size() + kept.size() + line.size() + 16 > max_bytes) break;  // 16: of the fence
        kept += line;
        kept += '\n';
    }
    if (kept.empty()) return shown.size() <= max_bytes ? shown + "\n" : std::string();
    const bool several = std::count(kept.begin(), kept.end(), '\n') > 1;
    return several ? fmt::format("{}:\n{}", shown, fenced(kept, "")) : fmt::format("{}: {}", shown, kept);
}

std::string shown_mistake(const EvaluationRecord& record) {
    const std::string text = without_addresses(with_line_feeds(record.verdict.text));
    const std::string_view first = trimmed(text).substr(0, trimmed(text).find('\n'));
    const std::string reason =
        record.verdict.reason.empty() ? std::string(to_string(record.verdict.kind)) : clean_text(record.verdict.reason);
    return fmt::format("- {}: {}\n", reason, clean_text(trimmed(first), mistake_bytes));
}

}  // namespace atl::evolve::model
