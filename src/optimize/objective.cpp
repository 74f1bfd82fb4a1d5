// SPDX-License-Identifier: Apache-2.0
// Names of the reasons for which an optimiser stops.
#include "atoll/optimize/objective.hpp"

namespace atl::optimize {

std::string_view to_string(StopReason reason) {
    switch (reason) {
        case StopReason::calls_spent:
            return "calls_spent";
        case StopReason::target_reached:
            return "target_reached";
        case StopReason::converged:
            return "converged";
    }
    return "unknown";
}

}  // namespace atl::optimize
