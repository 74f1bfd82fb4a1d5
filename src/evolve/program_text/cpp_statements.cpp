// SPDX-License-Identifier: Apache-2.0
// Statements of C++ by keywords, semicolons and matched brackets.
#include <algorithm>
#include <array>

#include "evolve/program_text/cpp_scopes.hpp"
#include "evolve/program_text/statements.hpp"
#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

constexpr std::array<std::string_view, 6> leaving = {"break", "co_return", "continue", "goto", "return", "throw"};
constexpr std::array<std::string_view, 9> definitions = {"class",   "enum",  "extern", "static_assert", "struct",
                                                         "typedef", "union", "using",  "namespace"};
/// Deeper blocks are left as they are.
constexpr int deepest = 100;

class CppStatements {
public:
    explicit CppStatements(const ProgramText& text) : text_(text), scopes_(find_scopes(text)) {
        for (const Token& token : text.tokens()) {
            if (token.kind == TokenKind::directive) directives_.push_back(token.begin);
        }
        tree_.functions.push_back({});
    }

    StatementTree run() {
        for (std::size_t file = 0; file < text_.files().size(); ++file) {
            if (!scopes_.balanced[file]) continue;
            const Span code = text_.files()[file].code;
            for (std::uint32_t i = code.begin; i < code.end; ++i) {
                const CppToken& token = scopes_.tokens[i];
                if (token.brace != BraceKind::function || token.statement == no_token) continue;
                add_function(i);
            }
        }
        return std::move(tree_);
    }

private:
    std::string_view word(std::uint32_t i) const { return text_.word(i); }
    std::uint32_t partner(std::uint32_t i) const { return scopes_.tokens[i].partner; }
    Span inside(std::uint32_t opener) const { return {text_.code()[opener].end, text_.code()[partner(opener)].begin}; }

    void add_function(std::uint32_t brace) {
        const std::uint32_t first = scopes_.tokens[brace].statement;
        Function function;
        function.head = {text_.code()[first].begin, text_.code()[brace].begin};
        function.body = inside(brace);
        for (std::uint32_t i = first; i + 1 < brace; ++i) {
            if (word(i + 1) != "(" || text_.code()[i].kind != TokenKind::word) continue;
            function.name = word(i);
            declare_parameters(i + 1, inside(brace));
            break;
        }
        tree_.functions.push_back(function);
        function_ = static_cast<std::uint32_t>(tree_.functions.size() - 1);
        depth_ = 0;
        add_block(brace, false);
    }

    /// Words before ',', '=' or the end, at the depth of the list.
    void declare_parameters(std::uint32_t opener, const Span& visible) {
        const std::uint32_t last = partner(opener);
        if (last == no_token) return;
        for (std::uint32_t i = opener + 1; i < last; ++i) {
            if (is_bracket(i) && partner(i) != no_token && partner(i) > i) {
                i = partner(i);
                continue;
            }
            const std::string_view next = word(i + 1);
            const bool ends = next == "," || next == "=" || next == "[" || i + 1 == last;
            if (ends && is_name(i)) declare(i, visible, {text_.code()[i].begin, text_.code()[i].end});
        }
    }

    bool is_bracket(std::uint32_t i) const {
        const std::string_view w = word(i);
        return w == "(" || w == "[" || w == "{" || (w == "<" && partner(i) != no_token);
    }
    bool is_name(std::uint32_t i) const { return text_.code()[i].kind == TokenKind::word && !is_cpp_keyword(word(i)); }
    void declare(std::uint32_t name, const Span& visible, const Span& place) {
        tree_.declarations.push_back({word(name), visible, place});
    }

    void add_block(std::uint32_t brace, bool in_loop) {
        if (depth_ >= deepest) return;
        ++depth_;
        const auto index = static_cast<std::uint32_t>(tree_.blocks.size());
        tree_.blocks.push_back({inside(brace), function_, in_loop, {}});
        const std::uint32_t end = partner(brace);
        std::uint32_t i = brace + 1;
        while (i < end) {
            const std::uint32_t next = parse(i, end, in_loop, tree_.blocks[index].text);
            if (next == no_token) {  // not understood: the rest of the block stays
                break;
            }
            Statement statement;
            statement.code = {i, next};
            statement.text = {text_.code()[i].begin, text_.code()[next - 1].end};
            statement.block = index;
            statement.fixed = is_fixed(statement);
            statement.leaves = contains(leaving, word(i));
            tree_.blocks[index].statements.push_back(static_cast<std::uint32_t>(tree_.statements.size()));
            tree_.statements.push_back(statement);
            i = next;
        }
        --depth_;
    }

    bool is_fixed(const Statement& statement) const {
        const std::uint32_t first = statement.code.begin;
        const auto directive = std::lower_bound(directives_.begin(), directives_.end(), statement.text.begin);
        if (directive != directives_.end() && *directive < statement.text.end) return true;
        return contains(definitions, word(first)) || word(statement.code.end - 1) == ":";
    }

    /// The token behind the statement that begins at `i`; no_token when it does not end before `end`.
    std::uint32_t parse(std::uint32_t i, std::uint32_t end, bool in_loop, Span visible) {
        if (i >= end || depth_ >= deepest) return no_token;
        ++depth_;
        const std::uint32_t next = parse_any(i, end, in_loop, visible);
        --depth_;
        return next;
    }

    std::uint32_t parse_any(std::uint32_t i, std::uint32_t end, bool in_loop, Span visible) {
        const std::string_view w = word(i);
        if (w == "{") return block(i, in_loop);
        if (w == "if") return parse_if(i, end, in_loop);
        if (w == "for" || w == "while" || w == "switch") return controlled(i + 1, end, true);
        if (w == "do") {
            const std::uint32_t condition = parse(i + 1, end, true, visible);
            return condition == no_token || word(condition) != "while" ? no_token : simple(condition, end, visible);
        }
        if (w == "try") {
            std::uint32_t next = word(i + 1) == "{" ? block(i + 1, in_loop) : no_token;
            while (next != no_token && next < end && word(next) == "catch") next = controlled(next + 1, end, in_loop);
            return next;
        }
        if (w == "case" || w == "default") {
            while (i < end && word(i) != ":" && word(i) != ";") ++i;
            return i < end && word(i) == ":" ? i + 1 : no_token;
        }
        if (is_name(i) && word(i + 1) == ":") return i + 2;
        return simple(i, end, visible);
    }

    std::uint32_t block(std::uint32_t brace, bool in_loop) {
        if (partner(brace) == no_token) return no_token;
        if (scopes_.tokens[brace].brace == BraceKind::block) add_block(brace, in_loop);
        return partner(brace) + 1;
    }

    std::uint32_t parse_if(std::uint32_t i, std::uint32_t end, bool in_loop) {
        const std::uint32_t head = word(i + 1) == "constexpr" ? i + 2 : i + 1;
        const std::uint32_t next = controlled(head, end, in_loop);
        if (next == no_token || next >= end || word(next) != "else") return next;
        return parse(next + 1, end, in_loop, {});
    }

    /// A parenthesised head, whose names can be used in the statement that follows.
    std::uint32_t controlled(std::uint32_t opener, std::uint32_t end, bool in_loop) {
        if (opener >= end || word(opener) != "(" || partner(opener) == no_token) return no_token;
        const std::uint32_t closer = partner(opener);
        const std::size_t before = tree_.declarations.size();
        declare_names(opener + 1, closer, {});
        const std::uint32_t next = parse(closer + 1, end, in_loop, {});
        if (next == no_token) return no_token;
        const Span all{text_.code()[opener].begin, text_.code()[next - 1].end};
        for (std::size_t k = before; k < tree_.declarations.size(); ++k) {
            Declaration& each = tree_.declarations[k];
            if (each.visible.end == 0) each.visible = all;
        }
        return next;
    }

    /// To the semicolon, through lambdas.
    std::uint32_t simple(std::uint32_t i, std::uint32_t end, Span visible) {
        const std::uint32_t first = i;
        std::size_t depth = 0;
        while (i < end) {
            const std::string_view w = word(i);
            if (w == "{" && scopes_.tokens[i].brace == BraceKind::lambda) {
                add_lambda(i);
                i = partner(i) + 1;
                continue;
            }
            if (w == "(" || w == "[" || w == "{") ++depth;
            if ((w == ")" || w == "]" || w == "}") && depth-- == 0) return no_token;
            if (w == ";" && depth == 0) {
                declare_names(first, i, {text_.code()[i].end, visible.end});
                return i + 1;
            }
            ++i;
        }
        return no_token;
    }

    void add_lambda(std::uint32_t brace) {
        if (word(brace - 1) == ")" && partner(brace - 1) != no_token)
            declare_parameters(partner(brace - 1), inside(brace));
        add_block(brace, false);
    }

    /// "type name", "type name = ..., other = ...", "auto [a, b] = ...", "type name : range": the names.
    void declare_names(std::uint32_t i, std::uint32_t end, const Span& visible) {
        const std::uint32_t first = i;
        bool typed = false;
        while (i < end) {
            if (is_cpp_keyword(word(i))) {
                if (!is_cpp_type(word(i)) && word(i) != "static" && word(i) != "constexpr") return;
                typed = true;
            } else if (text_.code()[i].kind == TokenKind::word) {
                const std::string_view next = word(i + 1);
                const bool ends = i + 1 >= end || next == "=" || next == "," || next == "{" || next == "(" ||
                                  next == "[" || next == ":" || next == ";";
                if (ends) break;
                typed = true;
            } else if (word(i) == "<" && partner(i) != no_token && partner(i) > i) {
                i = partner(i);
            } else if (word(i) == "[" && typed && word(i - 1) != "]" && partner(i) != no_token) {
                break;
            } else if (word(i) != "::" && word(i) != "*" && word(i) != "&" && word(i) != "&&" && word(i) != ">") {
                return;
            }
            ++i;
        }
        if (i >= end || !typed || word(i - 1) == "::") return;
        const Span place{text_.code()[first].begin, text_.code()[i].end};
        if (word(i) == "[") {
            for (std::uint32_t k = i + 1; k < partner(i); ++k) {
                if (is_name(k)) declare(k, visible, place);
            }
            return;
        }
        declare(i, visible, place);
        while (++i < end) {
            if (is_bracket(i) && partner(i) != no_token && partner(i) > i) {
                i = partner(i);
            } else if (word(i) == ":" || word(i) == ";") {
                return;
            } else if (word(i) == "," && i + 1 < end) {
                while (i + 1 < end && (word(i + 1) == "*" || word(i + 1) == "&")) ++i;
                if (i + 1 < end && is_name(i + 1)) declare(i + 1, visible, place);
            }
        }
    }

    const ProgramText& text_;
    CppScopes scopes_;
    std::vector<std::uint32_t> directives_;
    StatementTree tree_;
    std::uint32_t function_ = 0;
    int depth_ = 0;
};

}  // namespace

StatementTree find_cpp_statements(const ProgramText& text) { return CppStatements(text).run(); }

}  // namespace atl::evolve::program_text
