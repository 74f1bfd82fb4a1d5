// SPDX-License-Identifier: Apache-2.0
// An evaluator that takes its time: for trying out stops, time limits and schedulers on the problem noop.
#pragma once

#include <memory>

#include "atoll/engine/evaluator.hpp"

namespace atl::app {

class PausedEvaluator final : public engine::Evaluator {
public:
    PausedEvaluator(std::unique_ptr<const engine::Evaluator> evaluator, double seconds);
    engine::EvaluationOutcome evaluate(const engine::EvaluationRequest& request) const override;

private:
    std::unique_ptr<const engine::Evaluator> evaluator_;
    double seconds_;
};

}  // namespace atl::app
