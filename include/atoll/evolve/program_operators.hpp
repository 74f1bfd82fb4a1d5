// SPDX-License-Identifier: Apache-2.0
// The operators of the genome "program": pure functions from texts to a text, by name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/problems/language.hpp"

namespace atl::evolve {

/// Genetic programming on source text (Koza 1992), typed where there are types (Montana 1995). A text is a candidate's
/// bytes, one file or a bundle. All operators change regions only; brackets stay balanced, marks and the text outside
/// regions stay as they are. Immutable, thread-safe; the same texts and stream give the same result on any machine.
///  - "literal": one or a few numbers. Floats are multiplied by log-normal factors of several widths, integers go one
///    up or down, are doubled or halved; in C++ no array bounds, subscripts or template arguments
///  - "operator": one arithmetic, comparison, logical or assignment operator becomes another of its kind; min <-> max
///  - "statement": deletes, duplicates, moves a statement or swaps it with a neighbour, whole ones with their blocks
///  - "crossover": of several regions some from the second parent; else the body or a statement of a function of the
///    same name, or a subtree of a slot
///  - "expression": in a slot `/* atoll:expr(a, b, condition c) */`: grows anew, replaces a subtree, a node or a
///    constant, shrinks, wraps with a condition
///  - "expression_crossover": a subtree of the second parent's slot
class ProgramOperators {
public:
    explicit ProgramOperators(problems::Language language) : language_(language) {}

    problems::Language language() const { return language_; }
    static std::vector<std::string> names();
    /// What a job gets that names no operators: all of them.
    static std::vector<std::string> default_pipelines();
    /// How many texts apply() takes: 1 or 2. Throws InputError for an unknown name, naming the nearest.
    static std::uint32_t parents(const std::string& name);

    /// A text that differs from the first parent; empty when the operator finds nothing to change in it (no slot, no
    /// operator, parents whose text outside regions differs). Throws InputError for an unknown name.
    std::optional<std::string> apply(const std::string& name, std::span<const std::string_view> parents,
                                     RandomStream& random) const;

    /// Starts an island: one to four operators of one parent on the seed, each of its slots grown anew with
    /// probability 1/2. The seed itself where nothing can be changed.
    std::string start(std::string_view seed, RandomStream& random) const;

private:
    problems::Language language_;
};

}  // namespace atl::evolve
