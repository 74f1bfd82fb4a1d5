// SPDX-License-Identifier: Apache-2.0
// The table of program operators, and what every result must hold.
#include "atoll/evolve/program_operators.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "evolve/program_text/operators.hpp"

namespace atl::evolve {
namespace {

using program_text::Child;
using program_text::ProgramText;
using program_text::Span;

constexpr int tries = 8;

struct ProgramOperator {
    std::string_view name;
    Child (*of_one)(const ProgramText& parent, RandomStream& random) = nullptr;
    Child (*of_two)(const ProgramText& parent, const ProgramText& donor, RandomStream& random) = nullptr;
};

constexpr std::array<ProgramOperator, 6> operators = {{
    {"literal", program_text::vary_literals, nullptr},
    {"operator", program_text::vary_operator, nullptr},
    {"statement", program_text::vary_statement, nullptr},
    {"crossover", nullptr, program_text::cross},
    {"expression", program_text::vary_expression, nullptr},
    {"expression_crossover", nullptr, program_text::cross_expressions},
}};

const ProgramOperator& find(const std::string& name) {
    const auto* found = std::find_if(operators.begin(), operators.end(),
                                     [&](const ProgramOperator& each) { return each.name == name; });
    if (found != operators.end()) return *found;
    const std::vector<std::string> names = ProgramOperators::names();
    throw InputError(fmt::format("unknown operator '{}' for programs{}; there are {}", name, did_you_mean(name, names),
                                 fmt::join(names, ", ")));
}

/// Brackets of the code, file by file, must close in order.
bool balanced(const ProgramText& text) {
    std::string open;
    for (const program_text::SourceFile& file : text.files()) {
        open.clear();
        for (std::uint32_t i = file.code.begin; i < file.code.end; ++i) {
            const std::string_view word = text.word(i);
            if (text.code()[i].kind != program_text::TokenKind::punctuation || word.size() != 1) continue;
            const std::size_t closing = std::string_view("([{").find(word[0]);
            if (closing != std::string_view::npos) {
                open += ")]}"[closing];
            } else if (word == ")" || word == "]" || word == "}") {
                if (open.empty() || open.back() != word[0]) return false;
                open.pop_back();
            }
        }
        if (!open.empty()) return false;
    }
    return true;
}

/// The text outside of regions, as one.
std::string frame_of(const ProgramText& text) {
    std::string frame;
    std::size_t at = 0;
    for (const Span& region : text.regions()) {
        frame += text.bytes().substr(at, region.begin - at);
        frame += '\0';
        at = region.end;
    }
    return frame += text.bytes().substr(at);
}

bool acceptable(const ProgramText& parent, const std::string& child) {
    if (child.size() > program_text_max_bytes || child == parent.bytes()) return false;
    const ProgramText text(child, parent.language());
    return !text.problem() && text.files().size() == parent.files().size() &&
           text.regions().size() == parent.regions().size() && frame_of(text) == frame_of(parent) &&
           (balanced(text) || !balanced(parent));
}

}  // namespace

std::vector<std::string> ProgramOperators::names() {
    std::vector<std::string> names;
    names.reserve(std::size(operators));
    for (const ProgramOperator& each : operators) names.emplace_back(each.name);
    return names;
}

std::vector<std::string> ProgramOperators::default_pipelines() { return names(); }

std::uint32_t ProgramOperators::parents(const std::string& name) { return find(name).of_one != nullptr ? 1 : 2; }

std::optional<std::string> ProgramOperators::apply(const std::string& name, std::span<const std::string_view> parents,
                                                   RandomStream& random) const {
    const ProgramOperator& op = find(name);
    if (parents.size() < ProgramOperators::parents(name)) {
        throw InputError(fmt::format("operator '{}' takes two parents", name));
    }
    const ProgramText parent(parents[0], language_);
    if (parent.problem() || parents[0].size() > program_text_max_bytes) return std::nullopt;
    std::optional<ProgramText> donor;
    if (op.of_two != nullptr) {
        donor.emplace(parents[1], language_);
        if (donor->problem() || frame_of(*donor) != frame_of(parent)) return std::nullopt;
    }
    for (int attempt = 0; attempt < tries; ++attempt) {
        Child child = donor ? op.of_two(parent, *donor, random) : op.of_one(parent, random);
        if (child && acceptable(parent, *child)) return child;
    }
    return std::nullopt;
}

std::string ProgramOperators::start(std::string_view seed, RandomStream& random) const {
    std::string text(seed);
    const ProgramText parsed(seed, language_);
    const Child grown = parsed.problem() ? std::nullopt : program_text::grow_slots(parsed, random);
    if (grown && acceptable(parsed, *grown)) text = *grown;
    std::vector<std::string> single;
    for (const ProgramOperator& each : operators) {
        if (each.of_one != nullptr) single.emplace_back(each.name);
    }
    for (std::uint64_t steps = 1 + random.below(4); steps > 0; --steps) {
        const std::string_view parent = text;
        // operators that have nothing to change give way to the next
        const std::uint64_t first = random.below(single.size());
        for (std::size_t k = 0; k < single.size(); ++k) {
            if (auto child = apply(single[(first + k) % single.size()], {&parent, 1}, random)) {
                text = std::move(*child);
                break;
            }
        }
    }
    return text;
}

}  // namespace atl::evolve
