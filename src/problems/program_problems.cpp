// SPDX-License-Identifier: Apache-2.0
// The problems over programs.
#include "atoll/problems/program_problem.hpp"

#include <cstring>

namespace atl::problems {
namespace {

/// Takes what run_packing() returns in the form of OpenEvolve's and ShinkaEvolve's examples, (centers, radii, ...), or
/// rows x, y, r. What a program says its sum of radii is, is not looked at.
constexpr const char* circles_adapter = R"py(
import numpy

class NoFunction(Exception):
    pass

class NoNumbers(Exception):
    pass

def rows_of(answer):
    if isinstance(answer, (tuple, list)) and len(answer) >= 2 and numpy.ndim(answer[0]) == 2:
        centers = numpy.asarray(answer[0], dtype="<f8")
        radii = numpy.asarray(answer[1], dtype="<f8").reshape(-1, 1)
        return numpy.hstack((centers, radii))
    return numpy.asarray(answer, dtype="<f8")

def result_of(module):
    function = getattr(module, "run_packing", None)
    if not callable(function):
        raise NoFunction("the program defines no function run_packing()")
    answer = function()
    try:
        rows = rows_of(answer)
    except (TypeError, ValueError) as error:
        raise NoNumbers("run_packing() must return centers and radii, or rows x, y, r: %s" % error) from None
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise NoNumbers("run_packing() must return centers and radii, or rows x, y, r, not shape %s" % (rows.shape,))
    return numpy.ascontiguousarray(rows, dtype="<f8").tobytes()
)py";

class Circles26Program final : public ProgramProblem {
public:
    std::string name() const override { return "circles_26_program"; }
    Direction direction() const override { return circles_->direction(); }
    std::optional<PublishedValue> best_known() const override { return circles_->best_known(); }
    std::vector<PublishedValue> published() const override { return circles_->published(); }
    Language language() const override { return Language::python; }
    std::string driver() const override { return circles_adapter; }
    std::string initial_program() const override { return {}; }
    const std::vector<Stage>& stages(std::string_view instance_set) const override {
        return instance_set == open_instances ? stages_ : no_stages_;
    }
    const VectorProblem* vectors() const override { return circles_.get(); }

    Judgement judge(std::string_view, std::span<const std::string> results) const override {
        const std::string& bytes = results.back();
        if (bytes.size() % sizeof(double) != 0) {
            return {{VerdictKind::wrong, "not_a_vector", "the result is no whole number of 8-byte coordinates"}, {}, {}};
        }
        std::vector<double> x(bytes.size() / sizeof(double));
        if (!x.empty()) std::memcpy(x.data(), bytes.data(), bytes.size());
        return circles_->judge(x);
    }

private:
    std::unique_ptr<VectorProblem> circles_ = make_vector_problem("circles_26");
    std::vector<Stage> stages_{{"full", {}}};
    std::vector<Stage> no_stages_;
};

}  // namespace

std::unique_ptr<ProgramProblem> make_program_problem(const std::string& name, const std::vector<std::string>&) {
    if (name == "circles_26_program") return std::make_unique<Circles26Program>();
    return nullptr;
}

std::vector<std::string> program_problem_names() { return {"circles_26_program"}; }

}  // namespace atl::problems
