// SPDX-License-Identifier: Apache-2.0
// The end of a run on rank 0: files first, then the fold, then the pictures, then words.
#include <cstdio>
#include <iostream>

#include "atoll/app/final_check.hpp"
#include "atoll/app/fold_child.hpp"
#include "atoll/app/run_files.hpp"
#include "atoll/app/stop_file.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/file.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/report/closing.hpp"
#include "atoll/report/model_summary.hpp"
#include "atoll/report/run_figures.hpp"
#include "search_rank.hpp"

namespace atl::app {

namespace {

report::RunFacts facts_of_run(const RunDirectory& run, const Job& job, const engine::RunStatus& status) {
    report::RunFacts facts = report::facts_of(*job.problem);
    facts.directory = run.root.string();
    facts.seed = static_cast<std::uint64_t>(job.options.integer("seed"));
    facts.ranks = static_cast<std::uint32_t>(status.ranks);
    facts.islands = job.rank.islands;
    facts.target = job.rank.target;
    return facts;
}

/// Through mpirun a SIGTERM leaves about a second, and the machine may be gone soon.
bool ends_in_a_hurry(engine::StopReason reason) {
    return reason == engine::StopReason::signal || reason == engine::StopReason::walltime ||
           reason == engine::StopReason::failure;
}

}  // namespace

void close_run(const RunDirectory& run, const Job& job, const SearchEnd& end, const SearchRequest& request) {
    const engine::RunStatus& status = *end.status;
    Json outcome = outcome_json(status, job.problem->name(), job.rank.direction);
    // Through mpirun a SIGTERM leaves about a second: what scripts need comes first.
    const auto write = [](const std::filesystem::path& path, const std::string& text) {
        try {
            write_file_atomically(path, text);
        } catch (const Error& error) {
            std::fprintf(stderr, "atoll: %s\n", error.what());
        }
    };
    write(run.outcome(), outcome.dump(2) + "\n");
    clear_stop_request(run);
    write(run.status(), status_json(status, job.problem->name(), job.rank.direction).dump(2) + "\n");
    if (end.somebody_is_lost) {  // the machine is in trouble, and the other ranks wait for this one to end the job
        if (request.json) {
            outcome.set("run", run.root.string());
            std::cout << outcome.dump(2) << "\n" << std::flush;
        }
        return;
    }
    if (engine::exit_code(end.stop.reason) == ExitCode::stopped_early && !request.json) {
        // A launcher may kill this process before the fold is done.
        std::fprintf(stderr, "atoll: stopped (%s); all that was acknowledged is safe, go on with: atoll resume %s\n",
                     end.stop.text.c_str(), run.root.c_str());
    }
    FoldChild fold(run);
    const bool folded = fold.fold_and_wait();
    if (!folded) {
        std::fprintf(
            stderr,
            "atoll: folding %s failed (see %s); the journals hold everything, 'atoll archive fold %s' makes it\n",
            run.archive().c_str(), (run.log() / "fold.log").c_str(), run.root.c_str());
    }

    const journal::RunContents contents = archive::read_with_best_candidate(run.root);
    report::Closing closing;
    closing.facts = facts_of_run(run, job, status);
    closing.reason = end.stop.reason;
    closing.reason_text = end.stop.text;
    closing.limit_seconds = job.rank.limit_seconds;
    closing.evaluations = contents.evaluations.size();
    closing.elapsed_seconds = status.elapsed_seconds;
    for (const EvaluationRecord& record : contents.evaluations) closing.objective_calls += record.objective_calls;
    const archive::Best best = archive::best(contents, job.rank.target);
    if (best.found) {
        closing.best = {best.lower, best.upper};
        closing.key = best.key;
        closing.operator_name = best.operator_name;
        closing.best_seconds = best.elapsed_seconds;
        if (const EvaluationRecord* const record = archive::find_evaluation(contents, best.key)) {
            closing.metrics = record->metrics;
        }
        if (has_hidden_instances(job) && !ends_in_a_hurry(end.stop.reason)) {
            try {
                closing.facts.final_check = check_on_hidden_instances(run, job, contents, best.key);
            } catch (const Error& error) {
                std::fprintf(stderr, "atoll: the check on hidden instances failed: %s\n", error.what());
            }
        }
        const problems::VectorProblem* drawn = job.program ? job.program->vectors() : job.vectors.get();
        try {
            const auto figures = report::write_figures(contents, closing.facts, drawn, run.figures());
            for (const auto& figure : figures) {
                if (figure.filename() == "solution.svg") closing.picture = figure.string();
            }
        } catch (const Error& error) {
            std::fprintf(stderr, "atoll: %s\n", error.what());
        }
    }
    if (job.model) {
        closing.model = report::model_sentence(report::summarize_models(contents.llm_calls),
                                               status.model ? status.model->unavailable_seconds : 0);
        if (status.model && !status.model->last_error.empty()) {
            closing.model += "; last error: " + status.model->last_error;
        }
    } else if (job.program) {
        closing.model = "none was asked (no llm.endpoints): operators alone";
    }
    if (folded) closing.archive = run.archive().string();
    if (request.json) {
        outcome.set("run", run.root.string());
        std::cout << outcome.dump(2) << "\n" << std::flush;
    } else {
        std::cout << report::closing_summary(closing) << std::flush;
    }
}

}  // namespace atl::app
