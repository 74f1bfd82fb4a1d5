// SPDX-License-Identifier: Apache-2.0
// Runs a user's verifier and takes what it says at its word, and at nothing more.
#include "atoll/evolve/verifier.hpp"

#include <utility>

#include "atoll/core/error.hpp"
#include "evolve/own_problem/verifier_program.hpp"

namespace atl::evolve {
namespace {

constexpr std::uint64_t findings_max_bytes = std::uint64_t{16} << 20;

/// "12" of the last line that the verifier's own text has in a printed traceback; empty when there is none.
std::string last_line_number(const sandbox::Execution& execution) {
    const std::string printed = execution.output_head + execution.output_tail;
    const std::string mark = "File \"" + std::string(verifier_script_name) + "\", line ";
    const std::size_t found = printed.rfind(mark);
    if (found == std::string::npos) return {};
    const std::size_t begin = found + mark.size();
    return printed.substr(begin, printed.find_first_not_of("0123456789", begin) - begin);
}

/// What went wrong with the verifier itself, with the place where there is one.
std::string failure_text(const OwnFile& file, const sandbox::Execution& execution, const Verdict& verdict) {
    const std::string line = last_line_number(execution);
    return file.name + (line.empty() ? "" : ":" + line) + ": " +
           (verdict.text.empty() ? std::string("it left nothing") : verdict.text);
}

struct Outcome {
    Verdict verdict;  ///< ok: `findings` are what it left
    sandbox::Execution execution;
    std::string findings;
};

Outcome run(VerifierProgram& program, sandbox::ProgramHost& host, const sandbox::Limits& limits,
            std::span<const VerifierCase> cases) {
    sandbox::ExecutionRequest wanted = program.request(encode_cases(cases));
    wanted.limits = limits;
    Outcome outcome;
    outcome.execution = host.warden().run(wanted);
    outcome.verdict = sandbox::verdict_of(outcome.execution, wanted);
    if (!outcome.verdict.ok()) return outcome;
    if (outcome.execution.result_file == sandbox::ResultFile::too_large) {
        outcome.verdict = {VerdictKind::crashed, "too_large", "its findings are longer than 16 MiB"};
        return outcome;
    }
    if (outcome.execution.result_file != sandbox::ResultFile::read) {
        outcome.verdict = {VerdictKind::crashed, "no_result", "it ended without leaving its findings"};
        return outcome;
    }
    outcome.findings = program.findings(std::move(outcome.execution.result));
    return outcome;
}

}  // namespace

Verifier::Verifier(OwnFile file, std::shared_ptr<sandbox::ProgramHost> host, const sandbox::Limits& limits)
    : file_(std::move(file)), host_(std::move(host)), limits_(limits), program_(make_verifier_program(file_, host_)) {
    limits_.result_bytes = findings_max_bytes;
}

Verifier::~Verifier() = default;

void Verifier::start() const {
    host_->start();
    Outcome outcome;
    try {
        outcome = run(*program_, *host_, limits_, {});
    } catch (const InputError& error) {
        throw InputError("the verifier can not be used: " + file_.name + ": " + error.what());
    }
    if (outcome.verdict.ok()) return;
    const std::string text = failure_text(file_, outcome.execution, outcome.verdict);
    if (outcome.verdict.kind == VerdictKind::infrastructure) {
        throw InfrastructureError("the verifier did not start: " + text);
    }
    throw InputError("the verifier can not be used: " + text);
}

std::vector<problems::Judgement> Verifier::verify(std::span<const VerifierCase> cases) const {
    std::string failure;
    try {
        const Outcome outcome = run(*program_, *host_, limits_, cases);
        if (outcome.verdict.ok()) return parse_findings(outcome.findings, cases.size());
        failure = failure_text(file_, outcome.execution, outcome.verdict);
    } catch (const Error& error) {
        failure = file_.name + ": " + error.what();
    }
    const problems::Judgement failed{{VerdictKind::infrastructure, "verifier", failure}, {}, {}};
    return std::vector<problems::Judgement>(cases.size(), failed);
}

}  // namespace atl::evolve
