// SPDX-License-Identifier: Apache-2.0
// The problems over programs.
#include "atoll/problems/program_problem.hpp"

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

ProgramProblem circles_26_program() {
    ProgramProblem problem;
    problem.name = "circles_26_program";
    problem.language = "python";
    problem.judge = "circles_26";
    problem.adapter = circles_adapter;
    problem.result_bytes = std::uint64_t{1} << 20;
    return problem;
}

}  // namespace

std::optional<ProgramProblem> find_program_problem(const std::string& name) {
    if (name == "circles_26_program") return circles_26_program();
    return std::nullopt;
}

std::vector<std::string> program_problem_names() { return {"circles_26_program"}; }

}  // namespace atl::problems
