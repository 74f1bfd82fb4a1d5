// SPDX-License-Identifier: Apache-2.0
// Best fit: the fullest bin that still has room.

// EVOLVE-BLOCK-START
double priority(double item, double bin, double capacity) { return /* atoll:expr(item, bin, capacity) */ item - bin; }
// EVOLVE-BLOCK-END
