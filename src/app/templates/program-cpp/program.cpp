// SPDX-License-Identifier: Apache-2.0
// The machine is free at `now`: of the jobs left, the one of the highest priority goes first. Here the one due first.

double priority(double processing, double due, double weight, double now) {
    // EVOLVE-BLOCK-START
    const double by_weight = 0.0;
    const double by_processing = 0.0;
    const double slack = due - now - processing;
    return by_weight * weight - by_processing * processing - /* atoll:expr(processing, slack, weight) */ slack;
    // EVOLVE-BLOCK-END
}
