// SPDX-License-Identifier: Apache-2.0
// A program's bytes with their tokens, files and regions: what every operator on text reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evolve/program_text/token.hpp"

namespace atl::evolve::program_text {

/// The beginning of the line that begins a file of a bundle.
inline constexpr std::string_view file_line_mark = "==> atoll file: ";

/// Bytes [begin, end) of the program.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    bool holds(const Token& token) const { return token.begin >= begin && token.end <= end; }
    bool holds(const Span& inner) const { return inner.begin >= begin && inner.end <= end; }
};

/// `code` are its tokens in ProgramText::code().
struct SourceFile {
    std::string_view name;
    Span text;
    Span code;
};

struct TextProblem {
    std::string_view file;
    std::size_t line = 0;  ///< within the file, from 1
    std::string message;
};

/// A replacement of the bytes of `place`.
struct Edit {
    Span place;
    std::string text;
};

/// Views into the given bytes, which must outlive it. Invariant: tokens cover all bytes of all files in order; regions
/// are in order, do not overlap, lie within a file each, and are empty when the markers do not pair (`problem`).
class ProgramText {
public:
    ProgramText(std::string_view bytes, problems::Language language);

    std::string_view bytes() const { return bytes_; }
    problems::Language language() const { return language_; }
    const std::vector<SourceFile>& files() const { return files_; }
    /// What operators may change: the marked regions, or all text of all files where no file has any.
    const std::vector<Span>& regions() const { return regions_; }
    const std::optional<TextProblem>& problem() const { return problem_; }

    const std::vector<Token>& tokens() const { return tokens_; }
    /// The tokens without white space, comments and preprocessor lines.
    const std::vector<Token>& code() const { return code_; }
    std::string_view word(std::size_t code_index) const {
        return code_index < code_.size() ? view(code_[code_index]) : std::string_view{};
    }
    /// Whether the token begins a file or, in Python, a logical line; also of the place behind the last one.
    bool begins_line(std::size_t code_index) const { return code_index >= code_.size() || line_begins_[code_index]; }
    std::string_view view(const Token& token) const { return bytes_.substr(token.begin, token.end - token.begin); }
    std::string_view view(const Span& span) const { return bytes_.substr(span.begin, span.end - span.begin); }

    /// The index of the region that holds all of it.
    std::optional<std::size_t> region_of(const Span& span) const;
    bool varied(const Token& token) const { return region_of({token.begin, token.end}).has_value(); }

    /// The bytes with the edits made. They must not overlap; any order.
    std::string edited(std::vector<Edit> edits) const;

private:
    void split_files();
    void find_regions(const SourceFile& file, std::size_t first_token, std::size_t last_token);

    std::string_view bytes_;
    problems::Language language_;
    std::vector<SourceFile> files_;
    std::vector<Span> regions_;
    std::optional<TextProblem> problem_;
    std::vector<Token> tokens_;
    std::vector<Token> code_;
    std::vector<bool> line_begins_;  ///< by code token
};

}  // namespace atl::evolve::program_text
