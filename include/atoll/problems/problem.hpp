// SPDX-License-Identifier: Apache-2.0
// What every problem says of itself, whatever its candidates are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atoll/core/record.hpp"

namespace atl::problems {

/// A value somebody published; `strictly_verified` says whether a witness passed our judge.
struct PublishedValue {
    std::string who;
    double value = 0;
    bool strictly_verified = false;
    std::string source;
    std::string metric = {};  ///< the metric of a candidate that it stands beside; empty: the score
    /// Measured on other instances of the same kind: shown beside a run's own value, never said to be reached or
    /// beaten.
    bool other_instances = false;
};

struct Judgement {
    Verdict verdict;
    Score score;
    std::vector<Metric> metrics;
};

/// Pure and immutable: every call may come from any thread.
class Problem {
public:
    virtual ~Problem() = default;

    virtual std::string name() const = 0;
    virtual Direction direction() const = 0;

    /// The highest strictly verified value known, with its source, and what others published.
    virtual std::optional<PublishedValue> best_known() const { return std::nullopt; }
    virtual std::vector<PublishedValue> published() const { return {}; }
};

}  // namespace atl::problems
