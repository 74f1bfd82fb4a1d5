// SPDX-License-Identifier: Apache-2.0
// What went wrong with a request, what it says about the endpoint, whether it is worth another try, and when.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atoll/core/ids.hpp"

namespace atl::llm {

/// What the outcome of a request says about its endpoint.
enum class Health : std::uint8_t {
    alive,     ///< it works; the request may have been wrong
    failing,   ///< it may be broken: counts towards its circuit
    limited,   ///< it works and wants fewer requests
    refusing,  ///< it will not serve us: no access, no money
};

struct Fault {
    std::string reason;  ///< a code: "http_503", "cut_body"
    std::string text;    ///< the same in words
    Health health = Health::failing;
    bool is_retried = true;
    bool may_be_charged = true;  ///< the server may have made a reply for it, and count its tokens
};

/// Of a reply whose HTTP status is no success.
Fault fault_of_status(int status, std::string_view body);

struct BackOff {
    double first_seconds = 0.5;
    double longest_seconds = 30;
};

/// Before the try after the `faults`-th fault (from 1) of a question: doubles, and lies between half and all of that by
/// a random number of the question's own, so that questions that failed together do not come back together.
double wait_seconds(const BackOff& back_off, std::uint64_t seed, const EvaluationKey& key, std::uint32_t faults);

}  // namespace atl::llm
