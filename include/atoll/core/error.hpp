// SPDX-License-Identifier: Apache-2.0
// The domain errors: a broken promise is thrown as one of these and turned into an exit code in cli/.
#pragma once

#include <stdexcept>
#include <string>

namespace atl {

/// Documented process exit codes (README, docs/exit-codes.md).
enum class ExitCode : int {
    ok = 0,
    internal = 1,
    bad_input = 2,
    busy = 3,
    format_version = 4,
    infrastructure = 5,
    damaged = 6,
    stopped_early = 75,
};

/// Base of every error atoll throws on purpose. `what()` is one clear message: what is wrong, where, what to do next.
class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

/// The user's job, flag or file is wrong. Example: `job.toml:4: unknown key 'sead'; did you mean 'seed'?`
class InputError : public Error {
public:
    explicit InputError(const std::string& message) : Error(ExitCode::bad_input, message) {}
};

/// Somebody else holds the run directory, or it already holds a run.
class BusyError : public Error {
public:
    explicit BusyError(const std::string& message) : Error(ExitCode::busy, message) {}
};

/// A journal or archive was written by a newer format than this program reads.
class FormatVersionError : public Error {
public:
    explicit FormatVersionError(const std::string& message) : Error(ExitCode::format_version, message) {}
};

/// The machine failed: a full disk, a lost peer, an MPI or HDF5 error.
class InfrastructureError : public Error {
public:
    explicit InfrastructureError(const std::string& message) : Error(ExitCode::infrastructure, message) {}
};

/// Stored data does not hold what its checksums or counts promise.
class DamageError : public Error {
public:
    explicit DamageError(const std::string& message) : Error(ExitCode::damaged, message) {}
};

}  // namespace atl
