// SPDX-License-Identifier: Apache-2.0
// Verifiers in Python and in C++.
#include "evolve/own_problem/verifier_program.hpp"

#include <mutex>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/sandbox/native_program.hpp"
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

/// Linked like a candidate, with the harness in the place of a driver.
class NativeVerifier final : public VerifierProgram {
public:
    NativeVerifier(OwnFile file, std::shared_ptr<sandbox::ProgramHost> host)
        : file_(std::move(file)), host_(std::move(host)) {}

    sandbox::ExecutionRequest request(std::string cases) override {
        static const std::vector<std::vector<double>> no_parameters(1);
        return sandbox::native_run(*executable(), no_parameters, cases);
    }

    std::string findings(std::string result) override {
        auto sets = sandbox::split_results(result, 1);
        if (!sets) throw InputError("what it left is not what the runner writes");
        return std::move(sets->front());
    }

private:
    std::shared_ptr<const std::string> executable() {
        const std::lock_guard lock(mutex_);
        if (executable_) return executable_;
        const std::string header = std::string(instance_header()) + std::string(verifier_header());
        const auto compiler = host_->compiler(header + std::string(verifier_harness_cpp()));
        const sandbox::Compilation compilation =
            compiler->compile({{"atoll_verifier.hpp", header, false}, {"verifier.cpp", file_.bytes, false}});
        if (compilation.verdict.kind == VerdictKind::infrastructure) {
            throw InfrastructureError(compilation.verdict.text);
        }
        if (!compilation.verdict.ok()) throw InputError(compilation.verdict.text);
        executable_ = compilation.executable;
        return executable_;
    }

    OwnFile file_;
    std::shared_ptr<sandbox::ProgramHost> host_;
    std::mutex mutex_;
    std::shared_ptr<const std::string> executable_;
};

}  // namespace

std::unique_ptr<VerifierProgram> make_verifier_program(const OwnFile& file,
                                                       std::shared_ptr<sandbox::ProgramHost> host) {
    if (file.name.ends_with(".py")) return std::make_unique<PythonVerifier>(file.bytes);
    if (file.name.ends_with(".cpp")) return std::make_unique<NativeVerifier>(file, std::move(host));
    throw InputError("the verifier " + file.name + " is neither Python (.py) nor C++ (.cpp)");
}

}  // namespace atl::evolve
