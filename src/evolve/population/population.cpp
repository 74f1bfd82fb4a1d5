// SPDX-License-Identifier: Apache-2.0
// Replacement and selection over a sorted list of distinct individuals.
#include "atoll/evolve/population.hpp"

#include <algorithm>
#include <cmath>

#include "atoll/core/error.hpp"

namespace atl::evolve {
namespace {

bool comes_before(const Population::Member& left, const Population::Member& right) {
    if (left->fitness != right->fitness) return left->fitness > right->fitness;
    return left->record.key < right->record.key;
}

}  // namespace

std::string_view to_string(Selection selection) { return selection == Selection::tournament ? "tournament" : "rank"; }

std::optional<Selection> parse_selection(std::string_view text) {
    if (text == "tournament") return Selection::tournament;
    if (text == "rank") return Selection::rank;
    return std::nullopt;
}

double Population::tolerance_at(double fitness) const { return options_.value_tolerance * (1 + std::fabs(fitness)); }

const Individual* Population::twin_of(double fitness) const {
    const double tolerance = tolerance_at(fitness);
    if (tolerance < 0) return nullptr;
    const auto twin = std::partition_point(members_.begin(), members_.end(),
                                           [&](const Member& member) { return member->fitness > fitness + tolerance; });
    return twin != members_.end() && (*twin)->fitness >= fitness - tolerance ? twin->get() : nullptr;
}

bool Population::holds(double fitness) const { return twin_of(fitness) != nullptr; }

bool Population::wants(double fitness) const {
    if (std::isnan(fitness) || options_.size == 0) return false;
    if (full() && fitness < members_.back()->fitness) return false;
    const Individual* twin = twin_of(fitness);
    return twin == nullptr || twin->fitness < fitness;
}

bool Population::wants(double fitness, const EvaluationRecord& record) const {
    if (wants(fitness)) return true;
    if (std::isnan(fitness) || record.candidate.bytes.size() > options_.neutral_bytes) return false;
    const Individual* twin = twin_of(fitness);
    return twin != nullptr && twin->fitness == fitness && twin->record.candidate_sha256 != record.candidate_sha256;
}

Population::Offer Population::offer(Member candidate) {
    Offer result;
    const double fitness = candidate->fitness;
    if (!wants(fitness, candidate->record)) return result;
    const double tolerance = tolerance_at(fitness);
    const bool first = members_.empty();
    const double best_before = first ? 0 : members_.front()->fitness;

    // The twins of the candidate: with values as identity they are the members within the tolerance, which lie
    // together; with content as identity (negative tolerance) they have exactly this value and these bytes.
    const double reach = std::max(0.0, tolerance);
    auto begin = std::partition_point(members_.begin(), members_.end(),
                                      [&](const Member& member) { return member->fitness > fitness + reach; });
    auto end = std::partition_point(begin, members_.end(),
                                    [&](const Member& member) { return member->fitness >= fitness - reach; });
    if (tolerance < 0) {
        const auto twin = std::find_if(begin, end, [&](const Member& member) {
            return member->record.candidate_sha256 == candidate->record.candidate_sha256 &&
                   member->record.candidate == candidate->record.candidate;
        });
        if (twin != end) return result;
    } else if (begin != end) {
        begin = members_.erase(begin + 1, end) - 1;
        *begin = std::move(candidate);
        result.entered = true;
        return result;
    }

    const auto place = std::upper_bound(begin, end, candidate, comes_before);
    const auto rank = static_cast<std::size_t>(place - members_.begin());
    if (rank >= options_.size) return result;
    result.entered = true;
    result.rank_gain = first ? 1.0 : static_cast<double>(members_.size() - rank) / static_cast<double>(members_.size());
    result.new_best = first || fitness > best_before + reach;
    members_.insert(place, std::move(candidate));
    if (members_.size() > options_.size) members_.pop_back();
    return result;
}

std::size_t Population::select_uniform(RandomStream& random) const {
    return static_cast<std::size_t>(random.below(members_.size()));
}

std::size_t Population::select(RandomStream& random) const {
    const std::size_t count = members_.size();
    if (options_.selection == Selection::tournament) {
        std::size_t best = select_uniform(random);
        for (std::uint32_t draw = 1; draw < options_.tournament_size; ++draw) {
            best = std::min(best, select_uniform(random));
        }
        return best;
    }
    // Linear ranking: index i has weight n - i; total n (n + 1) / 2. Invert the cumulative weight.
    std::uint64_t ticket = random.below(static_cast<std::uint64_t>(count) * (count + 1) / 2);
    std::size_t index = 0;
    while (ticket >= count - index) {
        ticket -= count - index;
        ++index;
    }
    return index;
}

void Population::write(StateWriter& writer) const {
    writer.u64(members_.size());
    for (const Member& member : members_) {
        writer.record(member->record);
        writer.f64(member->fitness);
        writer.u8(member->acknowledged ? 1 : 0);
    }
}

void Population::read(StateReader& reader) {
    const std::uint64_t count = reader.u64();
    if (count > options_.size) throw DamageError("an island's snapshot holds more individuals than its population");
    members_.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
        auto member = std::make_shared<Individual>();
        member->record = reader.record();
        member->fitness = reader.f64();
        member->acknowledged = reader.u8() != 0;
        if (!members_.empty() && comes_before(member, members_.back())) {
            throw DamageError("an island's snapshot holds a population that is not sorted");
        }
        members_.push_back(std::move(member));
    }
}

}  // namespace atl::evolve
