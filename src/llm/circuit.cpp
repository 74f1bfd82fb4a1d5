// SPDX-License-Identifier: Apache-2.0
// Transitions of a circuit.
#include "llm/circuit.hpp"

#include <algorithm>

namespace atl::llm {

bool Circuit::sent() {
    if (is_closed_) return false;
    has_probe_ = true;
    return true;
}

void Circuit::succeeded() {
    is_closed_ = true;
    is_confirmed_ = false;
    has_probe_ = false;
    failures_ = 0;
    pause_ = options_.first_pause;
}

void Circuit::failed(Nanoseconds now, bool was_probe) {
    if (failures_++ == 0) first_failure_ = now;
    if (was_probe) {
        has_probe_ = false;
        is_confirmed_ = true;
        pause_ = std::min(pause_ * 2, options_.longest_pause);
        open_until_ = now + pause_;
    } else if (is_closed_ && failures_ >= options_.failures && now - first_failure_ >= options_.quiet) {
        is_closed_ = false;
        open_until_ = now + pause_;
    }
    // else: sent before it opened, and says nothing new
}

void Circuit::refused(Nanoseconds now, Nanoseconds pause) {
    is_closed_ = false;
    is_confirmed_ = true;
    has_probe_ = false;
    open_until_ = std::max(open_until_, now + pause);
}

}  // namespace atl::llm
