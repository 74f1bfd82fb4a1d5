// SPDX-License-Identifier: Apache-2.0
// Tests that programs survive the way to bytes and back, and that bad ones are refused with the place.
#include "atoll/evolve/program_genome.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "atoll/core/error.hpp"
#include "evolve/program_corpus.hpp"

namespace atl::evolve {
namespace {

using problems::Language;
using Sources = std::vector<ProgramSource>;

/// The message of the InputError that `call` throws; empty when it throws none.
template <typename Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

std::string parse_refusal(const std::string& bytes, Language language) {
    return refusal([&] { parse_program(bytes, language, "given"); });
}

TEST(ProgramGenome, TheCorpusSurvives) {
    for (const testing::CorpusProgram& program : testing::corpus()) {
        const Sources sources = parse_program(program.text(), program.language);
        const Candidate candidate = encode_program(sources, program.language);
        EXPECT_EQ(candidate.genome, "program");
        EXPECT_EQ(candidate.bytes, program.text()) << program.name;
    }
}

TEST(ProgramGenome, OneFileIsItsText) {
    const Sources sources = parse_program("x = 1\n", Language::python);
    ASSERT_EQ(sources.size(), 1U);
    EXPECT_EQ(sources[0], (ProgramSource{"program.py", "x = 1\n"}));
    EXPECT_EQ(parse_program("", Language::cpp), (Sources{{"program.cpp", ""}}));
}

TEST(ProgramGenome, ABundleHoldsItsFiles) {
    const Sources given = {{"a.hpp", "int a();\r\n"}, {"b.cpp", "no line end"}, {"c.cpp", ""}};
    const Candidate candidate = encode_program(given, Language::cpp);
    const Sources read = parse_program(candidate.bytes, Language::cpp);
    EXPECT_EQ(read, (Sources{{"a.hpp", "int a();\r\n"}, {"b.cpp", "no line end\n"}, {"c.cpp", ""}}));
    EXPECT_EQ(encode_program(read, Language::cpp), candidate);
}

TEST(ProgramGenome, MarkersThatDoNotPairAreRefusedWithTheirLine) {
    EXPECT_EQ(parse_refusal("a\n# EVOLVE-BLOCK-START\nb\n", Language::python),
              "given:2: EVOLVE-BLOCK-START without EVOLVE-BLOCK-END after it");
    EXPECT_EQ(parse_refusal("a\n\n# EVOLVE-BLOCK-END\nb\n", Language::python),
              "given:3: EVOLVE-BLOCK-END without EVOLVE-BLOCK-START before it");
    EXPECT_EQ(parse_refusal("// EVOLVE-BLOCK-START\n/* EVOLVE-BLOCK-START */\n// EVOLVE-BLOCK-END\n", Language::cpp),
              "given:2: EVOLVE-BLOCK-START inside a region; close the one before with EVOLVE-BLOCK-END");
    EXPECT_EQ(parse_refusal("==> atoll file: a.hpp\nx\n==> atoll file: b.cpp\n\n// EVOLVE-BLOCK-END\n", Language::cpp),
              "given/b.cpp:2: EVOLVE-BLOCK-END without EVOLVE-BLOCK-START before it");
}

TEST(ProgramGenome, BadNamesAreRefused) {
    const auto named = [](const std::string& name) { return "==> atoll file: " + name + "\nx = 1\n"; };
    EXPECT_NE(parse_refusal(named("../program.py"), Language::python).find("is no name for a file"), std::string::npos);
    EXPECT_NE(parse_refusal(named(""), Language::python).find("is no name for a file"), std::string::npos);
    EXPECT_NE(parse_refusal(named("adapter.py"), Language::python).find("taken"), std::string::npos);
    EXPECT_NE(parse_refusal(named("atoll_program.hpp"), Language::cpp).find("taken"), std::string::npos);
    EXPECT_NE(parse_refusal(named("notes.txt"), Language::cpp).find("names end in .cpp, .hpp or .h"),
              std::string::npos);
    EXPECT_NE(parse_refusal(named(".py"), Language::python).find("is no name"), std::string::npos);
    EXPECT_EQ(parse_refusal(named("rule.py"), Language::python), "given: no file is named program.py; one must be");
    EXPECT_EQ(parse_refusal(named("rule.h"), Language::cpp), "given: no file ends in .cpp; one must");
    EXPECT_EQ(parse_refusal(named("a.cpp") + named("a.cpp"), Language::cpp), "given: two files are named 'a.cpp'");
}

TEST(ProgramGenome, TextsThatAreNoneAreRefused) {
    EXPECT_EQ(parse_refusal(std::string("a\nb\0c", 5), Language::cpp), "given:2: a NUL byte; a program is text");
    EXPECT_NE(parse_refusal("a\nb\rc", Language::python).find("given:2: a carriage return without"), std::string::npos);
    const std::string longest(program_text_max_bytes, '\n');
    EXPECT_EQ(parse_refusal(longest, Language::cpp), "");
    EXPECT_NE(parse_refusal(longest + "\n", Language::cpp).find("at most 1048576"), std::string::npos);
    std::string many;
    for (int i = 0; i < 70; ++i) many += "==> atoll file: f" + std::to_string(i) + ".cpp\n";
    EXPECT_NE(parse_refusal(many, Language::cpp).find("at most 64"), std::string::npos);
    EXPECT_NE(refusal([] {
                  encode_program(Sources{{"a.cpp", "x\n==> atoll file: b.cpp\n"}, {"c.cpp", ""}}, Language::cpp);
              }).find("a.cpp:2: a line of a program may not begin with"),
              std::string::npos);
}

class ProgramFolder : public ::testing::Test {
protected:
    ProgramFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "atoll-program-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~ProgramFolder() override { std::filesystem::remove_all(path_); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    std::string read_refusal(const std::filesystem::path& path, Language language) const {
        return refusal([&] { read_program(path, language); });
    }
    std::filesystem::path path_;
};

TEST_F(ProgramFolder, FilesAreReadInTheOrderOfTheirNames) {
    write("rule.cpp", "int rule() { return 1; }\n");
    write("a.hpp", "int rule();\n");
    write(".hidden", "x");
    std::filesystem::create_directory(path_ / "__pycache__");
    EXPECT_EQ(parse_program(read_program(path_, Language::cpp).bytes, Language::cpp),
              (Sources{{"a.hpp", "int rule();\n"}, {"rule.cpp", "int rule() { return 1; }\n"}}));
    EXPECT_EQ(read_program(path_ / "rule.cpp", Language::cpp).bytes, "int rule() { return 1; }\n");
}

TEST_F(ProgramFolder, WhatIsNoProgramIsNamed) {
    EXPECT_NE(read_refusal(path_, Language::cpp).find("the folder holds no files"), std::string::npos);
    write("program.py", "x = 1\n# EVOLVE-BLOCK-END\n");
    EXPECT_EQ(read_refusal(path_, Language::python),
              (path_ / "program.py").string() + ":2: EVOLVE-BLOCK-END without EVOLVE-BLOCK-START before it");
    EXPECT_EQ(read_refusal(path_ / "program.py", Language::python), read_refusal(path_, Language::python));
    write("program.py", "x = 1\n");
    write("README.md", "words\n");
    EXPECT_NE(read_refusal(path_, Language::python).find("README.md: 'README.md' is no file of a python program"),
              std::string::npos);
    std::filesystem::remove(path_ / "README.md");
    std::filesystem::create_directory(path_ / "inner");
    EXPECT_NE(read_refusal(path_, Language::python).find("inner: a folder in a program's folder"), std::string::npos);
    EXPECT_NE(read_refusal(path_ / "none.py", Language::python), "");
}

}  // namespace
}  // namespace atl::evolve
