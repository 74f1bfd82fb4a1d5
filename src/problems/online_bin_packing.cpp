// SPDX-License-Identifier: Apache-2.0
// online_bin_packing: a C++ priority function; the score is the excess over the lower bound L2, mean over families.
#include <algorithm>
#include <array>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "problems/bin_packing_families.hpp"
#include "problems/embedded.hpp"
#include "problems/exact.hpp"
#include "problems/program_answer.hpp"
#include "problems/program_list.hpp"

namespace atl::problems {
namespace {

/// Sums over the instances of one family.
struct Tally {
    std::int64_t bins = 0;
    std::int64_t lower_bound = 0;

    double excess() const { return static_cast<double>(bins - lower_bound) / static_cast<double>(lower_bound); }
};

/// The instances of one family in one stage, and what the classical heuristics make of them.
struct FamilyInstances {
    const BinPackingFamily* family = nullptr;
    std::vector<BinPackingInstance> instances;
    std::vector<std::size_t> cuts;  ///< in the stage "foresight": from where on the items are others
    std::int64_t lower_bound = 0;
    std::int64_t best_fit_bins = 0;
    std::int64_t first_fit_bins = 0;
};

enum class Kind : std::uint8_t { screen, full, foresight };

struct InstancesOfStage {
    Kind kind = Kind::full;
    std::vector<FamilyInstances> families;
    std::size_t items = 0;
};

struct InstanceSet {
    std::vector<InstancesOfStage> contents;
    std::vector<Stage> stages;
};

/// An answer to one stage: where each item went, family by family.
struct Reading {
    std::optional<Judgement> refusal;
    std::vector<double> bins;
    std::vector<Tally> tallies;
};

void measure(FamilyInstances& group) {
    for (const BinPackingInstance& instance : group.instances) {
        const auto bins_of = [](const std::vector<int>& packing) {
            return packing.empty() ? 0 : *std::max_element(packing.begin(), packing.end()) + 1;
        };
        group.lower_bound += martello_toth_l2(instance);
        group.best_fit_bins += bins_of(best_fit(instance));
        group.first_fit_bins += bins_of(first_fit(instance));
    }
}

std::string input_of(const InstancesOfStage& content) {
    std::vector<double> numbers{0};
    for (const FamilyInstances& group : content.families) {
        for (const BinPackingInstance& instance : group.instances) {
            ++numbers[0];
            numbers.push_back(instance.capacity);
            numbers.push_back(static_cast<double>(instance.items.size()));
            numbers.insert(numbers.end(), instance.items.begin(), instance.items.end());
        }
    }
    return bytes_of(numbers);
}

// Mean over families of (bins - lower bound) / lower bound, as a ratio of exact integers.
Score mean_excess(const std::vector<Tally>& tallies) {
    ExactInteger numerator = 0, denominator = 1;
    for (const Tally& tally : tallies) {
        numerator = numerator * tally.lower_bound + denominator * (tally.bins - tally.lower_bound);
        denominator *= tally.lower_bound;
    }
    if (numerator == 0) return {0.0, 0.0};
    return enclose_ratio(numerator, denominator * static_cast<std::int64_t>(tallies.size()));
}

class OnlineBinPacking final : public ProgramProblem {
public:
    explicit OnlineBinPacking(std::vector<std::uint32_t> families)
        : families_(std::move(families)),
          open_(make_set(StreamPurpose::open_instances)),
          hidden_(make_set(StreamPurpose::hidden_instances)) {}

    std::string name() const override { return "online_bin_packing"; }
    Direction direction() const override { return Direction::minimize; }
    std::vector<PublishedValue> published() const override;
    Language language() const override { return Language::cpp; }
    std::string driver() const override { return std::string(online_bin_packing_driver()); }
    std::string initial_program() const override { return std::string(online_bin_packing_initial()); }
    std::string statement() const override { return std::string(online_bin_packing_statement()); }
    const std::vector<Stage>& stages(std::string_view instance_set) const override { return set(instance_set).stages; }
    Judgement judge(std::string_view instance_set, std::span<const std::string> results) const override;

private:
    const InstanceSet& set(std::string_view name) const { return name == hidden_instances ? hidden_ : open_; }
    FamilyInstances draw(std::uint32_t index, Kind kind, StreamPurpose purpose) const;
    InstanceSet make_set(StreamPurpose purpose) const;

    std::vector<std::uint32_t> families_;  // places in bin_packing_families()
    InstanceSet open_;
    InstanceSet hidden_;
};

FamilyInstances OnlineBinPacking::draw(std::uint32_t index, Kind kind, StreamPurpose purpose) const {
    FamilyInstances group;
    const BinPackingFamily& family = bin_packing_families()[index];
    group.family = &family;
    const bool screen = kind == Kind::screen;
    const int count = screen ? family.screen_instances : family.instances;
    for (int i = 0; i < count; ++i) {
        const auto number = static_cast<std::uint64_t>(i);
        RandomStream present =
            instance_stream(index, number, screen ? InstanceUse::screen : InstanceUse::full, purpose);
        BinPackingInstance instance = draw_instance(family, family.items, present);
        if (kind == Kind::foresight) {
            RandomStream future = instance_stream(index, number, InstanceUse::future, purpose);
            Foresight foresight = with_another_future(family, instance, future);
            instance = std::move(foresight.instance);
            group.cuts.push_back(foresight.cut);
        }
        group.instances.push_back(std::move(instance));
    }
    measure(group);
    return group;
}

InstanceSet OnlineBinPacking::make_set(StreamPurpose purpose) const {
    InstanceSet made;
    for (const Kind kind : {Kind::screen, Kind::full, Kind::foresight}) {
        if (kind == Kind::screen && purpose == StreamPurpose::hidden_instances) continue;
        InstancesOfStage content;
        content.kind = kind;
        for (const std::uint32_t index : families_) {
            content.families.push_back(draw(index, kind, purpose));
            for (const BinPackingInstance& instance : content.families.back().instances) {
                content.items += instance.items.size();
            }
        }
        constexpr std::array names{"screen", "full", "foresight"};
        made.stages.push_back(
            {names[static_cast<std::size_t>(kind)], input_of(content), content.items * sizeof(double)});
        made.contents.push_back(std::move(content));
    }
    return made;
}

Reading read_answer(const InstancesOfStage& content, const std::string& result) {
    Reading reading;
    const auto numbers = numbers_of(result);
    if (!numbers || numbers->size() != content.items) {
        reading.refusal = refused(VerdictKind::wrong, "wrong_length",
                                  "expected a bin for each of " + std::to_string(content.items) + " items, got " +
                                      std::to_string(result.size()) + " bytes");
        return reading;
    }
    std::span<const double> rest(*numbers);
    for (const FamilyInstances& group : content.families) {
        Tally tally{0, group.lower_bound};
        for (std::size_t i = 0; i < group.instances.size(); ++i) {
            const BinPackingInstance& instance = group.instances[i];
            std::int64_t bins = 0;
            if (const auto fault = find_fault(instance, rest.first(instance.items.size()), bins)) {
                reading.refusal = refused(VerdictKind::wrong, fault->reason,
                                          group.family->name + " instance " + std::to_string(i) + ": " + fault->text);
                return reading;
            }
            rest = rest.subspan(instance.items.size());
            tally.bins += bins;
        }
        reading.tallies.push_back(tally);
    }
    reading.bins = *numbers;
    return reading;
}

// Whether every decision before the cuts is the one of the stage "full".
std::optional<Judgement> find_foresight(const InstancesOfStage& content, const Reading& full, const Reading& other) {
    std::size_t place = 0;
    for (const FamilyInstances& group : content.families) {
        for (std::size_t i = 0; i < group.instances.size(); ++i) {
            for (std::size_t item = 0; item < group.cuts[i]; ++item) {
                if (full.bins[place + item] == other.bins[place + item]) continue;
                return refused(VerdictKind::cheated, "looks_ahead",
                               group.family->name + " instance " + std::to_string(i) + ": item " +
                                   std::to_string(item) + " goes elsewhere when the items from " +
                                   std::to_string(group.cuts[i]) +
                                   " on are others; a decision may depend on nothing but the items of its own "
                                   "instance that have arrived");
            }
            place += group.instances[i].items.size();
        }
    }
    return std::nullopt;
}

Judgement OnlineBinPacking::judge(std::string_view instance_set, std::span<const std::string> results) const {
    const InstanceSet& known = set(instance_set);
    if (results.empty() || results.size() > known.contents.size()) {
        return refused(VerdictKind::infrastructure, "unknown_stage", "there is no such stage to judge");
    }
    std::size_t scored = results.size() - 1;
    Reading reading = read_answer(known.contents[scored], results[scored]);
    if (reading.refusal) return *reading.refusal;
    if (known.contents[scored].kind == Kind::foresight) {
        // The score is that of the stage before, which this one only confirms.
        --scored;
        Reading full = read_answer(known.contents[scored], results[scored]);
        if (full.refusal) return *full.refusal;
        if (const auto seen = find_foresight(known.contents.back(), full, reading)) return *seen;
        reading = std::move(full);
    }
    Judgement judgement{{}, mean_excess(reading.tallies), {}};
    if (known.contents[scored].kind == Kind::screen) return judgement;
    for (std::size_t i = 0; i < reading.tallies.size(); ++i) {
        const FamilyInstances& group = known.contents[scored].families[i];
        const Tally& tally = reading.tallies[i];
        const std::string prefix = group.family->name + "_";
        const Tally best{group.best_fit_bins, group.lower_bound}, first{group.first_fit_bins, group.lower_bound};
        judgement.metrics.insert(judgement.metrics.end(),
                                 {{prefix + "excess", tally.excess(), ""},
                                  {prefix + "best_fit_excess", best.excess(), ""},
                                  {prefix + "first_fit_excess", first.excess(), ""},
                                  {prefix + "bins", static_cast<double>(tally.bins), "bins"},
                                  {prefix + "lower_bound", static_cast<double>(tally.lower_bound), "bins"}});
    }
    return judgement;
}

std::vector<PublishedValue> OnlineBinPacking::published() const {
    struct Row {
        const char* family;
        double first_fit, best_fit, funsearch;
    };
    // Table 1 there: fraction of excess bins over the L2 bound.
    constexpr std::array rows{Row{"or1", 0.0642, 0.0581, 0.0530}, Row{"or2", 0.0645, 0.0606, 0.0419},
                              Row{"or3", 0.0574, 0.0537, 0.0311}, Row{"or4", 0.0523, 0.0494, 0.0247},
                              Row{"weibull_5k", 0.0423, 0.0398, 0.0068}};
    std::vector<PublishedValue> values;
    for (const std::uint32_t index : families_) {
        const std::string metric = bin_packing_families()[index].name + "_excess";
        const std::string source = "Romera-Paredes et al., Nature 625, 2024, table 1";
        values.push_back({"FunSearch", rows[index].funsearch, false, source, metric, true});
        values.push_back({"best fit", rows[index].best_fit, false, source, metric, true});
        values.push_back({"first fit", rows[index].first_fit, false, source, metric, true});
    }
    return values;
}

}  // namespace

std::unique_ptr<ProgramProblem> make_online_bin_packing(const std::vector<std::string>& families) {
    const std::vector<BinPackingFamily>& known = bin_packing_families();
    std::vector<std::string> names;
    names.reserve(known.size());
    for (const BinPackingFamily& family : known) names.push_back(family.name);
    std::vector<std::uint32_t> places;
    for (const std::string& wanted : families.empty() ? std::vector<std::string>{"or3", "weibull_5k"} : families) {
        const auto found = std::find(names.begin(), names.end(), wanted);
        if (found == names.end()) throw unknown_family("online_bin_packing", wanted, names);
        const auto place = static_cast<std::uint32_t>(found - names.begin());
        if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
    std::sort(places.begin(), places.end());
    return std::make_unique<OnlineBinPacking>(std::move(places));
}

}  // namespace atl::problems
