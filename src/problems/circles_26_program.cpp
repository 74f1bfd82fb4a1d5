// SPDX-License-Identifier: Apache-2.0
// circles_26_program: a Python program that constructs the vector which circles_26 judges.
#include "problems/embedded.hpp"
#include "problems/program_answer.hpp"
#include "problems/program_list.hpp"

namespace atl::problems {
namespace {

class Circles26Program final : public ProgramProblem {
public:
    std::string name() const override { return "circles_26_program"; }
    Direction direction() const override { return circles_->direction(); }
    std::optional<PublishedValue> best_known() const override { return circles_->best_known(); }
    std::vector<PublishedValue> published() const override { return circles_->published(); }
    Language language() const override { return Language::python; }
    std::string driver() const override { return std::string(circles_26_program_driver()); }
    std::string initial_program() const override { return std::string(circles_26_program_initial()); }
    std::string statement() const override { return std::string(circles_26_program_statement()); }
    const std::vector<Stage>& stages(std::string_view instance_set) const override {
        return instance_set == open_instances ? stages_ : no_stages_;
    }
    const VectorProblem* vectors() const override { return circles_.get(); }

    Judgement judge(std::string_view, std::span<const std::string> results) const override {
        if (results.size() != stages_.size()) {
            return refused(VerdictKind::infrastructure, "unknown_stage", "there is no such stage to judge");
        }
        const auto x = numbers_of(results.back());
        if (!x) {
            return refused(VerdictKind::wrong, "not_a_vector", "the result is no whole number of 8-byte coordinates");
        }
        return circles_->judge(*x);
    }

private:
    std::unique_ptr<VectorProblem> circles_ = make_vector_problem("circles_26");
    std::vector<Stage> stages_{{"full", {}}};  // there are no instances: a program gets no input
    std::vector<Stage> no_stages_;
};

}  // namespace

std::unique_ptr<ProgramProblem> make_circles_26_program(const std::vector<std::string>& families) {
    if (!families.empty()) throw unknown_family("circles_26_program", families.front(), {});
    return std::make_unique<Circles26Program>();
}

}  // namespace atl::problems
