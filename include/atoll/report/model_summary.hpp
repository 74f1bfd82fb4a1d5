// SPDX-License-Identifier: Apache-2.0
// What the questions to language models came to: answers, tokens, money.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "atoll/core/record.hpp"

namespace atl::report {

struct ModelSummary {
    std::string model;
    std::uint64_t questions = 0;
    std::uint64_t answered = 0;
    std::uint64_t reused = 0;    ///< of those, by the reply to an equal question
    std::uint64_t requests = 0;  ///< HTTP requests, retries and hedges included
    std::uint64_t faults = 0;    ///< of those, failed
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;
    std::uint64_t reserved_tokens = 0;  ///< charged where no server said
    double usd = 0;
    double median_seconds = 0;  ///< from question to reply, of those answered by a server
    std::vector<std::pair<std::string, std::uint64_t>> unanswered;  ///< why, and how often; the most frequent first
};

/// By model, the most asked first.
std::vector<ModelSummary> summarize_models(const std::vector<LlmCallRecord>& calls);

/// "812 questions, 790 answered (not: http_503 20, first_byte_timeout 2), 1,204,332 tokens, 0.34 USD", over all models.
/// `unavailable_seconds`: how long no model could be asked; 0: it is not mentioned.
std::string model_sentence(const std::vector<ModelSummary>& models, double unavailable_seconds);

}  // namespace atl::report
