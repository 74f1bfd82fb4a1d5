// SPDX-License-Identifier: Apache-2.0
// Sums over the questions to models.
#include "atoll/report/model_summary.hpp"

#include <algorithm>
#include <map>

#include "atoll/report/numbers.hpp"

namespace atl::report {
namespace {

using Reasons = std::map<std::string, std::uint64_t>;

std::vector<std::pair<std::string, std::uint64_t>> by_count(const Reasons& reasons) {
    std::vector<std::pair<std::string, std::uint64_t>> sorted(reasons.begin(), reasons.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& left, const auto& right) { return left.second > right.second; });
    return sorted;
}

}  // namespace

std::vector<ModelSummary> summarize_models(const std::vector<LlmCallRecord>& calls) {
    std::map<std::string, ModelSummary> models;
    std::map<std::string, Reasons> reasons;
    std::map<std::string, std::vector<double>> seconds;
    for (const LlmCallRecord& call : calls) {
        ModelSummary& model = models[call.model];
        model.model = call.model;
        ++model.questions;
        model.requests += call.requests;
        model.faults += call.faults;
        model.prompt_tokens += call.prompt_tokens;
        model.completion_tokens += call.completion_tokens;
        model.reserved_tokens += call.reserved_tokens;
        model.usd += call.usd;
        if (call.status != "ok") {
            ++reasons[call.model][call.status];
            continue;
        }
        ++model.answered;
        if (call.reused) ++model.reused;
        if (!call.reused && call.origin == Origin::measured) seconds[call.model].push_back(call.wall_seconds);
    }
    std::vector<ModelSummary> sorted;
    for (auto& [name, model] : models) {
        model.unanswered = by_count(reasons[name]);
        if (std::vector<double>& all = seconds[name]; !all.empty()) {
            const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
            std::nth_element(all.begin(), middle, all.end());
            model.median_seconds = *middle;
        }
        sorted.push_back(std::move(model));
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const ModelSummary& left, const ModelSummary& right) {
        return left.questions > right.questions;
    });
    return sorted;
}

std::string model_sentence(const std::vector<ModelSummary>& models, double unavailable_seconds) {
    ModelSummary all;
    Reasons reasons;
    for (const ModelSummary& model : models) {
        all.questions += model.questions;
        all.answered += model.answered;
        all.prompt_tokens += model.prompt_tokens + model.completion_tokens + model.reserved_tokens;
        all.usd += model.usd;
        for (const auto& [reason, times] : model.unanswered) reasons[reason] += times;
    }
    std::string text = count_number(all.questions) + (all.questions == 1 ? " question, " : " questions, ") +
                       count_number(all.answered) + " answered";
    std::string why;
    for (const auto& [reason, times] : by_count(reasons)) {
        why += (why.empty() ? " (not: " : ", ") + reason + " " + count_number(times);
    }
    if (!why.empty()) text += why + ")";
    text += ", " + count_number(all.prompt_tokens) + " tokens";
    if (all.usd > 0) text += ", " + short_number(all.usd) + " USD";
    if (unavailable_seconds > 0) {
        text += "; none could be asked for " + duration(unavailable_seconds) + ", operators went on alone";
    }
    return text;
}

}  // namespace atl::report
