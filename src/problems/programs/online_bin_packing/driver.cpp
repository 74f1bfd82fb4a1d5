// SPDX-License-Identifier: Apache-2.0
// Packs the items of each instance one after the other, each where the candidate's priority() is highest.
#include <stdlib.h>

#include "atoll_driver.hpp"

/// Of placing an item into a bin with `bin` left of `capacity`; higher is better, NaN counts as minus infinity.
double priority(double item, double bin, double capacity);

/// A candidate that remembers anything defines this too; called before the first item of each instance.
__attribute__((weak)) void begin_instance(double capacity);

namespace {

/// Bins with the same remaining capacity: a binary heap with the earliest opened one at its root.
struct Heap {
    int* bins;
    int size;

    void push(int bin) {
        int at = size++;
        for (; at > 0 && bins[(at - 1) / 2] > bin; at = (at - 1) / 2) bins[at] = bins[(at - 1) / 2];
        bins[at] = bin;
    }

    int pop() {
        const int first = bins[0], last = bins[--size];
        int at = 0;
        for (int child = 1; child < size; at = child, child = 2 * at + 1) {
            if (child + 1 < size && bins[child + 1] < bins[child]) ++child;
            if (bins[child] >= last) break;
            bins[at] = bins[child];
        }
        bins[at] = last;
        return first;
    }
};

/// The feasible remaining capacity of highest priority; on a tie the one whose earliest bin was opened first. An empty
/// bin, always opened last, is the remaining capacity `capacity`.
int best_remaining(const Heap* heaps, int item, int capacity, int empty_bin) {
    int best = -1, best_bin = 0;
    double best_value = 0;
    for (int remaining = item; remaining <= capacity; ++remaining) {
        if (remaining < capacity && heaps[remaining].size == 0) continue;
        double value = priority(item, remaining, capacity);
        if (value != value) value = -__builtin_inf();
        const int bin = remaining < capacity ? heaps[remaining].bins[0] : empty_bin;
        if (best < 0 || value > best_value || (value == best_value && bin < best_bin)) {
            best = remaining;
            best_bin = bin;
            best_value = value;
        }
    }
    return best;
}

}  // namespace

void atoll_run(const double* input, std::size_t, atoll::Answer& answer) {
    const long instances = static_cast<long>(*input++);
    for (long instance = 0; instance < instances; ++instance) {
        const int capacity = static_cast<int>(*input++);
        const int count = static_cast<int>(*input++);
        Heap* heaps = static_cast<Heap*>(calloc(capacity + 1, sizeof(Heap)));
        int* places = static_cast<int*>(malloc((capacity + 1) * sizeof(int) * count));
        for (int remaining = 0; remaining <= capacity; ++remaining) {
            heaps[remaining].bins = places + static_cast<long>(remaining) * count;
        }
        if (begin_instance != nullptr) begin_instance(capacity);
        int opened = 0;
        for (int i = 0; i < count; ++i) {
            const int item = static_cast<int>(*input++);
            const int remaining = best_remaining(heaps, item, capacity, opened);
            const int bin = remaining < capacity ? heaps[remaining].pop() : opened++;
            heaps[remaining - item].push(bin);
            answer.push(bin);
        }
        free(places);
        free(heaps);
    }
}
