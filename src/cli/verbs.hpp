// SPDX-License-Identifier: Apache-2.0
// One function a verb: declares its words and, once they are parsed, leaves what to do in `action`.
#pragma once

#include <functional>
#include <string>

#include "atoll/core/error.hpp"
#include "command.hpp"

namespace atl::cli {

using Action = std::function<ExitCode()>;

/// `command_line` goes into the run's provenance.
void add_evolve(Command& program, Action& action, const std::string& command_line);
void add_resume(Command& program, Action& action, const std::string& command_line);
void add_plan(Command& program, Action& action, const std::string& command_line);
/// Verbs below `plan`.
void add_plan_tables(Command& plan, Action& action);
/// Published tables beside what is measured here.
void add_reproduce(Command& program, Action& action);
void add_new(Command& program, Action& action);
void add_evaluate(Command& program, Action& action);
void add_status(Command& program, Action& action);
void add_stop(Command& program, Action& action);
void add_report(Command& program, Action& action);
void add_doctor(Command& program, Action& action);
void add_mock_llm(Command& program, Action& action);
void add_archive(Command& program, Action& action, const std::string& command_line);

}  // namespace atl::cli
