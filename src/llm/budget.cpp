// SPDX-License-Identifier: Apache-2.0
// Sums of the ledger.
#include "llm/budget.hpp"

#include <algorithm>
#include <cmath>

namespace atl::llm {
namespace {

constexpr double most_usd = 1e6;  // far below what picodollars can hold

/// USD per million tokens are picodollars per token, times a million; a part counts as a whole.
PicoUsd picos_per_token(double usd_per_million_tokens) {
    constexpr double rounding = 1e-6;  // 0.15 * 1e6 is not quite a whole number
    return static_cast<PicoUsd>(std::ceil(usd_per_million_tokens * 1e6 - rounding));
}

}  // namespace

PicoUsd cost_of(const Tokens& tokens, const Price& price) {
    return tokens.prompt * picos_per_token(price.prompt) + tokens.completion * picos_per_token(price.completion);
}

double to_usd(PicoUsd picos) { return static_cast<double>(picos) * 1e-12; }

Budget::Budget(std::optional<std::uint64_t> tokens, std::optional<double> usd, std::uint32_t groups)
    : has_tokens_(tokens.has_value()), has_usd_(usd.has_value()), accounts_(std::max<std::uint32_t>(groups, 1)) {
    const PicoUsd picos = static_cast<PicoUsd>(std::floor(std::clamp(usd.value_or(0), 0.0, most_usd) * 1e12));
    const std::size_t count = accounts_.size();
    for (std::size_t i = 0; i < count; ++i) {
        accounts_[i].token_limit = tokens.value_or(0) / count + (i < tokens.value_or(0) % count ? 1 : 0);
        accounts_[i].pico_limit = picos / count + (i < picos % count ? 1 : 0);
    }
}

Grant Budget::reserve(const Reservation& reservation) {
    Account& account = accounts_.at(reservation.group);
    const std::uint64_t tokens = reservation.tokens.sum();
    if (has_tokens_ && account.spent_tokens + tokens > account.token_limit) return Grant::no_tokens;
    if (has_usd_ && account.spent_picos + reservation.picos > account.pico_limit) return Grant::no_usd;
    if (has_tokens_ && account.spent_tokens + account.reserved_tokens + tokens > account.token_limit) {
        return Grant::wait;
    }
    if (has_usd_ && account.spent_picos + account.reserved_picos + reservation.picos > account.pico_limit) {
        return Grant::wait;
    }
    account.reserved_tokens += tokens;
    account.reserved_picos += reservation.picos;
    return Grant::granted;
}

void Budget::spend(std::size_t group, std::uint64_t tokens, double usd) {
    Account& account = accounts_.at(group);
    account.spent_tokens += tokens;
    account.spent_picos += static_cast<PicoUsd>(std::ceil(std::clamp(usd, 0.0, most_usd) * 1e12));
}

void Budget::release(const Reservation& reservation) { settle(reservation, 0, 0); }

void Budget::settle(const Reservation& reservation, std::uint64_t tokens, PicoUsd picos) {
    Account& account = accounts_.at(reservation.group);
    account.reserved_tokens -= reservation.tokens.sum();
    account.reserved_picos -= reservation.picos;
    account.spent_tokens += tokens;
    account.spent_picos += picos;
}

bool Budget::could_pay(std::uint64_t tokens, PicoUsd picos) const {
    return std::any_of(accounts_.begin(), accounts_.end(), [&](const Account& account) {
        return (!has_tokens_ || account.spent_tokens + tokens <= account.token_limit) &&
               (!has_usd_ || account.spent_picos + picos <= account.pico_limit);
    });
}

}  // namespace atl::llm
