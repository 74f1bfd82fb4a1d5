// SPDX-License-Identifier: Apache-2.0
// The ledger of tokens and money: what a request may cost at most is set aside before it is sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "atoll/llm/endpoint.hpp"

namespace atl::llm {

/// 1e-12 USD: whole numbers, so that sums are exact and a released reservation leaves nothing behind.
using PicoUsd = std::uint64_t;

struct Tokens {
    std::uint64_t prompt = 0;
    std::uint64_t completion = 0;

    std::uint64_t sum() const { return prompt + completion; }
};

PicoUsd cost_of(const Tokens& tokens, const Price& price);
double to_usd(PicoUsd picos);

/// What one request may cost at most.
struct Reservation {
    std::size_t group = 0;
    Tokens tokens;
    PicoUsd picos = 0;
};

enum class Grant : std::uint8_t {
    granted,
    wait,       ///< not while others hold so much; they may yet give some back
    no_tokens,  ///< not even if all others gave everything back
    no_usd,
};

/// Invariant: spent + reserved <= limit, in each group and kind, as long as servers stay below what was reserved.
class Budget {
public:
    /// The limits are shared out evenly over the groups.
    Budget(std::optional<std::uint64_t> tokens, std::optional<double> usd, std::uint32_t groups);

    std::size_t group_of(std::uint32_t island) const { return island % accounts_.size(); }
    Grant reserve(const Reservation& reservation);
    /// The request cost nothing.
    void release(const Reservation& reservation);
    /// The request cost so much.
    void settle(const Reservation& reservation, std::uint64_t tokens, PicoUsd picos);
    /// Spent before this ledger was opened.
    void spend(std::size_t group, std::uint64_t tokens, double usd);
    /// True when some group could still pay this.
    bool could_pay(std::uint64_t tokens, PicoUsd picos) const;

private:
    struct Account {
        std::uint64_t token_limit = 0;
        std::uint64_t spent_tokens = 0;
        std::uint64_t reserved_tokens = 0;
        PicoUsd pico_limit = 0;
        PicoUsd spent_picos = 0;
        PicoUsd reserved_picos = 0;
    };
    bool has_tokens_;
    bool has_usd_;
    std::vector<Account> accounts_;
};

}  // namespace atl::llm
