// SPDX-License-Identifier: Apache-2.0
// Edits of whole statements that keep lines and indentation in order.
#pragma once

#include <optional>
#include <string>

#include "evolve/program_text/program_text.hpp"
#include "evolve/program_text/statements.hpp"

namespace atl::evolve::program_text {

/// The blanks before the statement's first token; Python's indentation.
std::string_view indent_of(const ProgramText& text, const Statement& statement);

/// The statement's text for a place of another indentation. Empty when its lines can not be moved there (Python lines
/// of mixed tabs and spaces).
std::optional<std::string> text_for(const ProgramText& text, const Statement& statement, std::string_view indent);

/// Takes the statement out, with its line when there is nothing else on it; Python: a suite's last statement becomes
/// `pass`.
Edit removal(const ProgramText& text, const StatementTree& tree, const Statement& statement);

/// Puts `inserted`, already in the statement's indentation, before or behind it.
Edit insertion_before(const ProgramText& text, const Statement& statement, std::string_view inserted);
Edit insertion_after(const ProgramText& text, const Statement& statement, std::string_view inserted);

/// Statements inside regions that are not fixed.
std::vector<const Statement*> free_statements(const ProgramText& text, const StatementTree& tree);

}  // namespace atl::evolve::program_text
