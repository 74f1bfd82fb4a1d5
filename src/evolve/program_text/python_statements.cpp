// SPDX-License-Identifier: Apache-2.0
// Statements of Python by logical lines and their indentation.
#include <algorithm>
#include <array>
#include <optional>

#include "evolve/program_text/statements.hpp"
#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

constexpr std::array<std::string_view, 4> leaving = {"break", "continue", "raise", "return"};
constexpr std::array<std::string_view, 9> definitions = {"@",      "async",  "class",    "def",   "from",
                                                         "global", "import", "nonlocal", "assert"};
constexpr std::array<std::string_view, 4> continuing = {"elif", "else", "except", "finally"};
constexpr int deepest = 50;

struct Line {
    Span code;
    Span text;  ///< from the first token to the last, or the comment after it
    std::string_view indent;
};

class PythonStatements {
public:
    explicit PythonStatements(const ProgramText& text) : text_(text) { tree_.functions.push_back({}); }

    StatementTree run() {
        for (const SourceFile& file : text_.files()) {
            find_lines(file);
            std::size_t at = 0;
            function_ = 0;
            usable_ = !lines_.empty() && lines_[0].indent.empty();
            const std::size_t statements = tree_.statements.size();
            const std::size_t blocks = tree_.blocks.size();
            if (usable_) add_block(at, {}, false, 0);
            if (usable_ && at == lines_.size()) continue;
            tree_.statements.resize(statements);  // the indentation is not understood
            tree_.blocks.resize(blocks);
        }
        return std::move(tree_);
    }

private:
    std::string_view word(std::uint32_t i) const { return text_.word(i); }

    void find_lines(const SourceFile& file) {
        lines_.clear();
        std::uint32_t begin = file.text.begin;
        std::uint32_t code = file.code.begin;
        const std::vector<Token>& tokens = text_.tokens();
        auto token = std::lower_bound(tokens.begin(), tokens.end(), file.text.begin,
                                      [](const Token& each, std::uint32_t place) { return each.begin < place; });
        std::optional<Line> line;
        const auto close = [&] {
            if (!line) return;
            line->code.end = code;
            // a comment that is a mark lies outside of the region of its line
            if (!text_.region_of(line->text)) line->text.end = text_.code()[code - 1].end;
            lines_.push_back(*line);
            line.reset();
        };
        for (; token != tokens.end() && token->begin < file.text.end; ++token) {
            if (token->kind == TokenKind::newline) {
                close();
                begin = token->end;
            } else if (token->kind >= TokenKind::word) {
                if (!line) {
                    const Span indent{begin, token->begin};
                    line = Line{{code, code}, {token->begin, token->end}, text_.view(indent)};
                }
                line->text.end = token->end;
                ++code;
            } else if (token->kind == TokenKind::comment && line) {
                line->text.end = token->end;
            }
        }
        close();
    }

    /// The statements of one indentation from line `at` on; moves it behind them.
    void add_block(std::size_t& at, std::string_view outer, bool in_loop, int depth) {
        const std::string_view indent = lines_[at].indent;
        if (depth > deepest || !indent.starts_with(outer) || (depth > 0 && indent.size() <= outer.size())) {
            usable_ = false;
            return;
        }
        const auto index = static_cast<std::uint32_t>(tree_.blocks.size());
        tree_.blocks.push_back({{lines_[at].text.begin, 0}, function_, in_loop, {}});
        while (usable_ && at < lines_.size() && lines_[at].indent == indent) {
            const Line first = lines_[at];
            const std::uint32_t function = function_;
            bool fixed = contains(definitions, word(first.code.begin)) || is_docstring(first);
            add_suites(at, in_loop, depth);
            while (usable_ && at < lines_.size() && lines_[at].indent == indent &&
                   (contains(continuing, word(lines_[at].code.begin)) || word(first.code.begin) == "@")) {
                const bool last = word(first.code.begin) == "@" && word(lines_[at].code.begin) != "@";
                add_suites(at, in_loop, depth);
                if (last) break;
            }
            function_ = function;
            if (!usable_) return;
            const Line& last = lines_[at - 1];
            Statement statement;
            statement.code = {first.code.begin, last.code.end};
            statement.text = {first.text.begin, last.text.end};
            statement.block = index;
            statement.fixed = fixed;
            statement.leaves = contains(leaving, word(first.code.begin));
            tree_.blocks[index].text.end = statement.text.end;
            tree_.blocks[index].statements.push_back(static_cast<std::uint32_t>(tree_.statements.size()));
            tree_.statements.push_back(statement);
        }
        // a line deeper than this block without a header, or between two indentations
        if (at < lines_.size() && lines_[at].indent.size() >= indent.size()) usable_ = false;
    }

    /// The line at `at` and, when it is a header, its suite.
    void add_suites(std::size_t& at, bool in_loop, int depth) {
        const Line header = lines_[at];
        ++at;
        const std::string_view first = word(header.code.begin);
        const bool loops = first == "for" || first == "while";
        const bool suite =
            word(header.code.end - 1) == ":" && at < lines_.size() && lines_[at].indent.size() > header.indent.size();
        if (word(header.code.end - 1) == ":" && !suite) usable_ = false;
        const std::uint32_t definition = first == "async" ? header.code.begin + 1 : header.code.begin;
        const bool defines = word(definition) == "def";
        if (defines) {
            Function function;
            function.name = word(definition + 1);
            function.head = {header.text.begin, header.text.end};
            function.body = {header.text.end, header.text.end};
            tree_.functions.push_back(function);
            function_ = static_cast<std::uint32_t>(tree_.functions.size() - 1);
        }
        const std::uint32_t own = function_;  // of a definition: its own, even without a suite
        const std::size_t names = tree_.declarations.size();
        declare(header, defines);
        if (suite) {
            const std::uint32_t body = lines_[at].text.begin;
            add_block(at, header.indent, !defines && (in_loop || loops), depth + 1);
            if (defines) tree_.functions[own].body = {body, lines_[at - 1].text.end};
        }
        // a name is known from its line on, to the end of the function that it is in
        const auto text_end = static_cast<std::uint32_t>(text_.bytes().size());
        for (std::size_t k = names; k < tree_.declarations.size(); ++k) {
            Span& visible = tree_.declarations[k].visible;
            if (visible.end == 0) visible = {header.text.end, text_end};
            if (defines) visible.end = std::min(visible.end, tree_.functions[own].body.end);
        }
    }

    /// Parameters, and names that the line assigns, imports or loops over.
    void declare(const Line& line, bool defines) {
        std::size_t depth = 0;
        bool targets = word(line.code.begin) == "for";
        for (std::uint32_t i = line.code.begin; i < line.code.end; ++i) {
            const std::string_view w = word(i);
            if (w == "(" || w == "[" || w == "{") ++depth;
            if ((w == ")" || w == "]" || w == "}") && depth > 0) --depth;
            if (w == "in") targets = false;
            if (text_.code()[i].kind != TokenKind::word || is_python_keyword(w)) continue;
            const std::string_view next = word(i + 1);
            const bool parameter = defines && depth == 1 && (next == "," || next == ")" || next == "=" || next == ":");
            const bool assigned = !defines && depth == 0 && word(i - 1) != "." && (next == "=" || is_unpacked(line, i));
            if (parameter || assigned || targets || word(i - 1) == "as") {
                tree_.declarations.push_back({w, {}, line.text});
            }
        }
    }

    /// "a, b = ...": every name of the list.
    bool is_unpacked(const Line& line, std::uint32_t i) const {
        while (i + 2 < line.code.end && word(i + 1) == "," && text_.code()[i + 2].kind == TokenKind::word) i += 2;
        return i + 1 < line.code.end && word(i + 1) == "=";
    }

    bool is_docstring(const Line& line) const {
        return line.code.end == line.code.begin + 1 && text_.code()[line.code.begin].kind == TokenKind::string;
    }

    const ProgramText& text_;
    std::vector<Line> lines_;
    StatementTree tree_;
    std::uint32_t function_ = 0;
    bool usable_ = true;
};

}  // namespace

StatementTree find_python_statements(const ProgramText& text) { return PythonStatements(text).run(); }

}  // namespace atl::evolve::program_text
