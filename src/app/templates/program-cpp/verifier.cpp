// SPDX-License-Identifier: Apache-2.0
// Judges an order of jobs: each exactly once, and what being late costs.
#include "atoll_verifier.hpp"

#include <algorithm>
#include <string>
#include <vector>

double verify(const atl::Instance& instance, const std::vector<double>& answer) {
    const std::vector<double> numbers = instance.numbers();  // processing, due and weight of each job
    const std::size_t jobs = numbers.size() / 3;
    if (answer.size() != jobs) {
        throw atl::Wrong("wrong_length",
                         "expected " + std::to_string(jobs) + " jobs, got " + std::to_string(answer.size()));
    }
    std::vector<bool> seen(jobs, false);
    double now = 0, cost = 0, late = 0;
    for (const double each : answer) {
        const auto job = each >= 0 && each < static_cast<double>(jobs) ? static_cast<std::size_t>(each) : jobs;
        if (job == jobs || static_cast<double>(job) != each) throw atl::Wrong("no_job", "the answer names no job");
        if (seen[job]) throw atl::Wrong("job_twice", "job " + std::to_string(job) + " comes twice");
        seen[job] = true;
        now += numbers[3 * job];
        const double tardiness = std::max(0.0, now - numbers[3 * job + 1]);
        cost += numbers[3 * job + 2] * tardiness;
        late += tardiness > 0 ? 1 : 0;
    }
    atl::metric("jobs_late", late);
    return cost / static_cast<double>(jobs);
}
