// SPDX-License-Identifier: Apache-2.0
// What the lexers of both languages share: a cursor over the text.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "evolve/program_text/token.hpp"

namespace atl::evolve::program_text {

/// Invariant: begin of the next token <= at <= end; bytes past `end` read as '\0'.
class Cursor {
public:
    Cursor(std::string_view text, std::uint32_t begin, std::uint32_t end, std::vector<Token>& tokens)
        : text_(text.substr(0, end)), at_(begin), token_begin_(begin), tokens_(tokens) {}

    bool at_end() const { return at_ >= text_.size(); }
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    void advance(std::size_t count = 1) { at_ += count < text_.size() - at_ ? count : text_.size() - at_; }
    bool next_is(std::string_view what) const { return text_.substr(at_).starts_with(what); }
    /// Length of the line end at `ahead`: "\n", "\r\n" or a lone "\r"; 0 when there is none.
    std::size_t line_end(std::size_t ahead = 0) const {
        if (peek(ahead) == '\r') return peek(ahead + 1) == '\n' ? 2 : 1;
        return peek(ahead) == '\n' ? 1 : 0;
    }
    /// Moves behind the next `what`, or to the end.
    void skip_past(std::string_view what) {
        const std::size_t found = text_.find(what, at_);
        at_ = found == std::string_view::npos ? text_.size() : found + what.size();
    }
    void skip_word() {
        while (!at_end() && is_word_byte(peek())) advance();
    }
    /// The longest of `operators` (ordered long to short) that stands here, else one byte.
    void skip_punctuation(std::span<const std::string_view> operators) {
        for (const std::string_view each : operators) {
            if (next_is(each)) return advance(each.size());
        }
        advance();
    }

    std::string_view taken() const { return text_.substr(token_begin_, at_ - token_begin_); }
    void emit(TokenKind kind) {
        tokens_.push_back({kind, static_cast<std::uint32_t>(token_begin_), static_cast<std::uint32_t>(at_)});
        token_begin_ = at_;
    }

private:
    std::string_view text_;
    std::size_t at_;
    std::size_t token_begin_;
    std::vector<Token>& tokens_;
};

void lex_cpp(Cursor cursor);
void lex_python(Cursor cursor);

}  // namespace atl::evolve::program_text
