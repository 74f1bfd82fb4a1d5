// SPDX-License-Identifier: Apache-2.0
// Loads the models of a job and searches with them.
#include "plan_search.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "atoll/plan/cost_model.hpp"
#include "atoll/plan/explain.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/plan/planner.hpp"
#include "operator_shelf.hpp"

namespace atl::app {

namespace {

class Stopwatch {
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

struct PlanSearch::Models {
    explicit Models(const PlanJob& the_job)
        : job(the_job),
          filter(job.rules),
          rules(filter, job.model, job.cluster, job.workload),
          time(job.model, job.cluster, job.workload, operators.of(job.cluster.gpu), job.time_parameters),
          memory(job.model, job.cluster, job.workload, job.memory_parameters),
          cost(time, memory) {}

    const PlanJob& job;
    Stopwatch since_start;
    OperatorShelf operators;
    plan::RuleFilter filter;
    plan::FilterRules rules;
    plan::TimeModel time;
    plan::MemoryModel memory;
    plan::ModelCost cost;
    double load_seconds = 0;
    double search_seconds = 0;
};

PlanSearch::PlanSearch(const PlanJob& job) : models_(std::make_unique<Models>(job)) {
    models_->load_seconds = models_->since_start.seconds();
}
PlanSearch::~PlanSearch() = default;

plan::SearchResult PlanSearch::search(const PlanShare& share) {
    Models& models = *models_;
    const PlanJob& job = models.job;
    const plan::SearchOptions options{
        .keep = job.keep,
        .memory_limit_gib = memory_limit_gib(models.memory, job.cluster.gpu, job.out_of_memory_limit),
        .exchange = share.exchange};
    const plan::SearchSubject subject = subject_of(job.model, job.cluster);
    const Stopwatch watch;
    plan::SearchResult result =
        job.brute_force && share.parts == 1
            ? brute_force_search(job.space, subject, models.rules, models.cost, options)
            : search_part(job.space, subject, models.rules, models.cost, options, share.part, share.parts);
    models.search_seconds = watch.seconds();
    return result;
}

PlanFindings PlanSearch::findings(plan::SearchResult result, int ranks) {
    Models& models = *models_;
    const PlanJob& job = models.job;
    PlanFindings findings;
    findings.operators = OperatorShelf::origin(job.cluster.gpu);
    findings.load_seconds = models.load_seconds;
    findings.search_seconds = models.search_seconds;
    findings.ranks = ranks;
    for (const plan::RankedPlan& ranked : result.best) {
        KeptPlan kept;
        kept.strategy = ranked.strategy;
        kept.terms = models.time.terms(ranked.strategy);
        kept.seconds = ranked.seconds;
        kept.tokens_per_second =
            static_cast<double>(job.workload.global_batch) * job.workload.sequence / ranked.seconds;
        kept.peak_gib = ranked.peak_gib;
        kept.out_of_memory_probability =
            models.memory.out_of_memory_probability(ranked.peak_gib, job.cluster.gpu.memory_gib);
        kept.parts = waterfall(kept.terms, shape_of(ranked.strategy, job.workload, job.model.layers));
        findings.plans.push_back(std::move(kept));
    }
    if (!findings.plans.empty()) findings.stages = models.memory.stages(findings.plans.front().strategy);
    findings.tied = tied_plans(result, std::sqrt(1 + job.difference_half_width) - 1);
    findings.result = std::move(result);
    return findings;
}

std::vector<plan::ResourceGain> resource_gains(const PlanJob& job, const PlanFindings& findings) {
    return plan::resource_gains(job.cluster, findings.result.best.front(), [&](const plan::Cluster& cluster) {
        PlanJob richer = job;
        richer.cluster = cluster;
        richer.keep = 1;
        const plan::SearchResult result = PlanSearch(richer).search({});
        plan::RankedPlan none;
        none.seconds = std::numeric_limits<double>::infinity();
        return result.best.empty() ? none : result.best.front();
    });
}

}  // namespace atl::app
