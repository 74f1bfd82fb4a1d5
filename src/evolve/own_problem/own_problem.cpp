// SPDX-License-Identifier: Apache-2.0
// The kinds of own problems, and what the two classes below share.
#include "atoll/evolve/own_problem.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "atoll/core/error.hpp"
#include "evolve/own_problem/embedded.hpp"

namespace atl::evolve {
namespace {

constexpr std::array<std::string_view, 3> kind_names{"vector", "program-cpp", "program-python"};

}  // namespace

std::string_view to_string(OwnKind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }

std::optional<OwnKind> parse_own_kind(std::string_view name) {
    for (std::size_t i = 0; i < kind_names.size(); ++i) {
        if (name == kind_names[i]) return static_cast<OwnKind>(i);
    }
    return std::nullopt;
}

std::vector<std::string> own_kind_names() { return {kind_names.begin(), kind_names.end()}; }

std::vector<problems::PublishedValue> own_best_known(double value) {
    if (!std::isfinite(value)) return {};
    return {{"the job file", value, false, "own.best_known, the user's word"}};
}

void check_own_driver(const OwnProblem& own, const problems::ProgramProblem& problem, sandbox::ProgramHost& host,
                      const sandbox::Limits& limits) {
    if (own.kind == OwnKind::program_cpp) {
        host.compiler(problem.driver());
        return;
    }
    sandbox::ExecutionRequest wanted;
    wanted.profile = sandbox::Profile::python;
    wanted.files = {{"driver.py", own.driver.bytes, false}, {"check.py", std::string(check_driver_python()), false}};
    wanted.words = {"driver.py", "check.py"};
    wanted.limits = limits;
    const sandbox::Execution execution = host.warden().run(wanted);
    const Verdict verdict = sandbox::verdict_of(execution, wanted);
    if (verdict.ok()) return;
    const std::string text = own.driver.name + ": " + verdict.text;
    if (verdict.kind == VerdictKind::infrastructure) throw InfrastructureError("the driver did not start: " + text);
    throw InputError("the driver can not be used: " + text);
}

}  // namespace atl::evolve
