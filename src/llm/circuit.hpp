// SPDX-License-Identifier: Apache-2.0
// Keeps requests away from an endpoint that fails, and finds out when it is back.
#pragma once

#include <cstdint>

#include "atoll/core/clock.hpp"

namespace atl::llm {

struct CircuitOptions {
    std::uint32_t failures = 5;  ///< in a row that open it
    Nanoseconds first_pause = 5 * nanoseconds_per_second;
    Nanoseconds longest_pause = 60 * nanoseconds_per_second;
    Nanoseconds quiet = 0;  ///< that the row must span: of many requests at once, some failures are in a row by chance
};

/// Closed: requests flow. Open: none until the pause is over, then one, the probe. Any success closes it; a probe that
/// fails doubles the pause. Invariant: at most one probe is out.
class Circuit {
public:
    explicit Circuit(const CircuitOptions& options) : options_(options), pause_(options.first_pause) {}

    bool is_closed() const { return is_closed_; }
    /// Open, and not for the first time in this bout of failures: there is little hope that waiting helps.
    bool is_down() const { return !is_closed_ && is_confirmed_; }
    /// Open with its pause over, so that the next request would be the probe.
    bool wants_probe(Nanoseconds now) const { return !is_closed_ && !has_probe_ && now >= open_until_; }
    bool has_probe() const { return has_probe_; }
    Nanoseconds open_until() const { return open_until_; }

    /// A request goes out; true when it is the probe.
    bool sent();
    void succeeded();
    void failed(Nanoseconds now, bool was_probe);
    /// The endpoint will not serve us for a while, whatever we send: no access, no money, a long Retry-After.
    void refused(Nanoseconds now, Nanoseconds pause);
    /// The probe was given up before it could tell.
    void probe_dropped() { has_probe_ = false; }

private:
    CircuitOptions options_;
    bool is_closed_ = true;
    bool is_confirmed_ = false;
    bool has_probe_ = false;
    std::uint32_t failures_ = 0;     ///< in a row
    Nanoseconds first_failure_ = 0;  ///< of the row
    Nanoseconds pause_;
    Nanoseconds open_until_ = 0;
};

}  // namespace atl::llm
