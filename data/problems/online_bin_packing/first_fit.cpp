// SPDX-License-Identifier: Apache-2.0
// First fit: all bins are equal, and a tie goes to the one that was opened first.

// EVOLVE-BLOCK-START
double priority(double item, double bin, double capacity) { return /* atoll:expr(item, bin, capacity) */ 0.0; }
// EVOLVE-BLOCK-END
