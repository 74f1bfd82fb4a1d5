// SPDX-License-Identifier: Apache-2.0
// What an error says.
#pragma once

#include <functional>
#include <string>

#include "atoll/core/error.hpp"

namespace atl::testing {

/// Empty when the action throws no atl::Error.
inline std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace atl::testing
