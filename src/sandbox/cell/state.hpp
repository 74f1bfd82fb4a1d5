// SPDX-License-Identifier: Apache-2.0
// What a nursery, its keepers and their children hold; one per process, copied by fork.
#pragma once

#include <cstddef>

#include "sandbox/cell/cell.hpp"

namespace atl::sandbox::cell {

struct State {
    CellConfig config;
    CellRequest request = {};
    int channel = -1;  ///< nursery to warden
    int report = -1, output = -1, bundle = -1;
    int status_keeper = -1, status_child = -1;  ///< closed by the child's last step before the candidate's first
    int scratch_folder = -1;
    CellReport answer = {};
    std::int64_t started_nanoseconds = 0;

    bool on(std::uint32_t layer) const { return (config.layers & layer) != 0; }
};

extern constinit State state;

std::int64_t monotonic_nanoseconds();
void close_and_forget(int& descriptor);
/// One StartFailure on the status channel; with `descriptor` >= 0 that goes along. Step "" is no failure.
bool send_status(const StartFailure& failure, int descriptor);
/// The size of what came, 0 at the end, negative on an error.
long receive_status(StartFailure& failure, int& descriptor);

}  // namespace atl::sandbox::cell
