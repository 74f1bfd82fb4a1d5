// SPDX-License-Identifier: Apache-2.0
// Writes the last words of a run.
#include "atoll/report/closing.hpp"

#include <sstream>

#include "atoll/report/comparison.hpp"
#include "atoll/report/numbers.hpp"

namespace atl::report {

namespace {

std::string reason_line(const Closing& closing) {
    const std::string after = " after " + duration(closing.elapsed_seconds);
    const std::string because = closing.reason_text.empty() ? "" : ": " + closing.reason_text;
    switch (closing.reason) {
        case engine::StopReason::none:
            return "still running" + after;
        case engine::StopReason::target_reached:
            return (closing.facts.target ? "target " + exact_number(*closing.facts.target) : std::string("target")) +
                   " is proven" + after;
        case engine::StopReason::evaluations_exhausted:
            return "all evaluations of the job used up" + after;
        case engine::StopReason::time_limit:
            return "time limit" + (closing.limit_seconds > 0 ? " of " + duration(closing.limit_seconds) : "") +
                   " reached" + after;
        case engine::StopReason::signal:
        case engine::StopReason::walltime:
            return "stopped early" + because + "," + after;
        case engine::StopReason::failure:
            return "failed" + because + "," + after;
    }
    return "ended" + after;
}

void line(std::ostream& out, const std::string& name, const std::string& value) {
    if (!value.empty()) out << "  " << name << std::string(13 - name.size(), ' ') << value << '\n';
}

/// The command that goes on where the run ended; its limits count earlier incarnations, so they must be raised.
std::string resume_command(const Closing& closing) {
    if (closing.facts.directory.empty()) return "";
    std::string resume = "atoll resume " + closing.facts.directory;
    switch (closing.reason) {
        case engine::StopReason::time_limit:
            return resume + " --limits-seconds MORE";
        case engine::StopReason::evaluations_exhausted:
            return resume + " --limits-evaluations MORE";
        case engine::StopReason::signal:
        case engine::StopReason::walltime:
        case engine::StopReason::failure:
            return resume;
        case engine::StopReason::none:
        case engine::StopReason::target_reached:
            return "";
    }
    return "";
}

}  // namespace

std::string closing_summary(const Closing& closing) {
    std::ostringstream out;
    out << closing.facts.problem << ": " << reason_line(closing) << "\n\n";
    const std::vector<Comparison> comparisons = compare(closing.best, closing.facts, closing.metrics);
    if (closing.best.scored()) {
        line(out, "proven best", interval(closing.best));
        line(out, "", claim(closing.best, closing.facts));
    } else {
        line(out, "proven best", "none: no candidate was valid (atoll report shows the verdicts)");
    }
    if (closing.best.scored() && closing.key) {
        const std::string by = closing.operator_name.empty() ? "" : " by " + closing.operator_name;
        line(out, "found", "after " + duration(closing.best_seconds) + by + ", evaluation " + to_string(*closing.key));
    }
    if (closing.facts.final_check) {
        const FinalCheck& check = *closing.facts.final_check;
        line(out, "hidden",
             check.score.scored() ? interval(check.score) + " on instances that the search never saw"
                                  : check.verdict + " (" + check.reason + ") on hidden instances");
    }
    if (!comparisons.empty()) {
        out << '\n';
        comparison_table("", comparisons, Sources::left_out).print(out);
        out << '\n';
    }
    std::string took = count_number(closing.evaluations) + " in " + duration(closing.elapsed_seconds);
    if (closing.objective_calls > 0) took += ", " + count_number(closing.objective_calls) + " objective calls";
    line(out, "evaluations", took);
    line(out, "model", closing.model);
    line(out, "archive", closing.archive);
    line(out, "picture", closing.picture);
    if (!closing.facts.directory.empty()) line(out, "more", "atoll report " + closing.facts.directory);
    line(out, "go on", resume_command(closing));
    return out.str();
}

}  // namespace atl::report
