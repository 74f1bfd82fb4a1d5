// SPDX-License-Identifier: Apache-2.0
// The best candidate of a run, evaluated once more on instances that the search never saw.
#pragma once

#include <optional>

#include "atoll/app/job.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/core/ids.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/report/run_facts.hpp"

namespace atl::app {

/// True when the job's problem has hidden instances.
bool has_hidden_instances(const Job& job);

/// Evaluates the candidate of `best` and leaves RUN/final_check.json. `contents` holds the candidate's bytes.
report::FinalCheck check_on_hidden_instances(const RunDirectory& run, const Job& job,
                                             const journal::RunContents& contents, const EvaluationKey& best);

/// What RUN/final_check.json says; none when there is none. `best`: whom the caller takes for the best one.
std::optional<report::FinalCheck> read_final_check(const RunDirectory& run, const EvaluationKey& best);

}  // namespace atl::app
