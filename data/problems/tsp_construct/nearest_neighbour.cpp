// SPDX-License-Identifier: Apache-2.0
// Nearest neighbour: of the unvisited nodes the one with the lowest cost, which is its distance.

// EVOLVE-BLOCK-START
double cost(double to_current, double to_start, double to_others) {
    return /* atoll:expr(to_current, to_start, to_others) */ to_current;
}

long select_next(long current, long start, const long* unvisited, long count, const double* distance, long n) {
    long best = unvisited[0];
    double best_cost = 0;
    for (long i = 0; i < count; ++i) {
        const long node = unvisited[i];
        double sum = 0;
        for (long j = 0; j < count; ++j) sum += distance[node * n + unvisited[j]];
        const double to_others = count > 1 ? sum / (count - 1) : 0;  // mean distance to the other unvisited nodes
        const double node_cost = cost(distance[current * n + node], distance[start * n + node], to_others);
        if (i == 0 || node_cost < best_cost) {
            best = node;
            best_cost = node_cost;
        }
    }
    return best;
}
// EVOLVE-BLOCK-END
