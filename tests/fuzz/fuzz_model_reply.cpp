// SPDX-License-Identifier: Apache-2.0
// Replies of language models: any bytes are read or refused, and text outside of regions stays the parent's.
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/evolve/model_proposer.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "evolve/program_corpus.hpp"
#include "evolve/text_problem.hpp"
#include "fuzz/fuzz_target.hpp"

namespace atl::fuzz {
namespace {

using problems::Language;

void check_reply(const evolve::ModelProposer& proposer, const evolve::testing::CorpusProgram& parent,
                 std::string_view reply) {
    const std::string text = parent.text();
    const evolve::ParsedReply parsed = proposer.parse("llm_rewrite", text, reply);
    require(parsed.text.has_value() == parsed.reason.empty(), "a program or a reason");
    require(parsed.text.has_value() != !parsed.error.empty(), "a program or a sentence");
    proposer.complete("llm_rewrite", text, reply);
    if (!parsed.text) return;
    require(parent.frames(*parsed.text), "text outside of regions is the parent's");
    try {
        evolve::parse_program(*parsed.text, parent.language);
    } catch (const InputError&) {
        require(false, "what is taken is a program");
    }
}

}  // namespace

void read_input(std::string_view input) {
    static const evolve::ModelProposer cpp(evolve::testing::text_problem(Language::cpp), {});
    static const evolve::ModelProposer python(evolve::testing::text_problem(Language::python), {});
    static const std::vector<evolve::testing::CorpusProgram> parents = evolve::testing::corpus();
    const std::string reply(input.substr(0, std::size_t{1} << 16));
    for (const evolve::testing::CorpusProgram& parent : parents) {
        check_reply(parent.language == Language::cpp ? cpp : python, parent, reply);
    }
}

std::vector<std::string> seed_corpus() {
    std::vector<std::string> seeds;
    const std::filesystem::path folder = std::filesystem::path(ATOLL_SOURCE_DIR) / "tests" / "evolve" / "model_replies";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    for (const evolve::testing::CorpusProgram& program : evolve::testing::corpus()) {
        seeds.push_back("```\n" + program.text() + "```\n");
    }
    return seeds;
}

std::size_t seeded_executions() { return 1000; }

}  // namespace atl::fuzz
