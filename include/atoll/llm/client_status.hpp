// SPDX-License-Identifier: Apache-2.0
// What a client of language models did so far, in sums.
#pragma once

#include <cstdint>
#include <string>

namespace atl::llm {

/// Sums since the client was made.
struct ClientStatus {
    std::uint64_t asked = 0;
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;    ///< without a reply in the end
    std::uint64_t requests = 0;  ///< HTTP requests sent, retries and hedges included
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;
    double usd = 0;
    double unavailable_seconds = 0;  ///< no endpoint could be asked; filled in by who asks
    std::string last_error;          ///< empty: none so far
    bool available = true;           ///< as Client::available()
};

/// Sums of several clients'; available when one of them is, unavailable for as long as the one that was so longest.
ClientStatus operator+(const ClientStatus& left, const ClientStatus& right);

}  // namespace atl::llm
