// SPDX-License-Identifier: Apache-2.0
// Verifiers in Python and in C++.
#include "evolve/own_problem/verifier_program.hpp"

#include <utility>

#include "atoll/core/error.hpp"
#include "evolve/own_problem/embedded.hpp"

namespace atl::evolve {
namespace {

/// Forked from the warm interpreter, with the harness in the place of an adapter.
class PythonVerifier final : public VerifierProgram {
public:
    explicit PythonVerifier(std::string text) : text_(std::move(text)) {}

    sandbox::ExecutionRequest request(std::string cases) override {
        sandbox::ExecutionRequest wanted;
        wanted.profile = sandbox::Profile::python;
        const std::string script(verifier_script_name);
        wanted.files = {{script, text_, false},
                        {"harness.py", std::string(verifier_harness_python()), false},
                        {"input", std::move(cases), false}};
        wanted.words = {script, "harness.py"};
        return wanted;
    }
    std::string findings(std::string result) override { return result; }

private:
    std::string text_;
};

}  // namespace

std::unique_ptr<VerifierProgram> make_verifier_program(const OwnFile& file) {
    if (file.name.ends_with(".py")) return std::make_unique<PythonVerifier>(file.bytes);
    throw InputError("the verifier " + file.name + " is neither Python (.py) nor C++ (.cpp)");
}

}  // namespace atl::evolve
