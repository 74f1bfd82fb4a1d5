// SPDX-License-Identifier: Apache-2.0
// `atoll report`: the run as tables and figures.
#include <iostream>

#include "atoll/app/final_check.hpp"
#include "atoll/app/job.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/file.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/report/run_figures.hpp"
#include "atoll/report/run_report.hpp"

namespace atl::app {

namespace {

/// What the job of a user's own problem says of others' values; nothing when the job can not be read.
std::vector<problems::PublishedValue> published_by_user(const RunDirectory& run) {
    try {
        return evolve::own_best_known(resolve_stored_job(run.job(), {}).real("own.best_known"));
    } catch (const InputError&) {
        return {};
    }
}

/// From the first segment's provenance and, where the run has ended, its outcome.
report::RunFacts facts_of_run(const RunDirectory& run, const journal::RunContents& contents,
                              const problems::Problem* problem) {
    report::RunFacts facts = problem != nullptr ? report::facts_of(*problem) : report::RunFacts{};
    const archive::RunSubject subject = archive::subject(contents);
    facts.directory = run.root.string();
    facts.problem = subject.problem;
    facts.direction = subject.direction;
    facts.target = stored_target(run);
    if (problem == nullptr) facts.published = published_by_user(run);
    if (!contents.segments.empty()) {
        const Json provenance = parse_json(contents.segments.front().provenance_json, "provenance");
        if (provenance["seed"].is_integer()) facts.seed = static_cast<std::uint64_t>(provenance["seed"].as_integer());
        if (provenance["ranks"].is_integer())
            facts.ranks = static_cast<std::uint32_t>(provenance["ranks"].as_integer());
        if (provenance["islands"].is_integer())
            facts.islands = static_cast<std::uint32_t>(provenance["islands"].as_integer());
        if (provenance["git_commit"].is_string()) facts.commit = provenance["git_commit"].as_string();
    }
    if (std::filesystem::exists(run.outcome())) {
        const Json outcome = parse_json(read_text_file(run.outcome(), 64U << 20), run.outcome().string());
        facts.state = "ended, " + outcome["reason"].as_string();
    } else {
        facts.state = "not ended";
    }
    return facts;
}

}  // namespace

ExitCode report(const std::filesystem::path& root, const std::optional<std::filesystem::path>& figures, bool json) {
    const RunDirectory run = open_run_directory(root);
    const journal::RunContents contents = archive::read_with_best_candidate(run.root);
    const std::string name = archive::subject(contents).problem;
    const std::unique_ptr<problems::ProgramProblem> program = problems::make_program_problem(name);
    std::unique_ptr<problems::VectorProblem> vectors;
    try {
        if (!program) vectors = problems::make_vector_problem(name);
    } catch (const InputError&) {
        // A run of a problem that this program does not have is still reported, without its figure and its records.
    }
    const problems::Problem* problem = program ? static_cast<const problems::Problem*>(program.get()) : vectors.get();
    const problems::VectorProblem* drawn = program ? program->vectors() : vectors.get();
    report::RunFacts facts = facts_of_run(run, contents, problem);
    facts.final_check = read_final_check(run, archive::best(contents).key);
    const report::RunSummary summary = report::summarize(contents, facts);
    const auto written = report::write_figures(contents, facts, drawn, figures ? *figures : run.figures());
    if (json) {
        Json all = report::to_json(summary);
        Json::Array paths;
        for (const auto& path : written) paths.emplace_back(path.string());
        all.set("figures", std::move(paths));
        std::cout << all.dump(2) << "\n";
        return ExitCode::ok;
    }
    report::print(summary, std::cout);
    for (const auto& path : written) std::cout << "figure   " << path.string() << "\n";
    return ExitCode::ok;
}

}  // namespace atl::app
