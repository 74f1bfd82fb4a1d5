// SPDX-License-Identifier: Apache-2.0
// noop_program: program texts that nobody runs, scored by their hash; for measuring the search over programs.
#include <algorithm>
#include <cmath>

#include "atoll/core/hash.hpp"
#include "problems/embedded.hpp"
#include "problems/program_answer.hpp"
#include "problems/program_list.hpp"

namespace atl::problems {
namespace {

/// The first 53 bits of the text's SHA-256 as a number in [0, 1).
double drawn_from(std::string_view text) {
    const Sha256 digest = sha256(text);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof bits; ++i) bits = (bits << 8) | digest[i];
    return std::ldexp(static_cast<double>(bits >> 11), -53);
}

class NoopProgram final : public ProgramProblem {
public:
    explicit NoopProgram(std::string_view initial) : initial_(initial) {}

    std::string name() const override { return "noop_program"; }
    Direction direction() const override { return Direction::maximize; }
    Language language() const override { return Language::python; }
    std::string driver() const override { return {}; }
    std::string initial_program() const override { return initial_; }
    std::string statement() const override { return std::string(noop_program_statement()); }
    const std::vector<Stage>& stages(std::string_view) const override { return no_stages_; }
    bool judges_text() const override { return true; }

    Judgement judge_text(std::string_view text) const override {
        if (text.empty()) return refused(VerdictKind::wrong, "empty", "there is no text");
        const double score = drawn_from(text);
        return {{}, {score, score}, {{"bytes", static_cast<double>(text.size()), "bytes"}}};
    }

    Judgement judge(std::string_view, std::span<const std::string>) const override {
        return refused(VerdictKind::infrastructure, "unknown_stage", "there is no stage to judge");
    }

private:
    std::string initial_;
    std::vector<Stage> no_stages_;
};

}  // namespace

std::unique_ptr<ProgramProblem> make_noop_program(const std::vector<std::string>& families) {
    const std::vector<std::string> names{"2kb", "8kb"};
    for (const std::string& family : families) {
        if (std::find(names.begin(), names.end(), family) == names.end()) {
            throw unknown_family("noop_program", family, names);
        }
    }
    if (families.size() > 1) throw InputError("'noop_program' begins with one program: name 2kb or 8kb, not both");
    const bool large = !families.empty() && families.front() == "8kb";
    return std::make_unique<NoopProgram>(large ? noop_program_initial_8kb() : noop_program_initial_2kb());
}

}  // namespace atl::problems
