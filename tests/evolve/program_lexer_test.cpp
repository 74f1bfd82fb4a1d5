// SPDX-License-Identifier: Apache-2.0
// Tests that tokens keep every byte and that strings, comments and numbers are told apart.
#include <gtest/gtest.h>

#include "evolve/program_corpus.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::program_text {
namespace {

using problems::Language;

std::string joined(const ProgramText& text) {
    std::string all;
    std::size_t file = 0;
    std::size_t at = 0;
    for (const Token& token : text.tokens()) {
        while (file < text.files().size() && text.files()[file].text.end <= at) ++file;
        all += text.view(token);
        at = token.end;
    }
    return all;
}

std::vector<std::string> tokens_of(std::string_view source, Language language, TokenKind kind) {
    const ProgramText text(source, language);
    std::vector<std::string> found;
    for (const Token& token : text.tokens()) {
        if (token.kind == kind) found.emplace_back(text.view(token));
    }
    return found;
}

using Texts = std::vector<std::string>;

TEST(ProgramLexer, TokensJoinToTheText) {
    for (const testing::CorpusProgram& program : testing::corpus()) {
        const std::string source = program.text();
        const ProgramText text(source, program.language);
        std::string expected;
        for (const SourceFile& file : text.files()) expected += text.view(file.text);
        EXPECT_EQ(joined(text), expected) << program.name;
        std::uint32_t at = text.files()[0].text.begin;
        for (const Token& token : text.tokens()) {
            ASSERT_GE(token.begin, at) << program.name;
            ASSERT_GT(token.end, token.begin) << program.name;
            at = token.end;
        }
    }
}

TEST(ProgramLexer, TokensJoinToTheTextWhateverIsCutOff) {
    for (const testing::CorpusProgram& program : testing::corpus()) {
        const std::string source = program.text();
        if (source.starts_with(file_line_mark)) continue;
        for (std::size_t length = 0; length < source.size(); ++length) {
            const std::string_view cut = std::string_view(source).substr(0, length);
            ASSERT_EQ(joined(ProgramText(cut, program.language)), cut) << program.name << " " << length;
        }
    }
}

TEST(ProgramLexer, CppStrings) {
    const std::string_view source =
        "a = R\"x(\" )\" ; )x\"; b = u8R\"(\\)\"; c = L\"q\\\"\"; d = u'\\''; e = \"open\nf;";
    EXPECT_EQ(tokens_of(source, Language::cpp, TokenKind::string),
              (Texts{"R\"x(\" )\" ; )x\"", "u8R\"(\\)\"", "L\"q\\\"\"", "\"open"}));
    EXPECT_EQ(tokens_of(source, Language::cpp, TokenKind::character), (Texts{"u'\\''"}));
    EXPECT_EQ(tokens_of(source, Language::cpp, TokenKind::word), (Texts{"a", "b", "c", "d", "e", "f"}));
}

TEST(ProgramLexer, CppNumbers) {
    EXPECT_EQ(tokens_of("1'000.5+0x1.8p-3-.5e+3f*1e5.x 7ull a1 x.5", Language::cpp, TokenKind::number),
              (Texts{"1'000.5", "0x1.8p-3", ".5e+3f", "1e5.x", "7ull", ".5"}));
}

TEST(ProgramLexer, CppCommentsAndDirectives) {
    const std::string_view source =
        "#define A \"/*\" /* x\n y */ 1 \\\n 2\nint b; // one \\\n still\nint c; /* two */ # no\n  /* c */ #if 1 // "
        "z\n";
    EXPECT_EQ(tokens_of(source, Language::cpp, TokenKind::directive),
              (Texts{"#define A \"/*\" /* x\n y */ 1 \\\n 2", "#if 1 // z"}));
    EXPECT_EQ(tokens_of(source, Language::cpp, TokenKind::comment),
              (Texts{"// one \\\n still", "/* two */", "/* c */"}));
}

TEST(ProgramLexer, CppLongestOperators) {
    EXPECT_EQ(tokens_of("a<<=b>>c->*d<=>e...f::g&&h||!i", Language::cpp, TokenKind::punctuation),
              (Texts{"<<=", ">>", "->*", "<=>", "...", "::", "&&", "||", "!"}));
}

TEST(ProgramLexer, PythonStrings) {
    const std::string_view source = "a = rb'\\'' 'it' \"\"\"x\n\"\" \\\"\"\" y\"\"\" + f\"{b}\" 'open\nc = x'''";
    EXPECT_EQ(tokens_of(source, Language::python, TokenKind::string),
              (Texts{"rb'\\''", "'it'", "\"\"\"x\n\"\" \\\"\"\" y\"\"\"", "f\"{b}\"", "'open", "'''"}));
}

TEST(ProgramLexer, PythonNumbers) {
    EXPECT_EQ(
        tokens_of("1_000.5e-3 0x1F 1. .5 1j 2.5e3J 1.0if 1..real x1 1.0else 3e", Language::python, TokenKind::number),
        (Texts{"1_000.5e-3", "0x1F", "1.", ".5", "1j", "2.5e3J", "1.0", "1.", "1.0", "3"}));
}

TEST(ProgramLexer, PythonLogicalLines) {
    const std::string_view source = "a = (1,\n 2)\nb = 1 + \\\n 2  # c\r\nd\n";
    EXPECT_EQ(tokens_of(source, Language::python, TokenKind::newline), (Texts{"\n", "\r\n", "\n"}));
}

TEST(ProgramText, RegionsAreWhatCommentsMark) {
    for (const testing::CorpusProgram& program : testing::corpus()) {
        const std::string source = program.text();
        const ProgramText text(source, program.language);
        ASSERT_FALSE(text.problem()) << program.name;
        Texts regions;
        for (const Span& region : text.regions()) regions.emplace_back(text.view(region));
        Texts expected;
        for (std::size_t i = 1; i < program.pieces.size(); i += 2) expected.push_back(program.pieces[i]);
        if (program.pieces.size() == 1) expected = program.pieces;
        EXPECT_EQ(regions, expected) << program.name;
    }
}

}  // namespace
}  // namespace atl::evolve::program_text
