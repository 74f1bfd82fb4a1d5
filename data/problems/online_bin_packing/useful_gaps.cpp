// SPDX-License-Identifier: Apache-2.0
// A bin is filled nearly to the brim, or keeps a gap that a later item can use: nothing in between.

// EVOLVE-BLOCK-START
double priority(double item, double bin, double capacity) {
    double gap = bin - item;
    if (gap <= 3.0) return 10.0 - gap;
    if (gap < 24.0) return -1.0;
    return /* atoll:expr(item, bin, capacity, gap) */ 1.0 - 0.001 * gap;
}
// EVOLVE-BLOCK-END
