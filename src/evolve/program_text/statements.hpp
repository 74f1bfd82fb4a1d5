// SPDX-License-Identifier: Apache-2.0
// Statements, the blocks that hold them, functions, and where the names that they declare can be used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::program_text {

/// A whole statement of a block, compound ones with all that belongs to them (else, except, the suite). What a control
/// statement without braces holds is a part of it, not a statement of its own.
struct Statement {
    Span text;  ///< Python: with the comment at its end
    Span code;  ///< tokens of ProgramText::code()
    std::uint32_t block = 0;
    bool fixed = false;   ///< a label, a definition, a preprocessor line inside: left as it is
    bool leaves = false;  ///< return, break, continue, throw, ...
};

struct Block {
    Span text;  ///< between the braces; Python: the suite's statements
    std::uint32_t function = 0;
    bool in_loop = false;  ///< break and continue have a meaning
    std::vector<std::uint32_t> statements;
};

struct Function {
    std::string_view name;
    Span head;  ///< bytes before the body: to compare signatures
    Span body;  ///< bytes between the braces; Python: the suite's statements
};

/// `name` can be used in `visible`.
struct Declaration {
    std::string_view name;
    Span visible;
    Span place;  ///< of the declaring statement or head
};

/// Function 0 is the text outside of all functions. Declarations are sorted by name.
struct StatementTree {
    std::vector<Statement> statements;
    std::vector<Block> blocks;
    std::vector<Function> functions;
    std::vector<Declaration> declarations;

    /// Those declared under that name.
    std::vector<const Declaration*> declared(std::string_view name) const;
};

/// Empty for files whose brackets or indentation do not pair.
StatementTree find_statements(const ProgramText& text);

/// Names used in the tokens: words that are not members of something.
std::vector<std::string_view> names_used(const ProgramText& text, const Span& code);
/// Whether each name that `from` declares outside of `statement` can be used at that byte of the text of `to`.
bool names_visible(const ProgramText& text, const StatementTree& from, const Statement& statement,
                   const StatementTree& to, std::uint32_t at);
/// Names that the statement declares and that can be used behind it, sorted.
std::vector<std::string_view> names_declared(const StatementTree& tree, const Statement& statement);
/// Whether something that the statement declares is used outside of it.
bool declares_used(const ProgramText& text, const StatementTree& tree, const Statement& statement);
/// Whether it may stand in a block outside of loops.
bool needs_loop(const ProgramText& text, const Statement& statement);

StatementTree find_cpp_statements(const ProgramText& text);
StatementTree find_python_statements(const ProgramText& text);

}  // namespace atl::evolve::program_text
