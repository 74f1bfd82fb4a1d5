// SPDX-License-Identifier: Apache-2.0
// Time as the engine sees it: monotonic on a machine, virtual in a simulation.
#pragma once

#include <cstdint>
#include <string>

namespace atl {

/// Nanoseconds since an arbitrary origin that does not change while the process lives.
using Nanoseconds = std::int64_t;

constexpr Nanoseconds nanoseconds_per_second = 1'000'000'000;

constexpr double to_seconds(Nanoseconds duration) { return static_cast<double>(duration) * 1e-9; }
constexpr Nanoseconds from_seconds(double seconds) { return static_cast<Nanoseconds>(seconds * 1e9); }

class Clock {
public:
    virtual ~Clock() = default;
    virtual Nanoseconds now() const = 0;
};

/// CLOCK_MONOTONIC.
class MonotonicClock final : public Clock {
public:
    Nanoseconds now() const override;
};

/// Moves only when told to; never backwards.
class VirtualClock final : public Clock {
public:
    Nanoseconds now() const override { return now_; }
    void advance_to(Nanoseconds instant) {
        if (instant > now_) now_ = instant;
    }

private:
    Nanoseconds now_ = 0;
};

/// UTC wall clock as "2026-01-31T12:34:56Z", for names and provenance only.
std::string utc_timestamp();

}  // namespace atl
