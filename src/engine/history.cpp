// SPDX-License-Identifier: Apache-2.0
// What one island has already evaluated, by content.
#include "atoll/engine/history.hpp"

#include <algorithm>

#include "atoll/engine/island.hpp"

namespace atl::engine {

std::optional<KnownOutcome> History::find(const Sha256& content) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(content);
    if (found == entries_.end()) return std::nullopt;
    const Entry& entry = found->second;
    KnownOutcome known{entry.key, {}, entry.score, entry.origin};
    known.verdict.kind = entry.kind;
    known.verdict.reason = reasons_[entry.reason];
    if (!known.verdict.ok()) known.verdict.text = "same content as " + to_string(entry.key);
    return known;
}

void History::insert(const EvaluationRecord& record) {
    if (record.verdict.kind == VerdictKind::infrastructure || record.candidate.genome == refused_genome) return;
    const std::lock_guard lock(mutex_);
    auto reason = std::find(reasons_.begin(), reasons_.end(), record.verdict.reason);
    if (reason == reasons_.end()) reason = reasons_.insert(reasons_.end(), record.verdict.reason);
    const auto index = static_cast<std::uint32_t>(reason - reasons_.begin());
    entries_.try_emplace(record.candidate_sha256,
                         Entry{record.key, record.score, index, record.verdict.kind, record.origin});
}

std::size_t History::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace atl::engine
