// SPDX-License-Identifier: Apache-2.0
// One walk over the tokens with a stack of open brackets.
#include "evolve/program_text/cpp_scopes.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

/// A statement with one of these may need its literals as constants, or runs once only.
constexpr std::array<std::string_view, 15> constant_words = {
    "_Static_assert", "alignas", "asm",           "case",     "concept",      "consteval", "constexpr", "constinit",
    "enum",           "static",  "static_assert", "template", "thread_local", "typedef",   "using"};
constexpr std::array<std::string_view, 3> constant_functions = {"consteval", "constexpr", "requires"};
constexpr std::array<std::string_view, 10> integer_words = {"char",      "int",   "int32_t", "int64_t",  "long",
                                                            "ptrdiff_t", "short", "size_t",  "uint32_t", "uint64_t"};
/// A template argument list follows these for sure.
constexpr std::array<std::string_view, 18> template_words = {
    "array", "const_cast",  "deque",       "dynamic_cast", "function", "greater",
    "less",  "make_unique", "map",         "pair",         "queue",    "reinterpret_cast",
    "set",   "span",        "static_cast", "template",     "tuple",    "vector"};

/// Names that preprocessor lines define, sorted.
std::vector<std::string_view> macro_names(const ProgramText& text) {
    std::vector<std::string_view> names;
    for (const Token& token : text.tokens()) {
        if (token.kind != TokenKind::directive) continue;
        std::string_view line = text.view(token);
        const auto skip = [&line](auto keep) {
            while (!line.empty() && keep(line.front())) line.remove_prefix(1);
        };
        const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '#'; };
        skip(blank);
        if (!line.starts_with("define")) continue;
        line.remove_prefix(6);
        skip(blank);
        const std::string_view rest = line;
        skip(is_word_byte);
        names.push_back(rest.substr(0, rest.size() - line.size()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// The innermost braces (or the file) and what is known about the statement at hand in them.
struct Frame {
    std::uint32_t opener = no_token;
    BraceKind kind = BraceKind::namespace_scope;
    bool constant_function = false;
    // of the statement
    std::uint32_t statement = 0;
    std::size_t brackets = 0;  ///< open ( and [ when the braces opened
    bool constant = false;
    bool assigned = false;
    bool parenthesised = false;
    bool of_class = false;
    bool of_enum = false;
    bool of_namespace = false;
    bool external = false;
    bool constructor = false;  ///< ") :" was seen
    bool arrow = false;
    bool is_const = false;
    bool is_integer = false;
    bool in_constant_function = false;

    void begin_statement(std::uint32_t first) {
        const Frame next{opener, kind, constant_function, first, brackets};
        *this = next;
    }
};

class Walk {
public:
    explicit Walk(const ProgramText& text) : text_(text), macros_(macro_names(text)) {
        scopes_.tokens.resize(text.code().size());
    }

    CppScopes run() {
        for (const SourceFile& file : text_.files()) walk(file.code);
        return std::move(scopes_);
    }

private:
    std::string_view word(std::uint32_t i) const {
        return i < text_.code().size() ? text_.word(i) : std::string_view{};
    }
    CppToken& at(std::uint32_t i) { return scopes_.tokens[i]; }
    bool is_name(std::uint32_t i) const {
        return i < text_.code().size() && text_.code()[i].kind == TokenKind::word && !is_cpp_keyword(word(i));
    }

    void walk(const Span& code) {
        frames_.assign(1, Frame{});
        frames_.back().statement = code.begin;
        open_.clear();
        square_ = 0;
        initializers_ = 0;
        template_end_ = 0;
        first_ = code.begin;
        end_ = code.end;
        bool balanced = true;
        for (std::uint32_t i = code.begin; i < code.end; ++i) {
            CppToken& token = at(i);
            token.opener = open_.empty() ? no_token : open_.back();
            token.statement = frames_.back().statement;
            token.in_square = square_ > 0;
            token.in_initializer = initializers_ > 0;
            token.in_template = i < template_end_;
            token.in_function = in_function_body();
            note_word(i);
            token.constant = frames_.back().constant || frames_.back().constant_function;
            token.constant_integer = frames_.back().is_const && frames_.back().is_integer;
            if (text_.code()[i].kind == TokenKind::punctuation) balanced = note_punctuation(i) && balanced;
        }
        scopes_.balanced.push_back(balanced && open_.empty());
    }

    /// Bodies of classes and enums inside a function are no statements of it.
    bool in_function_body() const {
        for (const Frame& frame : std::views::reverse(frames_)) {
            if (holds_statements(frame.kind)) return true;
            if (frame.kind != BraceKind::initializer) return false;
        }
        return false;
    }

    bool at_statement_level() const { return open_.size() == frames_.back().brackets; }

    void note_word(std::uint32_t i) {
        Frame& frame = frames_.back();
        const std::string_view w = word(i);
        if (text_.code()[i].kind == TokenKind::string) {
            frame.external = frame.external || (i > first_ && word(i - 1) == "extern");
            return;
        }
        if (text_.code()[i].kind != TokenKind::word) return;
        frame.constant =
            frame.constant || contains(constant_words, w) || std::binary_search(macros_.begin(), macros_.end(), w);
        frame.in_constant_function = frame.in_constant_function || contains(constant_functions, w);
        frame.is_const = frame.is_const || w == "const";
        frame.is_integer = frame.is_integer || contains(integer_words, w);
        if (!at_statement_level() || i < template_end_) return;
        frame.of_class = frame.of_class || w == "class" || w == "struct" || w == "union";
        frame.of_enum = frame.of_enum || w == "enum";
        frame.of_namespace = frame.of_namespace || w == "namespace";
    }

    /// False when a closing bracket has no partner.
    bool note_punctuation(std::uint32_t i) {
        const std::string_view w = word(i);
        Frame& frame = frames_.back();
        if (w == "(" || w == "[") {
            if (w == "(" && at_statement_level()) frame.parenthesised = true;
            if (w == "[") ++square_;
            open_.push_back(i);
        } else if (w == "{") {
            open_brace(i);
        } else if (w == ")" || w == "]" || w == "}") {
            return close(i);
        } else if (w == "<" && i >= template_end_) {
            note_template(i);
        } else if (at_statement_level()) {
            if (w == ";") frame.begin_statement(i + 1);
            if (w == "=" && word(i - 1) != "operator") frame.assigned = true;
            if (w == "->") frame.arrow = true;
            if (w == ":") note_colon(i);
        }
        return true;
    }

    void note_colon(std::uint32_t i) {
        Frame& frame = frames_.back();
        const std::string_view first = word(frame.statement);
        const bool label = frame.statement + 1 == i && text_.code()[frame.statement].kind == TokenKind::word;
        if (first == "case" || label) {
            frame.begin_statement(i + 1);
        } else if (frame.parenthesised && !frame.assigned) {
            frame.constructor = true;
        }
    }

    /// Template arguments are known by what stands before them, or by types and nothing but names inside.
    void note_template(std::uint32_t i) {
        constexpr std::uint32_t longest = 64;
        if (i == first_ || text_.code()[i - 1].kind != TokenKind::word) return;
        const bool sure = contains(template_words, word(i - 1));
        bool types = false;
        bool names_only = true;
        std::uint32_t depth = 1;
        for (std::uint32_t j = i + 1; j < end_ && j < i + longest; ++j) {
            const std::string_view w = word(j);
            const TokenKind kind = text_.code()[j].kind;
            if (w == "<") {
                ++depth;
            } else if (w == ">" || w == ">>") {
                const std::uint32_t closed = w == ">" ? 1 : 2;
                if (closed > depth) return;
                depth -= closed;
                if (depth > 0) continue;
                const std::string_view next = word(j + 1);
                const bool used = next == "(" || next == "{" || next == "::" || is_name(j + 1);
                if (sure || types || (names_only && used)) {
                    template_end_ = j;
                    at(i).partner = j;
                    at(j).partner = i;
                }
                return;
            } else if (kind == TokenKind::word) {
                types = types || is_cpp_type(w);
            } else if (kind == TokenKind::number || w == "," || w == "(" || w == ")" || w == "[" || w == "]" ||
                       w == "&" || w == "...") {
                names_only = false;
            } else if (w != "::" && w != "*") {
                return;
            }
        }
    }

    bool close(std::uint32_t i) {
        const std::string_view w = word(i);
        if (open_.empty()) return false;
        const std::uint32_t opener = open_.back();
        const std::string_view o = word(opener);
        const bool pair = (w == ")" && o == "(") || (w == "]" && o == "[") || (w == "}" && o == "{");
        if (!pair) return false;
        open_.pop_back();
        at(i).partner = opener;
        at(opener).partner = i;
        if (w == "]") --square_;
        if (w == "}") close_brace(i);
        return true;
    }

    void close_brace(std::uint32_t i) {
        const BraceKind kind = frames_.back().kind;
        square_ = squares_.back();
        squares_.pop_back();
        initializers_ = initializer_counts_.back();
        initializer_counts_.pop_back();
        frames_.pop_back();
        if (kind == BraceKind::function || kind == BraceKind::block || kind == BraceKind::namespace_scope) {
            frames_.back().begin_statement(i + 1);
        }
    }

    void open_brace(std::uint32_t i) {
        const Frame& outer = frames_.back();
        const BraceKind kind = kind_of(i);
        at(i).brace = kind;
        squares_.push_back(square_);
        initializer_counts_.push_back(initializers_);
        if (holds_statements(kind)) {
            square_ = 0;
            initializers_ = 0;
        }
        if (kind == BraceKind::initializer) ++initializers_;
        open_.push_back(i);
        Frame frame;
        frame.opener = i;
        frame.kind = kind;
        const bool own_function = kind == BraceKind::function;
        frame.constant_function = outer.in_constant_function || (!own_function && outer.constant_function) ||
                                  (kind == BraceKind::initializer && outer.constant) ||
                                  (kind == BraceKind::initializer && outer.is_const && outer.is_integer) ||
                                  (kind == BraceKind::lambda && outer.constant) || !known(kind);
        frame.statement = i + 1;
        frame.brackets = open_.size();
        frames_.push_back(frame);
    }

    static bool known(BraceKind kind) { return kind != BraceKind::unknown && kind != BraceKind::enum_scope; }

    BraceKind kind_of(std::uint32_t i) {
        switch (frames_.back().kind) {
            case BraceKind::namespace_scope:
            case BraceKind::class_scope:
                return kind_of_definition(i);
            case BraceKind::function:
            case BraceKind::lambda:
            case BraceKind::block:
                return kind_in_function(i);
            case BraceKind::initializer:
                return is_lambda(i) ? BraceKind::lambda : BraceKind::initializer;
            default:
                return BraceKind::unknown;
        }
    }

    BraceKind kind_of_definition(std::uint32_t i) {
        const Frame& frame = frames_.back();
        if (frame.statement == i) return BraceKind::unknown;
        const std::string_view before = word(i - 1);
        if (!at_statement_level() || frame.assigned) return is_lambda(i) ? BraceKind::lambda : BraceKind::initializer;
        if (frame.of_namespace) return BraceKind::namespace_scope;
        if (text_.code()[i - 1].kind == TokenKind::string && frame.external) return BraceKind::namespace_scope;
        if (frame.of_enum && !frame.parenthesised) return BraceKind::enum_scope;
        if (frame.of_class && before != ")") return BraceKind::class_scope;
        if (!frame.parenthesised) return BraceKind::initializer;
        if (frame.constructor && before != ")" && before != "}") return BraceKind::initializer;
        constexpr std::array<std::string_view, 10> after_parameters = {
            "&", "&&", ")", "const", "final", "mutable", "noexcept", "override", "try", "volatile"};
        if (contains(after_parameters, before) || frame.arrow) return BraceKind::function;
        if (frame.constructor || frame.in_constant_function) return BraceKind::function;
        return BraceKind::unknown;
    }

    BraceKind kind_in_function(std::uint32_t i) {
        const Frame& frame = frames_.back();
        if (frame.statement == i && at_statement_level()) return BraceKind::block;
        const std::string_view before = word(i - 1);
        if (is_lambda(i)) return BraceKind::lambda;
        if (!at_statement_level()) return BraceKind::initializer;
        if (before == "else" || before == "do" || before == "try") return BraceKind::block;
        if (before == ")") {
            const std::uint32_t opener = at(i - 1).partner;
            if (opener == no_token || opener == first_) return BraceKind::unknown;
            const std::string_view head = word(opener - 1);
            constexpr std::array<std::string_view, 6> heads = {"catch", "constexpr", "for", "if", "switch", "while"};
            return contains(heads, head) ? BraceKind::block : BraceKind::unknown;
        }
        if (frame.of_enum && !frame.assigned) return BraceKind::enum_scope;
        if (frame.of_class && !frame.assigned) return BraceKind::class_scope;
        const TokenKind kind = text_.code()[i - 1].kind;
        const bool value = kind == TokenKind::number || kind == TokenKind::string || kind == TokenKind::character;
        if (before == "consteval" || value) return BraceKind::unknown;
        return BraceKind::initializer;
    }

    /// Whether the ']' at `i` closes a lambda's capture.
    bool closes_capture(std::uint32_t i) {
        const std::uint32_t opener = at(i).partner;
        if (word(i) != "]" || opener == no_token) return false;
        if (opener == first_) return true;
        const Token& before = text_.code()[opener - 1];
        if (before.kind == TokenKind::word) return is_cpp_keyword(text_.view(before));
        const std::string_view w = text_.view(before);
        return w != ")" && w != "]" && w != ">" && w != "[" && before.kind == TokenKind::punctuation;
    }

    /// Whether the ')' at `i` closes a lambda's parameters.
    bool closes_parameters(std::uint32_t i) {
        const std::uint32_t opener = at(i).partner;
        if (word(i) != ")" || opener == no_token || opener == first_) return false;
        if (word(opener - 1) == "noexcept" && opener >= first_ + 2) return closes_parameters(opener - 2);
        if (word(opener - 1) == ">" && at(opener - 1).partner != no_token && at(opener - 1).partner > first_) {
            return closes_capture(at(opener - 1).partner - 1);
        }
        return closes_capture(opener - 1);
    }

    bool is_lambda(std::uint32_t i) {
        constexpr std::uint32_t longest_type = 24;
        std::uint32_t j = i;
        for (std::uint32_t back = 1; back <= longest_type && j > first_; ++back) {
            --j;
            const std::string_view w = word(j);
            if (w == "]" || w == ")") return closes_capture(j) || closes_parameters(j);
            const bool of_type = text_.code()[j].kind == TokenKind::word || w == "::" || w == "<" || w == ">" ||
                                 w == "*" || w == "&" || w == "," || w == "->";
            if (!of_type || w == "return" || w == "else" || w == "do") return false;
        }
        return false;
    }

    const ProgramText& text_;
    std::vector<std::string_view> macros_;
    CppScopes scopes_;
    std::vector<Frame> frames_;
    std::vector<std::uint32_t> open_;  ///< brackets ( [ {
    std::size_t square_ = 0;
    std::size_t initializers_ = 0;
    std::vector<std::size_t> squares_;
    std::vector<std::size_t> initializer_counts_;
    std::uint32_t template_end_ = 0;
    std::uint32_t first_ = 0;
    std::uint32_t end_ = 0;
};

}  // namespace

CppScopes find_scopes(const ProgramText& text) { return Walk(text).run(); }

}  // namespace atl::evolve::program_text
