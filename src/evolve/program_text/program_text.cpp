// SPDX-License-Identifier: Apache-2.0
// Files of a bundle, tokens, regions between markers, edits.
#include "evolve/program_text/program_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "atoll/evolve/program_genome.hpp"

namespace atl::evolve::program_text {
namespace {

constexpr std::string_view start_mark = "EVOLVE-BLOCK-START";
constexpr std::string_view end_mark = "EVOLVE-BLOCK-END";

enum class Mark : std::uint8_t { none, start, end };

/// A comment is a marker when its first word is one.
Mark mark_of(std::string_view comment) {
    const std::size_t first = comment.find_first_not_of("/*#!< \t");
    if (first == std::string_view::npos) return Mark::none;
    comment.remove_prefix(first);
    for (const auto& [word, mark] : {std::pair{start_mark, Mark::start}, std::pair{end_mark, Mark::end}}) {
        if (!comment.starts_with(word)) continue;
        const char next = comment.size() > word.size() ? comment[word.size()] : ' ';
        return is_word_byte(next) || next == '-' ? Mark::none : mark;
    }
    return Mark::none;
}

}  // namespace

ProgramText::ProgramText(std::string_view bytes, problems::Language language)
    : bytes_(bytes.substr(0, program_text_max_bytes)), language_(language) {
    split_files();
    tokens_.reserve(bytes_.size() / 3);
    for (SourceFile& file : files_) {
        const std::size_t first = tokens_.size();
        lex(bytes_, file.text.begin, file.text.end, language_, tokens_);
        file.code.begin = static_cast<std::uint32_t>(code_.size());
        bool line_begins = true;
        for (std::size_t i = first; i < tokens_.size(); ++i) {
            if (tokens_[i].kind == TokenKind::newline) line_begins = true;
            if (tokens_[i].kind < TokenKind::word) continue;
            code_.push_back(tokens_[i]);
            line_begins_.push_back(line_begins);
            line_begins = false;
        }
        file.code.end = static_cast<std::uint32_t>(code_.size());
        find_regions(file, first, tokens_.size());
    }
    if (problem_) {
        regions_.clear();
    } else if (regions_.empty()) {
        for (const SourceFile& file : files_) regions_.push_back(file.text);
    }
}

void ProgramText::split_files() {
    if (!bytes_.starts_with(file_line_mark)) {
        files_.push_back({program_file_name(language_), {0, static_cast<std::uint32_t>(bytes_.size())}, {}});
        return;
    }
    std::size_t line = 0;
    while (line < bytes_.size()) {
        const std::size_t feed = bytes_.find('\n', line);
        const std::size_t next = feed == std::string_view::npos ? bytes_.size() : feed + 1;
        if (bytes_.substr(line).starts_with(file_line_mark)) {
            if (!files_.empty()) files_.back().text.end = static_cast<std::uint32_t>(line);
            std::string_view name = bytes_.substr(line, next - line).substr(file_line_mark.size());
            while (!name.empty() && is_line_end(name.back())) name.remove_suffix(1);
            files_.push_back({name, {static_cast<std::uint32_t>(next), static_cast<std::uint32_t>(bytes_.size())}, {}});
        }
        line = next;
    }
}

void ProgramText::find_regions(const SourceFile& file, std::size_t first_token, std::size_t last_token) {
    const Token* open = nullptr;
    const auto fail = [&](const Token& token, std::string message) {
        const std::string_view before = bytes_.substr(file.text.begin, token.begin - file.text.begin);
        const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
        if (!problem_) problem_ = TextProblem{file.name, lines + 1, std::move(message)};
    };
    for (std::size_t i = first_token; i < last_token; ++i) {
        const Token& token = tokens_[i];
        const Mark mark = token.kind == TokenKind::comment ? mark_of(view(token)) : Mark::none;
        if (mark == Mark::start) {
            if (open)
                fail(token, fmt::format("{} inside a region; close the one before with {}", start_mark, end_mark));
            open = &token;
        } else if (mark == Mark::end) {
            if (!open) {
                fail(token, fmt::format("{} without {} before it", end_mark, start_mark));
                continue;
            }
            regions_.push_back({open->end, token.begin});
            open = nullptr;
        }
    }
    if (open) fail(*open, fmt::format("{} without {} after it", start_mark, end_mark));
}

std::optional<std::size_t> ProgramText::region_of(const Span& span) const {
    const auto after = std::upper_bound(regions_.begin(), regions_.end(), span.begin,
                                        [](std::uint32_t begin, const Span& each) { return begin < each.begin; });
    if (after == regions_.begin() || !std::prev(after)->holds(span)) return std::nullopt;
    return static_cast<std::size_t>(std::prev(after) - regions_.begin());
}

std::string ProgramText::edited(std::vector<Edit> edits) const {
    std::stable_sort(edits.begin(), edits.end(),
                     [](const Edit& left, const Edit& right) { return left.place.begin < right.place.begin; });
    std::string result;
    result.reserve(bytes_.size() + 64 * edits.size());
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        result += bytes_.substr(at, edit.place.begin - at);
        result += edit.text;
        at = edit.place.end;
    }
    result += bytes_.substr(at);
    return result;
}

}  // namespace atl::evolve::program_text
