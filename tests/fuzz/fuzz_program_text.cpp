// SPDX-License-Identifier: Apache-2.0
// Programs as candidates: any bytes are read or refused, literals come back, and operators leave text outside of
// regions.
#include <array>
#include <bit>
#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/program_literals.hpp"
#include "atoll/evolve/program_operators.hpp"
#include "evolve/program_corpus.hpp"
#include "fuzz/fuzz_target.hpp"

namespace atl::fuzz {
namespace {

using problems::Language;

bool is_program(std::string_view bytes, Language language) {
    try {
        const std::vector<evolve::ProgramSource> sources = evolve::parse_program(bytes, language);
        const std::vector<evolve::ProgramSource> again =
            evolve::parse_program(evolve::encode_program(sources, language).bytes, language);
        require(sources.size() == again.size(), "a program keeps its files");
    } catch (const InputError&) {
        return false;  // expected for most inputs
    }
    return true;
}

void check_literals(std::string_view text, Language language) {
    const evolve::Hoisted hoisted = evolve::hoist_literals(text, language);
    require(evolve::with_values(text, hoisted.values, language) == text, "the same values give the same text");
    std::vector<double> values = hoisted.values;
    for (double& each : values) each = -each + 0.25;
    const evolve::Hoisted again = evolve::hoist_literals(evolve::with_values(text, values, language), language);
    require(again.structure == hoisted.structure, "values leave the structure");
    require(again.values == values, "values read back");
}

}  // namespace

void read_input(std::string_view input) {
    const std::string text(input.substr(0, std::size_t{1} << 16));
    for (const Language language : {Language::cpp, Language::python}) {
        const bool program = is_program(text, language);
        if (program) check_literals(text, language);
        const evolve::ProgramOperators operators(language);
        RandomStream random(1, 0, 0, static_cast<std::uint32_t>(text.size()), StreamPurpose::operate);
        const std::string other = operators.start(text, random);
        for (const std::string& name : evolve::ProgramOperators::names()) {
            const std::array<std::string_view, 2> parents = {text, other};
            const auto child = operators.apply(name, parents, random);
            if (!child) continue;
            require(*child != text, "a child differs");
            require(!program || is_program(*child, language), "a child of a program is one");
        }
    }
}

std::vector<std::string> seed_corpus() {
    std::vector<std::string> seeds;
    for (const evolve::testing::CorpusProgram& program : evolve::testing::corpus()) seeds.push_back(program.text());
    return seeds;
}

std::size_t seeded_executions() { return 1000; }

}  // namespace atl::fuzz
