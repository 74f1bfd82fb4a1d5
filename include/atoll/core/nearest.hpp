// SPDX-License-Identifier: Apache-2.0
// The nearest valid name, for every "did you mean" in an error message.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace atl {

/// The name with the smallest Damerau-Levenshtein distance (case ignored; a swap of neighbours counts one), or none
/// when even that one differs in more than a third of its letters. Ties go to the earlier name.
std::optional<std::string> nearest_name(std::string_view wanted, std::span<const std::string> names);

/// "; did you mean 'seed'?", or empty when no name is near.
std::string did_you_mean(std::string_view wanted, std::span<const std::string> names);

}  // namespace atl
