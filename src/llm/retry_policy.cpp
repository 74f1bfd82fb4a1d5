// SPDX-License-Identifier: Apache-2.0
// Which HTTP status means what.
#include "llm/retry_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "atoll/core/random.hpp"
#include "llm/reply_parser.hpp"

namespace atl::llm {
namespace {

/// A 429 that no waiting cures (the codes and words of the large providers).
bool is_out_of_money(std::string_view body) {
    constexpr std::array<std::string_view, 5> marks = {"insufficient_quota", "insufficient_balance",
                                                       "Insufficient Balance", "billing_hard_limit",
                                                       "exceeded your current quota"};
    return std::any_of(marks.begin(), marks.end(),
                       [&](std::string_view mark) { return body.find(mark) != std::string_view::npos; });
}

}  // namespace

Fault fault_of_status(int status, std::string_view body) {
    Fault fault;
    fault.reason = fmt::format("http_{}", status);
    const std::string words = error_message_of(body);
    fault.text =
        words.empty() ? fmt::format("HTTP status {}", status) : fmt::format("HTTP status {}: {}", status, words);
    fault.may_be_charged = false;
    if (status >= 500 || status == 408) {
        fault.health = Health::failing;
    } else if (status == 429 && is_out_of_money(body)) {
        fault.health = Health::refusing;
        fault.reason = "http_429_quota";
        fault.is_retried = false;
    } else if (status == 429 || status == 425) {
        fault.health = Health::limited;
    } else if (status == 409) {
        fault.health = Health::alive;
    } else if (status == 401 || status == 402 || status == 403) {
        fault.health = Health::refusing;
        fault.is_retried = false;
    } else {
        // 400 and its like are about one request; 3xx, 404 and 405 about a wrong address
        fault.health = status < 400 || status == 404 || status == 405 ? Health::failing : Health::alive;
        fault.is_retried = false;
    }
    return fault;
}

double wait_seconds(const BackOff& back_off, std::uint64_t seed, const EvaluationKey& key, std::uint32_t faults) {
    RandomStream stream(seed, key.island, key.step, key.slot, StreamPurpose::retry_jitter);
    double draw = stream.uniform();
    for (std::uint32_t i = 1; i < std::min<std::uint32_t>(faults, 64) + key.attempt % 64; ++i) draw = stream.uniform();
    const double exponent = static_cast<double>(std::clamp<std::uint32_t>(faults, 1, 64) - 1);
    const double longest = std::min(back_off.longest_seconds, back_off.first_seconds * std::exp2(exponent));
    return longest * (0.5 + 0.5 * draw);
}

}  // namespace atl::llm
