// SPDX-License-Identifier: Apache-2.0
// Calls the program: orders an instance's jobs by its priorities. What is pushed is the answer, judged by verifier.cpp.
//
// It runs in the program's process, so nothing here can be relied on: the verifier checks everything again.
// atl::Instance has the instance file's `text`, and numbers() of it.

double priority(double processing, double due, double weight, double now);

void run(const atl::Instance& instance, atl::Answer& answer) {
    const std::vector<double> numbers = instance.numbers();  // processing, due and weight of each job
    const std::size_t jobs = numbers.size() / 3;
    std::vector<bool> done(jobs, false);
    double now = 0;
    for (std::size_t step = 0; step < jobs; ++step) {
        std::size_t next = jobs;
        double highest = 0;
        for (std::size_t job = 0; job < jobs; ++job) {
            if (done[job]) continue;
            const double* const of = &numbers[3 * job];
            const double value = priority(of[0], of[1], of[2], now);
            if (next == jobs || value > highest) {
                next = job;
                highest = value;
            }
        }
        done[next] = true;
        now += numbers[3 * next];
        answer.push(static_cast<double>(next));
    }
}
