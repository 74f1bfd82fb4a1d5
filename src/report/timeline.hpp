// SPDX-License-Identifier: Apache-2.0
// Private to report: what happened on the islands, in the order of time.
#pragma once

#include <cstdint>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::report {

/// An evaluation or a migration; the other pointer is null. Points into the contents it was made from.
struct Moment {
    double elapsed_seconds = 0;
    std::uint32_t island = 0;  ///< where it happened: the receiver of a migration
    const EvaluationRecord* evaluation = nullptr;
    const MigrationRecord* migration = nullptr;
};

/// A time that is not a number counts as the run's start: it must not break the order.
double sortable(double seconds);

/// By time; at the same instant by step, and within a step migrants before evaluations, as an island takes them in.
std::vector<Moment> timeline(const journal::RunContents& contents);

}  // namespace atl::report
