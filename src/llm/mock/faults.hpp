// SPDX-License-Identifier: Apache-2.0
// The kinds of faults that the mock injects, and which one a request meets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "atoll/core/random.hpp"
#include "atoll/llm/mock_server.hpp"

namespace atl::llm::mock {

/// In the order of MockFaults; `none` is last.
enum class Fault : std::uint8_t {
    rate_limited,
    rate_limited_bare,
    server_error,
    stall,
    cut,
    html,
    garbage,
    huge,
    empty,
    invalid_utf8,
    unusable,
    unauthorized,
    out_of_money,
    none,
};

inline constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::none);

struct FaultKind {
    const char* name;
    double MockFaults::*share;
};

/// By Fault.
extern const std::array<FaultKind, fault_count> fault_kinds;

/// The sum of the shares.
double share_of_faults(const MockFaults& faults);

/// Takes one number from the stream.
Fault draw_fault(const MockFaults& faults, RandomStream& random);

}  // namespace atl::llm::mock
