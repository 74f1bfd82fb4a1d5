// SPDX-License-Identifier: Apache-2.0
// Tests of what models are shown: under the budget, the same in every run, and nothing of it taken for a template.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "atoll/core/clean_text.hpp"
#include "atoll/core/error.hpp"
#include "atoll/evolve/model_proposer.hpp"
#include "evolve/text_problem.hpp"

namespace atl::evolve {
namespace {

using problems::Language;

constexpr const char* program = "// EVOLVE-BLOCK-START\nint f() { return 1; }\n// EVOLVE-BLOCK-END\n";

EvaluationRecord record_of(std::string text, double score) {
    EvaluationRecord record;
    record.candidate = {"program", std::move(text)};
    record.score = {score, score};
    record.wall_seconds = 1.5;
    record.cpu_seconds = 1.25;
    record.metrics = {{"or3_excess", 0.03, ""}, {"weibull_5k_excess", 0.05, ""}, {"or3_bins", 120, "bins"}};
    return record;
}

EvaluationRecord failed(std::string reason, std::string text) {
    EvaluationRecord record = record_of("int f() { return }\n", 0);
    record.score = {};
    record.metrics.clear();
    record.verdict = {VerdictKind::compile_error, std::move(reason), std::move(text)};
    return record;
}

class ModelPrompt : public ::testing::Test {
protected:
    ModelPrompt() {
        context.parent = &parent;
        context.mate = &mate;
        context.inspirations = {&first, &second};
        context.mistakes = {&mistake, &mistake, &refused};
    }

    std::string shown(std::string_view name, PromptOptions options = {}, Language language = Language::cpp) const {
        RandomStream random(1, 2, 3, 4, StreamPurpose::propose);
        const ModelProposer proposer(testing::text_problem(language), std::move(options));
        std::string all;
        for (const llm::Message& message : proposer.prompt(name, context, random)) {
            EXPECT_EQ(clean_text(message.content), message.content);
            all += message.role + ":\n" + message.content;
        }
        return all;
    }

    EvaluationRecord parent = record_of(program, 0.0412), mate = record_of("int mate() { return 2; }\n", 0.05),
                     first = record_of("int first() { return 3; }\n", 0.03),
                     second = record_of("int second() { return 4; }\n", 0.04),
                     mistake = failed("compiler", "program.cpp:1: expected ';' at 0x7ffd1234abcd\nmore lines"),
                     refused = failed("diff_matches_nothing", "block 1: the lines are not in the program");
    PromptContext context;
};

bool holds(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

TEST_F(ModelPrompt, SaysWhatIsKnown) {
    const std::string text = shown("llm_rewrite");
    for (const char* const what :
         {"Place the items.", "lower is better", "# Current program", "Score: 0.0412",
          "```cpp\n// EVOLVE-BLOCK-START\n", "Change only what stands between", "or3_excess: 0.03\n",
          "weibull_5k_excess: 0.05 (the worst of these)", "or3_bins: 120 bins", "time to run: 1.5 s", "int first()",
          "int second()", "diff_matches_nothing: block 1", "compiler: program.cpp:1: expected ';' at 0x...\n", "C++"}) {
        EXPECT_TRUE(holds(text, what)) << what << "\n" << text;
    }
    EXPECT_FALSE(holds(text, "{{")) << text;
    EXPECT_FALSE(holds(text, "more lines")) << text;
    EXPECT_FALSE(holds(text, "# Instructions")) << text;
    EXPECT_FALSE(holds(text, "\n\n\n")) << text;
    EXPECT_EQ(text.find("compiler: program.cpp"), text.rfind("compiler: program.cpp")) << "a mistake is told once";
    EXPECT_TRUE(holds(shown("llm_crossover"), "int mate()"));
    EXPECT_TRUE(holds(shown("llm_diff"), "<<<<<<< SEARCH"));
    context.with_timings = false;
    EXPECT_FALSE(holds(shown("llm_rewrite"), "time to run"));
}

TEST_F(ModelPrompt, RepairShowsTheFailureWithoutAddresses) {
    context.parent = &mistake;
    const std::string text = shown("llm_repair");
    EXPECT_TRUE(holds(text, "compile_error (compiler):\n```\nprogram.cpp:1: expected ';' at 0x...\nmore lines\n```\n"))
        << text;
    EXPECT_TRUE(holds(text, "int f() { return }")) << text;
}

TEST_F(ModelPrompt, IsAPureFunctionOfContextAndStream) {
    for (const std::string& name : ModelProposer::names()) {
        EXPECT_EQ(shown(name), shown(name));
        EXPECT_EQ(ModelProposer::parents(name), name == "llm_crossover" ? 2U : 1U);
    }
}

TEST_F(ModelPrompt, TextOfProgramsIsNoTemplate) {
    parent.candidate.bytes = "int f() { return {{score}}; } // {{no_such}}\n";
    EXPECT_TRUE(holds(shown("llm_rewrite"), "return {{score}}; } // {{no_such}}"));
}

TEST_F(ModelPrompt, FencesAreLongerThanThoseInTheProgram) {
    parent.candidate.bytes = "// ````\nint f() { return 1; }\n";
    EXPECT_TRUE(holds(shown("llm_rewrite"), "`````cpp\n// ````\nint f() { return 1; }\n`````\n"));
}

TEST_F(ModelPrompt, BytesThatAreNoTextAreReplaced) {
    parent.candidate.bytes = "// \xFF\xC3\nint f() { return 1; }\n";
    EXPECT_TRUE(holds(shown("llm_rewrite"), "// ??\nint f()"));
}

TEST_F(ModelPrompt, FilesAreNamed) {
    parent.candidate.bytes = "==> atoll file: program.cpp\nint f();\n==> atoll file: a.hpp\nint g();\n";
    const std::string text = shown("llm_rewrite");
    EXPECT_TRUE(holds(text, "File: program.cpp\n```cpp\nint f();\n```\nFile: a.hpp\n```cpp\nint g();\n```\n")) << text;
    EXPECT_TRUE(holds(text, "The program has 2 files: program.cpp, a.hpp.")) << text;
}

TEST_F(ModelPrompt, WhatDoesNotFitIsLeftOutWholeTheLeastUsefulFirst) {
    parent.verdict.text = "stage full: gaps of one unit are left often";
    const auto size = [&](std::size_t budget) {
        RandomStream random(1, 2, 3, 4, StreamPurpose::propose);
        PromptOptions options;
        options.prompt_bytes = budget;
        const auto messages =
            ModelProposer(testing::text_problem(Language::cpp), options).prompt("llm_rewrite", context, random);
        return messages[0].content.size() + messages[1].content.size();
    };
    const auto at = [&](std::size_t budget) {
        PromptOptions options;
        options.prompt_bytes = budget;
        return shown("llm_rewrite", options);
    };
    const std::size_t least = size(0), all = size(1U << 20);
    ASSERT_LT(least, all);
    const std::array<const char*, 5> order = {"gaps of one unit", "or3_excess", "# Do not repeat", "int first()",
                                              "int second()"};
    for (std::size_t budget = least; budget <= all; ++budget) {
        ASSERT_LE(size(budget), budget);
        const std::string text = at(budget);
        ASSERT_TRUE(holds(text, program));
        for (std::size_t i = 1; i < order.size(); ++i) {
            ASSERT_LE(holds(text, order[i]), holds(text, order[i - 1])) << order[i] << " at " << budget;
        }
    }
    EXPECT_FALSE(holds(at(least), "gaps of one unit"));
    EXPECT_TRUE(holds(at(all), "int second()"));
}

class PromptFolder : public ::testing::Test {
protected:
    PromptFolder() {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    ~PromptFolder() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

    std::string refusal() const {
        try {
            ModelProposer(testing::text_problem(Language::cpp), {24000, folder_, {}});
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    }

    const std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) / "atoll_prompt_folder";
};

TEST_F(PromptFolder, TemplatesOfTheUserTakeThePlaceOfOurs) {
    write("rewrite.md", "My words: {{ program }}\n{{feedback}}\n# Left out\n{{mate}}\n# Kept\nalways\n");
    EvaluationRecord parent = record_of(program, 1);
    PromptContext context;
    context.parent = &parent;
    RandomStream random(1, 0, 0, 0, StreamPurpose::propose);
    const ModelProposer proposer(testing::text_problem(Language::cpp), {24000, folder_, "Be brief."});
    const auto messages = proposer.prompt("llm_rewrite", context, random);
    EXPECT_EQ(messages[1].content, std::string("My words: ```cpp\n") + program + "```\n# Kept\nalways\n");
    EXPECT_TRUE(holds(messages[0].content, "# Instructions\n\nBe brief.\n"));
}

TEST_F(PromptFolder, UnknownPlaceholdersAreNamedWithTheirPlace) {
    write("diff.md", "{{program}}\n\n{{scroe}}\n");
    EXPECT_EQ(refusal(), (folder_ / "diff.md").string() + ":3: unknown placeholder 'scroe'; did you mean 'score'?");
    write("diff.md", "{{score}}\n");
    EXPECT_TRUE(holds(refusal(), "there is no {{program}} in it")) << refusal();
    write("diff.md", "{{program}} \xFF\n");
    EXPECT_TRUE(holds(refusal(), "diff.md:1: bytes that are no UTF-8 text")) << refusal();
    write("diff.md", "{{program}}\n");
    write("rewrit.md", "{{program}}\n");
    EXPECT_TRUE(holds(refusal(), "did you mean 'rewrite.md'?")) << refusal();
}

}  // namespace
}  // namespace atl::evolve
