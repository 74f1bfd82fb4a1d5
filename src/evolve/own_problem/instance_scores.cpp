// SPDX-License-Identifier: Apache-2.0
// Means over instances, and their names.
#include "evolve/own_problem/instance_scores.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <utility>

namespace atl::evolve {

std::vector<std::string> instance_names(const std::vector<OwnFile>& instances) {
    std::vector<std::string> names;
    for (const OwnFile& each : instances) {
        std::string name = std::filesystem::path(each.name).stem().string();
        for (char& c : name) {
            if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') c = '_';
        }
        if (name.empty()) name = "instance";
        const std::string first = name;
        for (int n = 2; std::find(names.begin(), names.end(), name) != names.end(); ++n) {
            name = first + "_" + std::to_string(n);
        }
        names.push_back(std::move(name));
    }
    return names;
}

problems::Judgement mean_judgement(std::vector<problems::Judgement> judgements, const std::vector<std::string>& names) {
    if (names.size() == 1) return std::move(judgements.front());
    problems::Judgement mean;
    double sum = 0;
    const auto count = static_cast<double>(judgements.size());
    for (std::size_t i = 0; i < judgements.size(); ++i) {
        problems::Judgement& each = judgements[i];
        if (!each.verdict.ok()) {
            each.verdict.text = names[i] + ": " + each.verdict.text;
            return std::move(each);
        }
        sum += each.score.lower;
    }
    for (const Metric& metric : judgements.front().metrics) {
        double metric_sum = 0;
        std::size_t found = 0;
        for (const problems::Judgement& each : judgements) {
            const auto same = std::find_if(each.metrics.begin(), each.metrics.end(),
                                           [&](const Metric& other) { return other.name == metric.name; });
            if (same == each.metrics.end()) break;
            metric_sum += same->value;
            ++found;
        }
        if (found == judgements.size()) mean.metrics.push_back({metric.name, metric_sum / count, metric.unit});
    }
    for (std::size_t i = 0; i < judgements.size(); ++i) {
        mean.metrics.push_back({"instance_" + names[i], judgements[i].score.lower, ""});
    }
    mean.score = {sum / count, sum / count};
    if (!std::isfinite(mean.score.lower)) {
        mean.verdict = {VerdictKind::infrastructure, "verifier", "the sum of the verifier's scores is not finite"};
        mean.score = {};
        mean.metrics.clear();
    }
    return mean;
}

}  // namespace atl::evolve
