// SPDX-License-Identifier: Apache-2.0
// How many worker threads a rank gets.
#include "atoll/app/workers.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>

namespace atl::app {

Placement current_placement() {
    Placement placement;
    char name[256] = {};
    placement.host = gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
    // Room for 8,192 processors; the kernel refuses a set smaller than its own.
    constexpr int processors = 8192;
    cpu_set_t* set = CPU_ALLOC(processors);
    const std::size_t bytes = CPU_ALLOC_SIZE(processors);
    CPU_ZERO_S(bytes, set);
    if (sched_getaffinity(0, bytes, set) == 0) {
        for (int cpu = 0; cpu < processors; ++cpu) {
            if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set)) placement.cpus.push_back(cpu);
        }
    }
    CPU_FREE(set);
    return placement;
}

std::size_t workers_of(const std::vector<Placement>& ranks, std::size_t rank) {
    const Placement& own = ranks.at(rank);
    const auto shares = std::count_if(ranks.begin(), ranks.end(), [&own](const Placement& other) {
        return other.host == own.host && std::find_first_of(own.cpus.begin(), own.cpus.end(), other.cpus.begin(),
                                                            other.cpus.end()) != own.cpus.end();
    });
    if (shares == 0) return 1;
    return std::max<std::size_t>(1, own.cpus.size() / static_cast<std::size_t>(shares));
}

}  // namespace atl::app
