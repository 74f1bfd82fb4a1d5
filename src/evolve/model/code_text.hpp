// SPDX-License-Identifier: Apache-2.0
// What a piece of code defines, told from its tokens: models' replies need not be whole programs, or correct ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"
#include "evolve/program_text/lines.hpp"

namespace atl::evolve::model {

/// Bytes [begin, end) of the code; a function, a class, or in Python also what decorates it.
struct Definition {
    std::string name;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Those at the outermost level: C++ outside of all braces but those of namespaces, Python in the column of the
/// leftmost line. Never fails; of a body that is left open `end` is the end of the code.
std::vector<Definition> definitions(std::string_view code, problems::Language language);

/// The names, each once, in order.
std::vector<std::string> names_of(const std::vector<Definition>& found);

/// Whether both have the same tokens, comments and white space aside; in Python also the same indentation.
bool same_code(std::string_view left, std::string_view right, problems::Language language);

/// Whether all brackets pair and no comment or string is left open at the end.
bool is_closed(std::string_view code, problems::Language language);

std::string_view trimmed(std::string_view text);
bool is_blank(std::string_view text);
/// The first byte of the line that holds `place`.
std::size_t line_begin(std::string_view text, std::size_t place);
/// Behind the line end of the line that holds `place`.
std::size_t line_end(std::string_view text, std::size_t place);
/// Blanks before the first other byte of the leftmost line that is not blank.
std::string_view indentation_of(std::string_view code);
/// Lines moved from their own indentation to `indentation`.
std::string indented(std::string_view code, std::string_view indentation);
/// Every line end as one line feed.
std::string with_line_feeds(std::string_view text);

}  // namespace atl::evolve::model
