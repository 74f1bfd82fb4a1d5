// SPDX-License-Identifier: Apache-2.0
// One function a verb: declares its words and, once they are parsed, leaves what to do in `action`.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "atoll/core/error.hpp"

namespace atl::cli {

using Action = std::function<ExitCode()>;

void add_evolve(CLI::App& program, Action& action);
void add_resume(CLI::App& program, Action& action);
void add_evaluate(CLI::App& program, Action& action);
void add_status(CLI::App& program, Action& action);
void add_report(CLI::App& program, Action& action);
void add_archive(CLI::App& program, Action& action);

/// Prints help, the version or one clear message, and gives the exit code: 0 or 2.
int exit_parse_error(const CLI::App& program, const CLI::ParseError& error);

}  // namespace atl::cli
