// SPDX-License-Identifier: Apache-2.0
// Tests that replies as models write them become candidates, or are refused with a reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "atoll/core/clean_text.hpp"
#include "atoll/evolve/model_proposer.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "evolve/program_corpus.hpp"
#include "evolve/text_problem.hpp"

namespace atl::evolve {
namespace {

using problems::Language;

const std::filesystem::path source_dir = ATOLL_SOURCE_DIR;

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    EXPECT_TRUE(stream.is_open()) << file;
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string reply_named(const std::string& name) {
    return text_of(source_dir / "tests" / "evolve" / "model_replies" / (name + ".txt"));
}

/// Programs that replies are about.
enum class Parent : std::uint8_t { packing, tsp, circles, files, statements, unmarked };

Language language_of(Parent parent) {
    return parent == Parent::circles || parent == Parent::statements ? Language::python : Language::cpp;
}

std::string program_of(Parent parent) {
    const std::filesystem::path data = source_dir / "data" / "problems";
    switch (parent) {
        case Parent::packing:
            return text_of(data / "online_bin_packing" / "best_fit.cpp");
        case Parent::tsp:
            return text_of(data / "tsp_construct" / "nearest_neighbour.cpp");
        case Parent::circles:
            return text_of(data / "circles_26_program" / "rings.py");
        case Parent::files:
            return "==> atoll file: program.cpp\n#include \"tables.hpp\"\n// EVOLVE-BLOCK-START\n"
                   "double priority(double item, double bin, double capacity) { return weight(item) - bin; }\n"
                   "// EVOLVE-BLOCK-END\n==> atoll file: tables.hpp\n#pragma once\n// EVOLVE-BLOCK-START\n"
                   "static double weight(double rest) { return rest; }\n// EVOLVE-BLOCK-END\n";
        case Parent::statements:
            return "def value(a, b):\n    total = 0\n    # EVOLVE-BLOCK-START\n    total = a + b\n"
                   "    # EVOLVE-BLOCK-END\n    return total\n";
        case Parent::unmarked:
            return "static double half(double x) { return x / 2; }\n\n"
                   "double priority(double item, double bin, double capacity) {\n    return half(item) - bin;\n}\n";
    }
    return {};
}

ParsedReply parse(Parent parent, const std::string& reply, const char* pipeline = "llm_rewrite") {
    return ModelProposer(testing::text_problem(language_of(parent)), {}).parse(pipeline, program_of(parent), reply);
}

/// What a reply of the corpus comes to: a reason, or a program that holds `has` and, unless empty, not `has_not`.
struct Case {
    const char* name;
    Parent parent;
    const char* reason;
    const char* has = "";
    const char* has_not = "";
};

constexpr const char* bonus = "return rest < 3 ? 100 - rest : -rest * 0.5;";

const std::vector<Case>& cases() {
    using enum Parent;
    static const std::vector<Case> all = {
        {"plain_fence", packing, "", bonus, "item - bin;"},
        {"prose_around", packing, "", bonus, "hope"},
        {"no_language", packing, "", bonus},
        {"wrong_language", packing, "", bonus},
        {"tildes", packing, "", bonus},
        {"function_only", packing, "", bonus, "atoll:expr"},
        {"unclosed_fence", packing, "", bonus},
        {"unclosed_fence_with_prose", packing, "", bonus, "better than"},
        {"cut_in_the_middle", packing, "reply_cut"},
        {"no_fence", packing, "", bonus},
        {"no_fence_with_prose", packing, "", bonus, "suggest"},
        {"fence_behind_words", packing, "", bonus},
        {"fence_ends_on_a_line_of_code", packing, "", bonus, "```"},
        {"one_line", packing, "", "item * item - bin * bin"},
        {"indented_fence_in_a_list", packing, "", bonus},
        {"old_code_first", packing, "", bonus},
        {"usage_example_behind", packing, "", bonus, "main"},
        {"main_beside_it", packing, "", bonus},
        {"second_function", packing, "", "-square(bin - item)"},
        {"other_name", packing, "reply_without_program"},
        {"only_prose", packing, "reply_without_program"},
        {"refuses", packing, "reply_without_program"},
        {"unchanged", packing, "reply_unchanged"},
        {"thoughts", packing, "", bonus, "return 0;"},
        {"thoughts_without_beginning", packing, "", bonus, "return 0;"},
        {"thoughts_without_end", packing, "reply_without_program"},
        {"html_entities", packing, "", "rest < 3 && rest > 0", "&lt;"},
        {"text_outside_changed", packing, "", bonus, "unrelated"},
        {"end_marker_missing", packing, "", bonus},
        {"two_marked_regions", packing, "", "2 * item - bin"},
        {"remembers_with_globals", packing, "", "static double seen[128];"},
        {"two_fences_second_opens_without_end", packing, "", "static double bonus("},
        {"heading_and_bold", packing, "", bonus},
        {"tabs", packing, "", "\tconst double rest"},
        {"lambda", packing, "", "auto priority = "},
        {"diff_plain", packing, "", "1.5 * bin", "atoll:expr"},
        {"diff_in_fence", packing, "", "1.5 * bin"},
        {"diff_five_signs", packing, "", "1.5 * bin"},
        {"diff_nine_signs_no_words", packing, "", "1.5 * bin"},
        {"diff_trailing_spaces", packing, "", "1.5 * bin"},
        {"diff_without_last_marker", packing, "", "1.5 * bin", "```"},
        {"diff_cut_before_the_divider", packing, "diff_incomplete"},
        {"diff_fences_inside", packing, "", "1.5 * bin", "```"},
        {"diff_part_of_a_line", packing, "", "atoll:expr(item, bin, capacity) */ item * 2 - bin;"},
        {"diff_other_blanks", packing, "", "1.5 * bin"},
        {"diff_matches_nothing", packing, "diff_matches_nothing"},
        {"diff_example_copied", packing, "diff_matches_nothing"},
        {"diff_empty_search", packing, "diff_empty_search"},
        {"diff_outside", packing, "diff_outside_regions"},
        {"diff_with_markers_as_context", packing, "", "1.5 * bin"},
        {"diff_same", packing, "reply_unchanged"},
        {"diff_removes_a_marker", packing, "diff_outside_regions"},
        {"unified_diff", packing, "", "1.5 * bin", "+double"},
        {"unified_diff_of_other_lines", packing, "diff_matches_nothing"},
        {"diff_two_blocks_tsp", tsp, "", "double sum = 1e-9;"},
        {"diff_ambiguous_tsp", tsp, "diff_ambiguous"},
        {"python_function_of_two", circles, "", "np.linspace(0.1, 0.9, 6)", "angles"},
        {"python_whole_file_without_markers", circles, "", "gaps.min(axis=1) / 2) * 0.999", "99.0"},
        {"python_only_what_is_outside", circles, "reply_without_program"},
        {"python_no_fence", circles, "", "np.linspace(0.1, 0.9, 6)", "angles"},
        {"python_two_fences_a_function_each", circles, "", "np.full(26, 0.05)", "angles"},
        {"python_cut", circles, "reply_cut"},
        {"python_diff_other_indentation", circles, "",
         "\n        angles = 2 * np.pi * np.arange(count) / count + 2 * turn"},
        {"files_named", files, "", "weight(item) - bin"},
        {"files_in_info", files, "", "rest * 3"},
        {"files_first_line", files, "", "rest * 3"},
        {"files_misspelt", files, "", "rest * 3"},
        {"files_unnamed", files, "", "rest * 3"},
        {"files_no_such", files, "no_such_file"},
        {"files_bundle", files, "", "4 * weight(item)"},
        {"files_diff_named", files, "", "rest * rest"},
        {"files_diff_no_such", files, "no_such_file"},
        {"statements_only", statements, "",
         "\n    total = a * 2 + b\n    if total > 3:\n        total = 3\n    # EVOLVE"},
        {"statements_in_function", statements, "", "\n    total = a - b\n    # EVOLVE", "a + b"},
        {"statements_prose", statements, "reply_without_program"},
    };
    return all;
}

/// The texts outside of regions.
std::vector<std::string> outside(const std::string& program) {
    std::vector<std::string> pieces;
    std::size_t at = 0;
    while (true) {
        const std::size_t start = program.find("EVOLVE-BLOCK-START", at);
        if (start == std::string::npos) break;
        const std::size_t begin = start + std::string("EVOLVE-BLOCK-START").size();
        pieces.push_back(program.substr(at, begin - at));
        at = program.find("EVOLVE-BLOCK-END", begin);
        if (at == std::string::npos) return {"no end"};
    }
    pieces.push_back(program.substr(at));
    return pieces;
}

void expect(const Case& each, const ParsedReply& parsed) {
    EXPECT_EQ(parsed.reason, each.reason) << each.name << ": " << parsed.error << "\n" << parsed.text.value_or("");
    EXPECT_NE(parsed.text.has_value(), parsed.error.size() > 20)
        << each.name << ": text or a sentence, " << parsed.error;
    if (!parsed.text) return;
    EXPECT_NE(parsed.text->find(each.has), std::string::npos) << each.name << ":\n" << *parsed.text;
    if (*each.has_not != '\0') {
        EXPECT_EQ(parsed.text->find(each.has_not), std::string::npos) << each.name << ":\n" << *parsed.text;
    }
    EXPECT_EQ(outside(*parsed.text), outside(program_of(each.parent))) << each.name << ":\n" << *parsed.text;
    EXPECT_NO_THROW(parse_program(*parsed.text, language_of(each.parent))) << each.name;
}

TEST(ModelReply, RepliesOfTheCorpusComeToWhatTheTableSays) {
    for (const Case& each : cases()) expect(each, parse(each.parent, reply_named(each.name)));
}

TEST(ModelReply, TheTableNamesEveryFileOfTheCorpusOnce) {
    std::set<std::string> names;
    for (const Case& each : cases()) EXPECT_TRUE(names.insert(each.name).second) << each.name;
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(source_dir / "tests" / "evolve" / "model_replies")) {
        files.insert(entry.path().stem().string());
    }
    EXPECT_EQ(files, names);
    EXPECT_GE(files.size(), 40U);
}

TEST(ModelReply, CarriageReturnsAreLineEnds) {
    for (const Case& each : cases()) {
        expect(each, parse(each.parent, testing::with_crlf(reply_named(each.name))));
    }
}

TEST(ModelReply, ReasonsNameWhatToDoBetter) {
    const auto error = [](const char* name, Parent parent) { return parse(parent, reply_named(name)).error; };
    EXPECT_NE(error("diff_matches_nothing", Parent::packing).find("block 1"), std::string::npos);
    EXPECT_NE(error("diff_matches_nothing", Parent::packing).find("'return best_bin - item;'"), std::string::npos);
    EXPECT_NE(error("files_no_such", Parent::files).find("program.cpp, tables.hpp"), std::string::npos);
    EXPECT_NE(error("other_name", Parent::packing).find("priority()"), std::string::npos);
    EXPECT_NE(error("diff_ambiguous_tsp", Parent::tsp).find("3 places"), std::string::npos);
}

TEST(ModelReply, EmptyLongAndBinaryRepliesAreRefused) {
    EXPECT_EQ(parse(Parent::packing, "").reason, "reply_empty");
    EXPECT_EQ(parse(Parent::packing, " \n\t\r\n").reason, "reply_empty");
    EXPECT_EQ(parse(Parent::packing, std::string((1U << 20) + 1, 'x')).reason, "reply_too_long");
    const std::string code = "double priority(double item, double bin, double capacity) { return 2 * item - bin; ";
    EXPECT_EQ(parse(Parent::packing, "```cpp\n" + code + "/* \xC3\x28 */ }\n```\n").reason, "reply_not_utf8");
    EXPECT_EQ(parse(Parent::packing, "```cpp\n" + code + "/*" + '\0' + "*/ }\n```\n").reason, "reply_not_utf8");
    const ParsedReply prose = parse(Parent::packing, "Voil\xE0:\n```cpp\n" + code + "}\n```\n");
    EXPECT_TRUE(prose.text.has_value()) << prose.error;
}

TEST(ModelReply, ProgramsWithoutMarkersKeepWhatTheReplyLeavesOut) {
    const ParsedReply part = parse(Parent::unmarked, reply_named("function_only"));
    ASSERT_TRUE(part.text.has_value()) << part.error;
    EXPECT_NE(part.text->find("static double half(double x)"), std::string::npos) << *part.text;
    EXPECT_NE(part.text->find(bonus), std::string::npos) << *part.text;
    const std::string whole =
        "static double half(double x) { return x * 0.25; }\n\n"
        "double priority(double item, double bin, double capacity) {\n    return bin;\n}\n";
    const ParsedReply all = parse(Parent::unmarked, "```cpp\n" + whole + "```\n");
    EXPECT_EQ(all.text.value_or(all.error), whole);
}

TEST(ModelReply, ParentsWithCarriageReturnsKeepThem) {
    const std::string parent = testing::with_crlf(program_of(Parent::packing));
    const ModelProposer proposer(testing::text_problem(Language::cpp), {});
    for (const char* const name : {"plain_fence", "diff_plain", "unified_diff"}) {
        const ParsedReply parsed = proposer.parse("llm_rewrite", parent, reply_named(name));
        ASSERT_TRUE(parsed.text.has_value()) << parsed.error;
        EXPECT_EQ(outside(*parsed.text), outside(parent));
        EXPECT_EQ(std::count(parsed.text->begin(), parsed.text->end(), '\n'),
                  std::count(parsed.text->begin(), parsed.text->end(), '\r'));
    }
}

TEST(ModelReply, EntitiesStayWhereTheProgramHasThem) {
    const std::string parent = "def show(x):\n    return x.replace('<', '&lt;')\n";
    const ModelProposer proposer(testing::text_problem(Language::python), {});
    const ParsedReply parsed =
        proposer.parse("llm_rewrite", parent, "```python\ndef show(x):\n    return '&lt;' + x[1:]\n```\n");
    ASSERT_TRUE(parsed.text.has_value()) << parsed.error;
    EXPECT_NE(parsed.text->find("'&lt;'"), std::string::npos);
}

/// One random change, of those that streams and models make.
void damage(std::string& reply, RandomStream& random) {
    if (reply.empty()) return;
    const std::size_t at = random.below(reply.size()), length = 1 + random.below(8);
    switch (random.below(5)) {
        case 0:
            reply.resize(at);
            break;
        case 1:
            reply.erase(at, length);
            break;
        case 2:
            reply[at] = static_cast<char>(random.below(256));
            break;
        case 3:
            reply.insert(at, reply.substr(random.below(reply.size()), 8 * length));
            break;
        default:
            constexpr std::array<const char*, 8> pieces = {"```\n",    "\n<<<<<<< SEARCH\n",      "\n=======\n",
                                                           "</think>", "\n// EVOLVE-BLOCK-END\n", "}",
                                                           "\"\"\"",   "\n@@ -1 +1 @@\n"};
            reply.insert(at, pieces[random.below(pieces.size())]);
    }
}

TEST(ModelReply, DamagedRepliesNeverThrowAndNeverChangeTextOutsideRegions) {
    std::size_t taken = 0;
    for (const Case& each : cases()) {
        const std::string reply = reply_named(each.name);
        for (std::uint32_t i = 0; i < 60; ++i) {
            RandomStream random(7, 0, 0, i, StreamPurpose::test);
            std::string damaged = reply;
            for (std::uint64_t n = 1 + random.below(4); n > 0; --n) damage(damaged, random);
            const ParsedReply parsed = parse(each.parent, damaged);
            ASSERT_NE(parsed.text.has_value(), !parsed.reason.empty()) << damaged;
            ASSERT_EQ(clean_text(parsed.error), parsed.error);
            if (!parsed.text) continue;
            ++taken;
            ASSERT_EQ(outside(*parsed.text), outside(program_of(each.parent))) << damaged;
            ASSERT_NO_THROW(parse_program(*parsed.text, language_of(each.parent))) << damaged;
        }
    }
    EXPECT_GT(taken, 100U);
}

TEST(ModelReply, BytesAreReadWithoutAThrow) {
    for (std::uint32_t i = 0; i < 300; ++i) {
        RandomStream random(11, 0, 0, i, StreamPurpose::test);
        std::string bytes(random.below(400), '\0');
        for (char& each : bytes) each = static_cast<char>(random.below(256));
        EXPECT_FALSE(parse(Parent::packing, bytes).text.has_value());
        EXPECT_FALSE(parse(Parent::circles, bytes).text.has_value());
    }
}

TEST(ModelReply, LargeRepliesAreReadInTime) {
    // each of these was once quadratic in what it repeats
    for (const char* const piece : {"```\n", "```cpp\nint f() {\n", "(", "<<<<<<< SEARCH\n", "==> atoll file: a.cpp\n",
                                    "double priority() {}\n", "@@\n-x\n", "&lt;", "def f():\n"}) {
        std::string reply;
        while (reply.size() < 200000) reply += piece;
        for (const Parent parent : {Parent::packing, Parent::circles, Parent::files}) parse(parent, reply);
    }
}

TEST(ModelReply, StreamsAreCutOnlyWhereWhatFollowsWouldNotBeRead) {
    std::size_t cut = 0;
    for (const Case& each : cases()) {
        if (each.name == std::string("thoughts_without_beginning")) continue;  // nobody can tell them from a reply
        const std::string reply = reply_named(each.name), parent = program_of(each.parent);
        const ModelProposer proposer(testing::text_problem(language_of(each.parent)), {});
        for (std::size_t length = 0; length <= reply.size(); ++length) {
            if (!proposer.complete("llm_rewrite", parent, reply.substr(0, length))) continue;
            ++cut;
            EXPECT_EQ(proposer.parse("llm_rewrite", parent, reply.substr(0, length)).text,
                      proposer.parse("llm_rewrite", parent, reply).text)
                << each.name;
            break;
        }
    }
    EXPECT_GT(cut, 20U);
    const ModelProposer proposer(testing::text_problem(Language::cpp), {});
    const std::string parent = program_of(Parent::packing), reply = reply_named("prose_around");
    EXPECT_FALSE(proposer.complete("llm_rewrite", parent, reply.substr(0, reply.find("-rest * 0.5"))));
    EXPECT_TRUE(proposer.complete("llm_rewrite", parent, reply.substr(0, reply.find("This version"))));
    EXPECT_FALSE(proposer.complete("llm_rewrite", parent, reply_named("thoughts").substr(0, 190)));
    EXPECT_FALSE(proposer.complete("llm_diff", parent, reply_named("diff_plain")));
}

}  // namespace
}  // namespace atl::evolve
