// SPDX-License-Identifier: Apache-2.0
// What a prompt tells of records: programs, scores, metrics, what compilers and judges said.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "atoll/core/record.hpp"
#include "atoll/problems/program_problem.hpp"

namespace atl::evolve::model {

/// Each file in a fence, after a line `File: NAME` when there are several. UTF-8; line ends are line feeds.
std::string shown_program(std::string_view bytes, problems::Language language);
/// Empty for one file.
std::string shown_files(std::string_view bytes, problems::Language language);
/// What may change, where there are markers.
std::string region_rule(std::string_view bytes, problems::Language language);

/// "0.0412 (lower is better)"; of a program without a score, what came of it.
std::string shown_score(const EvaluationRecord& record, Direction direction);

/// One line a metric. Of those that say the same of several instances (names that begin or end alike) the worst is
/// named.
std::string shown_metrics(const EvaluationRecord& record, Direction direction, bool with_timings);

/// Verdict, reason and text of at most max_bytes, whole lines, in a fence when there are several; empty for a plain ok.
/// Addresses become 0x..., so that every run of the program gives the same text.
std::string shown_feedback(const EvaluationRecord& record, std::size_t max_bytes);

/// One line: reason and the first line of the text.
std::string shown_mistake(const EvaluationRecord& record);

}  // namespace atl::evolve::model
