// SPDX-License-Identifier: Apache-2.0
// How many worker threads a rank gets: the CPUs it may use, shared with the ranks that may use them, too.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace atl::app {

/// One rank's place on a machine; `cpus` are the processor numbers of its affinity mask.
struct Placement {
    std::string host;
    std::vector<int> cpus;
};

/// This process's placement.
Placement current_placement();

/// CPUs in rank `rank`'s mask divided by the ranks on its host whose masks overlap it, at least 1.
std::size_t workers_of(const std::vector<Placement>& ranks, std::size_t rank);

}  // namespace atl::app
