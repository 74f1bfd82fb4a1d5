// SPDX-License-Identifier: Apache-2.0
// A program problem whose programs are read and never run, for tests of prompts and replies.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atoll/problems/program_problem.hpp"

namespace atl::evolve::testing {

class TextProblem final : public problems::ProgramProblem {
public:
    TextProblem(problems::Language language, std::string statement)
        : language_(language), statement_(std::move(statement)) {}

    std::string name() const override { return "text"; }
    Direction direction() const override { return Direction::minimize; }
    problems::Language language() const override { return language_; }
    std::string driver() const override { return {}; }
    std::string initial_program() const override { return {}; }
    std::string statement() const override { return statement_; }
    const std::vector<problems::Stage>& stages(std::string_view) const override { return stages_; }
    problems::Judgement judge(std::string_view, std::span<const std::string>) const override { return {}; }

private:
    problems::Language language_;
    std::string statement_;
    std::vector<problems::Stage> stages_;
};

inline std::shared_ptr<const problems::ProgramProblem> text_problem(problems::Language language,
                                                                    std::string statement = "Place the items.") {
    return std::make_shared<const TextProblem>(language, std::move(statement));
}

}  // namespace atl::evolve::testing
