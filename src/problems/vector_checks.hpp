// SPDX-License-Identifier: Apache-2.0
// The first questions every judge of real vectors asks: the length, and whether all coordinates are numbers.
#pragma once

#include <cmath>
#include <optional>
#include <span>
#include <string>

#include "atoll/problems/vector_problem.hpp"

namespace atl::problems {

inline Judgement wrong(std::string reason, std::string text) {
    Judgement judgement;
    judgement.verdict = {VerdictKind::wrong, std::move(reason), std::move(text)};
    return judgement;
}

/// A judgement when x is refused at once, else nothing.
inline std::optional<Judgement> refuse_malformed(std::span<const double> x, std::size_t dimension) {
    if (x.size() != dimension) {
        return wrong("wrong_length",
                     "expected " + std::to_string(dimension) + " coordinates, got " + std::to_string(x.size()));
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i])) return wrong("not_finite", "coordinate " + std::to_string(i) + " is not finite");
    }
    return std::nullopt;
}

}  // namespace atl::problems
