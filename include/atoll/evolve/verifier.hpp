// SPDX-License-Identifier: Apache-2.0
// A user's own judge, Python or C++, in a confined process of its own that no candidate's code ever enters.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/problems/problem.hpp"
#include "atoll/sandbox/execution.hpp"
#include "atoll/sandbox/program_host.hpp"

namespace atl::evolve {

/// A file of the user's: its name for messages, and what is in it.
struct OwnFile {
    std::string name;
    std::string bytes;
};

/// What a verifier is asked: is `answer` right for `instance`, and what is it worth?
struct VerifierCase {
    std::string_view instance;
    std::span<const double> answer;
};

class VerifierProgram;

/// Thread-safe. The verifier is trusted with its verdicts and with nothing else: what it leaves is numbers, parsed
/// strictly.
class Verifier {
public:
    /// Starts nothing. Throws InputError unless the file's name ends in .py or .cpp.
    Verifier(OwnFile file, std::shared_ptr<sandbox::ProgramHost> host, const sandbox::Limits& limits);
    ~Verifier();
    Verifier(const Verifier&) = delete;
    Verifier& operator=(const Verifier&) = delete;

    /// Loads or compiles the verifier, once. Throws InputError, with its first error, when it is not to be had or
    /// defines no verify(); InfrastructureError when the sandbox fails.
    void start() const;

    /// One judgement for each case, in one execution, scores as [v, v]. Never throws: a verifier that fails is
    /// `infrastructure`, reason "verifier", for every case.
    std::vector<problems::Judgement> verify(std::span<const VerifierCase> cases) const;

private:
    OwnFile file_;
    std::shared_ptr<sandbox::ProgramHost> host_;
    sandbox::Limits limits_;
    std::unique_ptr<VerifierProgram> program_;
};

/// The bytes of binary64 values that hold cases: their number, then of each the instance's length in bytes, its bytes
/// (filled up to whole numbers), the answer's length, the answer.
std::string encode_cases(std::span<const VerifierCase> cases);

/// Reads what a verifier left for `count` cases, as binary64 values: of each case 0, the score, the number of metrics
/// and for each its name and value; or 1, a reason code and a text. Names and texts are their length and one value a
/// byte. Throws InputError, saying what is against the rules: finite scores and metrics, at most 64 of those, reason
/// codes of 1 to 40 characters a-z, 0-9 and _, names of 1 to 60 letters, digits, '_', '-' and '.'.
std::vector<problems::Judgement> parse_findings(std::string_view bytes, std::size_t count);

}  // namespace atl::evolve
