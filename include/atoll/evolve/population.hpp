// SPDX-License-Identifier: Apache-2.0
// A bounded population of distinct individuals, best first, with tournament and rank selection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/core/record.hpp"
#include "atoll/evolve/state_encoding.hpp"

namespace atl::evolve {

/// One judged candidate. Shared between a population and an elite list, so that its acknowledgement shows in both.
struct Individual {
    EvaluationRecord record;
    double fitness = 0;         ///< the proven value, negated when minimising: larger is better
    bool acknowledged = false;  ///< its record is synced: it may leave the rank
};

enum class Selection : std::uint8_t {
    tournament,  ///< the best of `tournament_size` uniform draws
    rank,        ///< linear ranking: the best of n is drawn n times as often as the worst
};

std::string_view to_string(Selection selection);
std::optional<Selection> parse_selection(std::string_view text);

struct PopulationOptions {
    std::uint32_t size = 16;
    Selection selection = Selection::tournament;
    std::uint32_t tournament_size = 2;
    /// Two individuals whose fitness differs by no more than this, relative to 1 + |fitness|, count as one: symmetric
    /// copies of an optimum have equal values. 0 makes equal values one; negative: only equal content counts as one.
    double value_tolerance = 1e-10;
    /// Neutral drift: one of exactly a member's value, and other bytes, takes that member's place while it has at most
    /// this many bytes. 0: never.
    std::uint64_t neutral_bytes = 0;
};

/// Invariant: members are sorted by fitness, best first (ties: older key first), at most `size`, and pairwise distinct.
class Population {
public:
    using Member = std::shared_ptr<Individual>;

    explicit Population(const PopulationOptions& options) : options_(options) {}

    struct Offer {
        bool entered = false;
        bool new_best = false;  ///< better than the best before by more than the tolerance
        double rank_gain = 0;   ///< share of members it beats where it entered as a new one, else 0
    };
    /// True when a member counts as the same as an individual of this fitness; with content as identity, never.
    bool holds(double fitness) const;
    /// False when offer() would certainly not take an individual of this fitness: cheap, before one is made.
    bool wants(double fitness) const;
    /// The same for an individual whose record is known.
    bool wants(double fitness, const EvaluationRecord& record) const;
    /// Takes a candidate in when it is better than the worst (or there is room). One that is the same as a member
    /// takes that member's place when it is strictly better (or drifts, see neutral_bytes), and gains no rank by it.
    Offer offer(Member candidate);

    /// An index by the selection rule. Requires a member.
    std::size_t select(RandomStream& random) const;
    std::size_t select_uniform(RandomStream& random) const;

    bool empty() const { return members_.empty(); }
    bool full() const { return members_.size() >= options_.size; }
    std::size_t size() const { return members_.size(); }
    const Member& operator[](std::size_t index) const { return members_[index]; }
    const std::vector<Member>& members() const { return members_; }
    const PopulationOptions& options() const { return options_; }
    void clear() { members_.clear(); }

    /// Members only; the options belong to the job.
    void write(StateWriter& writer) const;
    void read(StateReader& reader);

private:
    double tolerance_at(double fitness) const;
    const Individual* twin_of(double fitness) const;  ///< the best of them
    PopulationOptions options_;
    std::vector<Member> members_;
};

}  // namespace atl::evolve
