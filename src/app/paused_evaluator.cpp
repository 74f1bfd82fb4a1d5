// SPDX-License-Identifier: Apache-2.0
// Sleeps, then evaluates.
#include "atoll/app/paused_evaluator.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace atl::app {

PausedEvaluator::PausedEvaluator(std::unique_ptr<const engine::Evaluator> evaluator, double seconds)
    : evaluator_(std::move(evaluator)), seconds_(seconds) {}

engine::EvaluationOutcome PausedEvaluator::evaluate(const engine::EvaluationRequest& request) const {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds_));
    engine::EvaluationOutcome outcome = evaluator_->evaluate(request);
    outcome.wall_seconds += seconds_;
    return outcome;
}

}  // namespace atl::app
