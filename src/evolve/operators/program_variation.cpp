// SPDX-License-Identifier: Apache-2.0
// Pipelines over programs.
#include "atoll/evolve/program_variation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/vector_genome.hpp"

namespace atl::evolve {
namespace {

constexpr std::string_view tune_suffix = "+tune";
constexpr std::string_view tune_name = "tune";
constexpr std::string_view polish_name = "polish_output";
constexpr std::string_view repair_name = "llm_repair";

std::vector<std::string> known_names(const problems::ProgramProblem& problem, bool with_model) {
    std::vector<std::string> names = ProgramOperators::names();
    if (!problem.judges_text()) names.emplace_back(tune_name);
    if (with_model) {
        const std::vector<std::string> more = ModelProposer::names();
        names.insert(names.end(), more.begin(), more.end());
    }
    if (problem.vectors() != nullptr) names.emplace_back(polish_name);
    return names;
}

/// "expression" of "expression+tune".
std::string without_tune(const std::string& name) {
    return name.ends_with(tune_suffix) ? name.substr(0, name.size() - tune_suffix.size()) : name;
}

bool is_of_models(const std::string& name) {
    const std::vector<std::string> names = ModelProposer::names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// A result that the judge of vectors takes, as coordinates; empty otherwise.
std::vector<double> coordinates_of(const problems::VectorProblem& problem, const std::string& bytes) {
    if (bytes.size() != problem.dimension() * sizeof(double)) return {};
    std::vector<double> x = decode_vector({std::string(vector_genome), bytes});
    return problem.judge(x).verdict.ok() ? x : std::vector<double>();
}

/// Another problem's object that lives as long as this one.
std::shared_ptr<const problems::VectorProblem> vectors_of(
    const std::shared_ptr<const problems::ProgramProblem>& problem) {
    return {problem, problem->vectors()};
}

}  // namespace

ProgramVariation::ProgramVariation(std::shared_ptr<const problems::ProgramProblem> problem,
                                   std::shared_ptr<const ProgramRunner> runner, std::string seed,
                                   std::uint64_t tuner_calls, const std::vector<std::string>& names,
                                   std::shared_ptr<const ModelProposer> proposer)
    : problem_(std::move(problem)),
      runner_(std::move(runner)),
      seed_(std::move(seed)),
      operators_(problem_->language()),
      proposer_(std::move(proposer)),
      tuner_(problem_, runner_, tuner_calls) {
    check_pipelines(*problem_, names, proposer_ != nullptr);
    parse_program(seed_, problem_->language(), "the program to start from");
    if (problem_->vectors() != nullptr) {
        vector_operators_ = std::make_unique<const VectorOperators>(vectors_of(problem_));
    }
    for (const std::string& name : names.empty() ? default_pipelines(*problem_, proposer_ != nullptr) : names) {
        const std::string first = without_tune(name);
        Pipeline pipeline{name, 1, 0};
        if (first == polish_name) {
            pipeline.expected_calls = 50;  // Newton steps
        } else if (is_of_models(first)) {
            pipeline.parents = ModelProposer::parents(first);
            pipeline.asks_model = true;
            pipeline.repairs = first == repair_name;
        } else if (first != tune_name) {
            pipeline.parents = ProgramOperators::parents(first);
        }
        if (first != name || first == tune_name) pipeline.expected_calls = static_cast<double>(tuner_calls);
        pipelines_.push_back(std::move(pipeline));
    }
}

std::vector<std::string> ProgramVariation::default_pipelines(const problems::ProgramProblem& problem, bool with_model) {
    std::vector<std::string> names = ProgramOperators::default_pipelines();
    if (!problem.judges_text()) {
        names.emplace_back(tune_name);
        names.emplace_back("expression+tune");
    }
    if (with_model) {
        const std::vector<std::string> more = ModelProposer::names();
        names.insert(names.end(), more.begin(), more.end());
    }
    if (problem.vectors() != nullptr) names.emplace_back(polish_name);
    return names;
}

void ProgramVariation::check_pipelines(const problems::ProgramProblem& problem, const std::vector<std::string>& names,
                                       bool with_model) {
    const std::vector<std::string> known = known_names(problem, with_model);
    for (const std::string& name : names) {
        const std::string first = without_tune(name);
        if (std::find(known.begin(), known.end(), first) != known.end() &&
            (first == name || (first != tune_name && first != polish_name && !problem.judges_text()))) {
            continue;
        }
        if (!with_model && is_of_models(first)) {
            throw InputError(fmt::format("operator '{}' asks a language model; name one by 'llm.endpoints'", name));
        }
        throw InputError(
            fmt::format("unknown operator '{}' for problem {}{}; there are {}{}", name, problem.name(),
                        did_you_mean(first, known), fmt::join(known, ", "),
                        problem.judges_text() ? "" : fmt::format(", the operators also with '{}'", tune_suffix)));
    }
}

std::string_view ProgramVariation::genome() const { return program_genome; }

double ProgramVariation::cost(std::string_view operator_name, double objective_calls) const {
    constexpr double runs_of_an_evaluation = 32;
    if (operator_name == polish_name) return 2;  // a run, and Newton steps, which cost as good as nothing beside it
    if (problem_->language() != problems::Language::cpp) return objective_calls;
    return 1 + (objective_calls - 1) / runs_of_an_evaluation;
}

void ProgramVariation::check(const Candidate& candidate) const {
    if (candidate.genome != program_genome) {
        throw InputError(
            fmt::format("candidate has genome '{}', but this problem takes '{}'", candidate.genome, program_genome));
    }
    parse_program(candidate.bytes, problem_->language());
}

std::string ProgramVariation::varied(const std::string& name, std::span<const Candidate* const> parents,
                                     RandomStream& random) const {
    std::vector<std::string_view> texts;
    for (const Candidate* parent : parents) texts.emplace_back(parent->bytes);
    if (std::optional<std::string> text = operators_.apply(name, texts, random)) return std::move(*text);
    for (const char* other : {"literal", "operator", "statement"}) {
        if (std::optional<std::string> text = operators_.apply(other, {texts.data(), 1}, random)) {
            return std::move(*text);
        }
    }
    return parents[0]->bytes;
}

engine::Made ProgramVariation::polished_output(const Candidate& parent, RandomStream& random) const {
    engine::Made made;
    const ProgramRun run = runner_->run(parent, problem_->stages(problems::open_instances).back());
    made.cpu_seconds = run.cpu_seconds;
    made.objective_calls = 1;
    made.candidate = parent;
    if (!run.verdict.ok()) return made;
    const std::vector<double> x = coordinates_of(*problem_->vectors(), run.results.front());
    if (x.empty()) return made;
    const std::span<const double> view(x);
    const Offspring child = vector_operators_->run(vector_operators_->pipeline("none+polish"), {&view, 1}, random);
    made.candidate = encode_vector(child.x);
    made.objective_calls += child.objective_calls;
    return made;
}

engine::Made ProgramVariation::make(const Pipeline& pipeline, std::span<const Candidate* const> parents,
                                    RandomStream& random, const Candidate*) const {
    if (pipeline.name == polish_name) return polished_output(*parents[0], random);
    engine::Made made;
    made.candidate.genome = program_genome;
    const std::string first = without_tune(pipeline.name);
    if (pipeline.name == starter_.name) {
        made.candidate.bytes = operators_.start(seed_, random);
    } else if (first == tune_name) {
        made.candidate.bytes = parents[0]->bytes;
    } else {
        made.candidate.bytes = varied(first, parents, random);
    }
    if (first != pipeline.name || first == tune_name) tune(made, random);
    if (made.candidate.bytes.size() > program_text_max_bytes) made.candidate = *parents[0];
    return made;
}

void ProgramVariation::tune(engine::Made& made, RandomStream& random) const {
    Tuned tuned = tuner_.tune(made.candidate.bytes, random);
    made.candidate.bytes = std::move(tuned.text);
    made.objective_calls = tuned.calls;
    made.cpu_seconds = tuned.cpu_seconds;
}

llm::Request ProgramVariation::question(const Pipeline& pipeline, const PromptContext& context,
                                        RandomStream& random) const {
    const std::string name = without_tune(pipeline.name);
    llm::Request request;
    request.messages = proposer_->prompt(name, context, random);
    request.complete = [proposer = proposer_, name, parent = context.parent->candidate.bytes](std::string_view text) {
        return proposer->complete(name, parent, text);
    };
    return request;
}

engine::Made ProgramVariation::make_of_reply(const Pipeline& pipeline, const Candidate& parent,
                                             const std::string& reply, RandomStream& random) const {
    const std::string name = without_tune(pipeline.name);
    ParsedReply parsed = proposer_->parse(name, parent.bytes, reply);
    engine::Made made;
    if (!parsed.text) {
        made.candidate = {std::string(engine::refused_genome), reply.substr(0, program_text_max_bytes)};
        made.refused = Verdict{VerdictKind::wrong, std::move(parsed.reason), std::move(parsed.error)};
        return made;
    }
    made.candidate = {std::string(program_genome), std::move(*parsed.text)};
    if (name != pipeline.name) tune(made, random);
    return made;
}

}  // namespace atl::evolve
