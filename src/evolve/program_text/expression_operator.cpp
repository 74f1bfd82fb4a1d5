// SPDX-License-Identifier: Apache-2.0
// The operators "expression" and "expression_crossover", and slots grown anew.
#include <utility>
#include <vector>

#include "evolve/program_text/expression_variation.hpp"
#include "evolve/program_text/operators.hpp"
#include "evolve/program_text/slots.hpp"

namespace atl::evolve::program_text {
namespace {

Edit written(const Slot& slot, const Expression& expression) {
    return {slot.place, print_expression(expression, slot.dialect)};
}

Expression grown(const Slot& slot, RandomStream& random) {
    const std::size_t levels = 2 + random.below(4);
    return grow_expression({slot.dialect, slot.variables}, slot.type(), levels, max_expression_nodes / 2, random);
}

}  // namespace

Child vary_expression(const ProgramText& parent, RandomStream& random) {
    const std::vector<Slot> slots = find_slots(parent);
    if (slots.empty()) return std::nullopt;
    const Slot& slot = slots[random.below(slots.size())];
    constexpr double anew = 0.1;
    if (!slot.expression || random.uniform() < anew) return parent.edited({written(slot, grown(slot, random))});
    const auto child = mutate_expression({slot.dialect, slot.variables}, *slot.expression, random);
    if (!child) return std::nullopt;
    return parent.edited({written(slot, *child)});
}

Child cross_expressions(const ProgramText& parent, const ProgramText& donor, RandomStream& random) {
    const std::vector<Slot> slots = find_slots(parent);
    const std::vector<Slot> donors = find_slots(donor);
    if (slots.empty() || donors.empty()) return std::nullopt;
    const std::size_t pick = random.below(slots.size());
    // the same slot of the donor, where it has as many
    const std::size_t from = slots.size() == donors.size() ? pick : random.below(donors.size());
    const Slot& slot = slots[pick];
    if (!slot.expression || !donors[from].expression) return std::nullopt;
    const auto child =
        cross_expression({slot.dialect, slot.variables}, *slot.expression, *donors[from].expression, random);
    if (!child) return std::nullopt;
    return parent.edited({written(slot, *child)});
}

Child grow_slots(const ProgramText& parent, RandomStream& random) {
    std::vector<Edit> edits;
    for (const Slot& slot : find_slots(parent)) {
        if (random.below(2) == 0) edits.push_back(written(slot, grown(slot, random)));
    }
    if (edits.empty()) return std::nullopt;
    return parent.edited(std::move(edits));
}

}  // namespace atl::evolve::program_text
