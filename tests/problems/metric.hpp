// SPDX-License-Identifier: Apache-2.0
// One metric among those that stand beside a score.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "atoll/core/record.hpp"

namespace atl::testing {

/// Its value; a failure of the test when there is none of that name.
inline double metric(const std::vector<Metric>& metrics, const std::string& name) {
    for (const Metric& each : metrics) {
        if (each.name == name) return each.value;
    }
    ADD_FAILURE() << "no metric " << name;
    return 0;
}

}  // namespace atl::testing
