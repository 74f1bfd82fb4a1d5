// SPDX-License-Identifier: Apache-2.0
// What one island has already evaluated, by content: a candidate seen before is answered without running it.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "atoll/core/record.hpp"

namespace atl::engine {

struct KnownOutcome {
    EvaluationKey key;  ///< the first evaluation with this content
    Verdict verdict;
    Score score;
    Origin origin = Origin::measured;
};

/// Written by the loop, read by workers. Invariant: the first outcome of a content stays; `infrastructure`, and
/// what is no candidate, never enter.
class History {
public:
    std::optional<KnownOutcome> find(const Sha256& content) const;
    void insert(const EvaluationRecord& record);
    std::size_t size() const;

private:
    /// Compact: reasons repeat, so they are kept once; the sentence is not kept.
    struct Entry {
        EvaluationKey key;
        Score score;
        std::uint32_t reason = 0;
        VerdictKind kind = VerdictKind::ok;
        Origin origin = Origin::measured;
    };
    mutable std::mutex mutex_;
    std::unordered_map<Sha256, Entry, Sha256Hasher> entries_;
    std::vector<std::string> reasons_;
};

}  // namespace atl::engine
