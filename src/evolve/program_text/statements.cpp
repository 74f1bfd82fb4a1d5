// SPDX-License-Identifier: Apache-2.0
// What both languages share: names, their declarations, and loops.
#include "evolve/program_text/statements.hpp"

#include <algorithm>
#include <array>

#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {

StatementTree find_statements(const ProgramText& text) {
    StatementTree tree =
        text.language() == problems::Language::cpp ? find_cpp_statements(text) : find_python_statements(text);
    std::stable_sort(tree.declarations.begin(), tree.declarations.end(),
                     [](const Declaration& left, const Declaration& right) { return left.name < right.name; });
    return tree;
}

std::vector<const Declaration*> StatementTree::declared(std::string_view name) const {
    std::vector<const Declaration*> found;
    auto each = std::lower_bound(declarations.begin(), declarations.end(), name,
                                 [](const Declaration& left, std::string_view wanted) { return left.name < wanted; });
    for (; each != declarations.end() && each->name == name; ++each) found.push_back(&*each);
    return found;
}

std::vector<std::string_view> names_used(const ProgramText& text, const Span& code) {
    std::vector<std::string_view> names;
    for (std::size_t i = code.begin; i < code.end; ++i) {
        if (text.code()[i].kind != TokenKind::word) continue;
        const std::string_view before = text.word(i - 1);
        if (before != "." && before != "->" && before != "::") names.push_back(text.word(i));
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

bool names_visible(const ProgramText& text, const StatementTree& from, const Statement& statement,
                   const StatementTree& to, std::uint32_t at) {
    const auto reaches = [&](const Declaration* each) { return each->visible.begin <= at && at <= each->visible.end; };
    const auto own = [&](const Declaration* each) { return statement.text.holds(each->place); };
    for (const std::string_view name : names_used(text, statement.code)) {
        const auto needed = from.declared(name);
        const auto there = to.declared(name);
        const bool outer = std::any_of(needed.begin(), needed.end(), [&](const Declaration* each) {
            return !own(each) && each->visible.holds(Span{statement.text.begin, statement.text.begin});
        });
        if (outer && std::none_of(there.begin(), there.end(), [&](const Declaration* each) {
                return reaches(each) && !(&from == &to && own(each));
            })) {
            return false;
        }
    }
    return true;
}

std::vector<std::string_view> names_declared(const StatementTree& tree, const Statement& statement) {
    std::vector<std::string_view> names;
    for (const Declaration& each : tree.declarations) {
        if (statement.text.holds(each.place) && !statement.text.holds(each.visible)) names.push_back(each.name);
    }
    return names;
}

bool declares_used(const ProgramText& text, const StatementTree& tree, const Statement& statement) {
    const std::vector<Token>& code = text.code();
    for (const Declaration& each : tree.declarations) {
        if (!statement.text.holds(each.place) || statement.text.holds(each.visible)) continue;
        for (std::size_t i = statement.code.end; i < code.size() && code[i].begin < each.visible.end; ++i) {
            if (text.word(i) == each.name && text.word(i - 1) != ".") return true;
        }
    }
    return false;
}

bool needs_loop(const ProgramText& text, const Statement& statement) {
    constexpr std::array<std::string_view, 4> loops = {"for", "while", "do", "switch"};
    if (contains(loops, text.word(statement.code.begin))) return false;
    for (std::size_t i = statement.code.begin; i < statement.code.end; ++i) {
        if (text.word(i) == "break" || text.word(i) == "continue") return true;
    }
    return false;
}

}  // namespace atl::evolve::program_text
