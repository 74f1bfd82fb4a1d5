// SPDX-License-Identifier: Apache-2.0
// Takes the facts of a problem.
#include "atoll/report/run_facts.hpp"

namespace atl::report {

RunFacts facts_of(const problems::Problem& problem) {
    RunFacts facts;
    facts.problem = problem.name();
    facts.direction = problem.direction();
    facts.best_known = problem.best_known();
    facts.published = problem.published();
    return facts;
}

}  // namespace atl::report
