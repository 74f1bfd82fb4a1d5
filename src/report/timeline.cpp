// SPDX-License-Identifier: Apache-2.0
// Puts evaluations and migrations into one order.
#include "report/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace atl::report {

namespace {

bool earlier(const Moment& a, const Moment& b) {
    const auto place = [](const Moment& moment) {
        const std::uint64_t step = moment.evaluation ? moment.evaluation->key.step : moment.migration->to_step;
        const EvaluationKey& key = moment.evaluation ? moment.evaluation->key : moment.migration->key;
        return std::tuple(moment.elapsed_seconds, step, moment.evaluation != nullptr, key, moment.island);
    };
    return place(a) < place(b);
}

}  // namespace

double sortable(double seconds) { return std::isfinite(seconds) ? seconds : 0.0; }

std::vector<Moment> timeline(const journal::RunContents& contents) {
    std::vector<Moment> moments;
    moments.reserve(contents.evaluations.size() + contents.migrations.size());
    for (const EvaluationRecord& record : contents.evaluations) {
        moments.push_back({sortable(record.elapsed_seconds), record.key.island, &record, nullptr});
    }
    for (const MigrationRecord& record : contents.migrations) {
        moments.push_back({sortable(record.elapsed_seconds), record.to_island, nullptr, &record});
    }
    std::sort(moments.begin(), moments.end(), earlier);
    return moments;
}

}  // namespace atl::report
