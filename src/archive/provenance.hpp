// SPDX-License-Identifier: Apache-2.0
// The provenance a run's first segment carries, as JSON.
#pragma once

#include <optional>

#include "atoll/core/json.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::archive {

/// The object of the first segment that has one; empty when none does.
std::optional<Json> provenance_of(const journal::RunContents& contents);

}  // namespace atl::archive
