// SPDX-License-Identifier: Apache-2.0
// tsp_construct: a C++ next-node heuristic; the score is the mean gap of its tours to a reference of ours.
#include <algorithm>
#include <cmath>
#include <limits>

#include "problems/embedded.hpp"
#include "problems/program_answer.hpp"
#include "problems/program_list.hpp"
#include "problems/tsp_tours.hpp"

namespace atl::problems {
namespace {

struct TspFamily {
    const char* name;
    std::size_t nodes;
    std::uint64_t instances;
    std::uint64_t screen_instances;
};

constexpr TspFamily known_families[] = {{"tsp50", 50, 64, 8}, {"tsp100", 100, 16, 2}};

// Every instance hangs on it. A new number would make earlier scores incomparable.
constexpr std::uint64_t instance_seed = 0x7473705f636f6e73;

struct Reference {
    TspInstance instance;
    const TspFamily* family = nullptr;
    Score length;  ///< of the reference tour
};

struct InstancesOfStage {
    std::vector<Reference> references;
    std::size_t nodes = 0;
    double nearest_neighbour_gap = 0;
    double greedy_gap = 0;
};

struct InstanceSet {
    std::vector<InstancesOfStage> contents;
    std::vector<Stage> stages;
};

double middle(const Score& score) { return score.lower + (score.upper - score.lower) / 2; }

double gap(const TspInstance& instance, const Tour& tour, const Score& reference) {
    return middle(tour_length(instance, tour)) / middle(reference) - 1;
}

/// A sum of intervals, each step rounded outwards.
class IntervalSum {
public:
    void add(double lower, double upper) {
        sum_.lower = down(sum_.lower + lower);
        sum_.upper = up(sum_.upper + upper);
    }
    Score mean_less_one(std::size_t count) const {
        const auto divisor = static_cast<double>(count);
        return {down(down(sum_.lower / divisor) - 1), up(up(sum_.upper / divisor) - 1)};
    }
    static double down(double value) { return std::nextafter(value, -std::numeric_limits<double>::infinity()); }
    static double up(double value) { return std::nextafter(value, std::numeric_limits<double>::infinity()); }

private:
    Score sum_{0, 0};
};

InstancesOfStage draw(std::span<const std::size_t> families, bool screen, StreamPurpose purpose) {
    InstancesOfStage content;
    for (const std::size_t which : families) {
        const TspFamily& family = known_families[which];
        for (std::uint64_t i = 0; i < (screen ? family.screen_instances : family.instances); ++i) {
            RandomStream random(instance_seed, static_cast<std::uint32_t>(which), i, screen ? 1 : 0, purpose);
            TspInstance instance = draw_tsp_instance(family.nodes, random);
            const Score length = tour_length(instance, reference_tour(instance));
            content.nodes += instance.size();
            content.nearest_neighbour_gap += gap(instance, nearest_neighbour_tour(instance), length);
            content.greedy_gap += gap(instance, greedy_tour(instance), length);
            content.references.push_back({std::move(instance), &family, length});
        }
    }
    content.nearest_neighbour_gap /= static_cast<double>(content.references.size());
    content.greedy_gap /= static_cast<double>(content.references.size());
    return content;
}

std::string input_of(const InstancesOfStage& content) {
    std::vector<double> numbers{static_cast<double>(content.references.size())};
    for (const auto& [instance, family, length] : content.references) {
        numbers.push_back(static_cast<double>(instance.size()));
        for (std::size_t i = 0; i < instance.size(); ++i) {
            numbers.push_back(std::ldexp(static_cast<double>(instance.x[i]), -TspInstance::grid_bits));
            numbers.push_back(std::ldexp(static_cast<double>(instance.y[i]), -TspInstance::grid_bits));
        }
    }
    return bytes_of(numbers);
}

InstanceSet make_set(std::span<const std::size_t> families, StreamPurpose purpose) {
    InstanceSet made;
    for (const bool screen : {true, false}) {
        if (screen && purpose == StreamPurpose::hidden_instances) continue;
        InstancesOfStage content = draw(families, screen, purpose);
        made.stages.push_back({screen ? "screen" : "full", input_of(content), content.nodes * sizeof(double)});
        made.contents.push_back(std::move(content));
    }
    return made;
}

/// The answer as a tour, or why it is none.
std::optional<Judgement> read_tour(std::span<const double> nodes, const std::string& where, Tour& tour) {
    std::vector<bool> seen(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::string place = where + ": place " + std::to_string(i) + " of the tour ";
        if (!(nodes[i] >= 0 && nodes[i] < static_cast<double>(nodes.size())) || std::trunc(nodes[i]) != nodes[i]) {
            return refused(VerdictKind::wrong, "no_node", place + "is no node");
        }
        const auto node = static_cast<std::size_t>(nodes[i]);
        if (seen[node]) {
            return refused(VerdictKind::wrong, "node_twice", place + "is node " + std::to_string(node) + " again");
        }
        seen[node] = true;
        tour.push_back(node);
    }
    return std::nullopt;
}

class TspConstruct final : public ProgramProblem {
public:
    explicit TspConstruct(std::span<const std::size_t> families)
        : open_(make_set(families, StreamPurpose::open_instances)),
          hidden_(make_set(families, StreamPurpose::hidden_instances)) {}

    std::string name() const override { return "tsp_construct"; }
    Direction direction() const override { return Direction::minimize; }
    Language language() const override { return Language::cpp; }
    std::string driver() const override { return std::string(tsp_construct_driver()); }
    std::string initial_program() const override { return std::string(tsp_construct_initial()); }
    std::string statement() const override { return std::string(tsp_construct_statement()); }
    const std::vector<Stage>& stages(std::string_view instance_set) const override { return set(instance_set).stages; }
    Judgement judge(std::string_view instance_set, std::span<const std::string> results) const override;

private:
    const InstanceSet& set(std::string_view name) const { return name == hidden_instances ? hidden_ : open_; }

    InstanceSet open_;
    InstanceSet hidden_;
};

Judgement TspConstruct::judge(std::string_view instance_set, std::span<const std::string> results) const {
    const InstanceSet& known = set(instance_set);
    if (results.empty() || results.size() > known.contents.size()) {
        return refused(VerdictKind::infrastructure, "unknown_stage", "there is no such stage to judge");
    }
    const InstancesOfStage& content = known.contents[results.size() - 1];
    const auto numbers = numbers_of(results.back());
    if (!numbers || numbers->size() != content.nodes) {
        return refused(VerdictKind::wrong, "wrong_length",
                       "expected tours of " + std::to_string(content.nodes) + " nodes in all, got " +
                           std::to_string(results.back().size()) + " bytes");
    }
    std::span<const double> rest(*numbers);
    IntervalSum ratios;
    double length_sum = 0;
    for (std::size_t i = 0; i < content.references.size(); ++i) {
        const Reference& reference = content.references[i];
        Tour tour;
        const std::string where = "instance " + std::to_string(i);
        if (auto refusal = read_tour(rest.first(reference.instance.size()), where, tour)) return *refusal;
        rest = rest.subspan(reference.instance.size());
        const Score length = tour_length(reference.instance, tour);
        ratios.add(IntervalSum::down(length.lower / reference.length.upper),
                   IntervalSum::up(length.upper / reference.length.lower));
        length_sum += middle(length);
    }
    Judgement judgement{{}, ratios.mean_less_one(content.references.size()), {}};
    if (results.size() < known.contents.size()) return judgement;
    judgement.metrics = {{"mean_length", length_sum / static_cast<double>(content.references.size()), ""},
                         {"nearest_neighbour_gap", content.nearest_neighbour_gap, ""},
                         {"greedy_gap", content.greedy_gap, ""}};
    return judgement;
}

}  // namespace

std::unique_ptr<ProgramProblem> make_tsp_construct(const std::vector<std::string>& families) {
    std::vector<std::string> names;
    for (const TspFamily& family : known_families) names.emplace_back(family.name);
    std::vector<std::size_t> places;
    for (const std::string& wanted : families.empty() ? names : families) {
        const auto found = std::find(names.begin(), names.end(), wanted);
        if (found == names.end()) throw unknown_family("tsp_construct", wanted, names);
        const auto place = static_cast<std::size_t>(found - names.begin());
        if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
    std::sort(places.begin(), places.end());
    return std::make_unique<TspConstruct>(places);
}

}  // namespace atl::problems
