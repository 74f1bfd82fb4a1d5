// SPDX-License-Identifier: Apache-2.0
// Expression slots: where a program says that an expression may be grown, and from which names.
#pragma once

#include <optional>
#include <vector>

#include "evolve/program_text/expression.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::program_text {

/// `place` is the expression. C++: what follows `/* atoll:expr(a, b) */`, up to the ';' or ',' or closing bracket of
/// its depth. Python: what `return` or the assignment before `# atoll:expr(a, b)` takes. A name may have a type before
/// it, number or condition; without one it is a number.
struct Slot {
    Span place;
    Dialect dialect;
    std::vector<Variable> variables;
    /// Empty when the text is none of the grammar: then it can only be replaced as a whole.
    std::optional<Expression> expression;

    ValueType type() const { return expression ? expression->type : ValueType::number; }
};

/// Those inside regions, in the order of the text.
std::vector<Slot> find_slots(const ProgramText& text);

}  // namespace atl::evolve::program_text
