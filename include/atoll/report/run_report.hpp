// SPDX-License-Identifier: Apache-2.0
// `atoll report RUN` as text and as JSON.
#pragma once

#include <iosfwd>
#include <vector>

#include "atoll/core/json.hpp"
#include "atoll/report/run_summary.hpp"

namespace atl::report {

/// Header, best beside the published values, islands, verdicts, operators, models, migrations, time, notes. Never mixes
/// origins: the header names the origin of the numbers, and each one with its count where there are several.
void print(const RunSummary& summary, std::ostream& out);

/// The same as one object: {run, best, comparisons, islands, verdicts, operators, migrations, time, origins, events,
/// notes}. Numbers that do not exist are null.
Json to_json(const RunSummary& summary);

/// Rows of name, value and unit.
Json metrics_json(const std::vector<Metric>& metrics);

}  // namespace atl::report
