// SPDX-License-Identifier: Apache-2.0
// Results of searches as messages between ranks: JSON, as at start-up.
#pragma once

#include "atoll/core/json.hpp"
#include "atoll/plan/mixed.hpp"
#include "atoll/plan/search.hpp"

namespace atl::app {

Json to_json(const plan::SearchResult& result);
/// What all ranks know alike is taken from `own`.
plan::SearchResult search_result_of(const Json& json, const plan::SearchResult& own);

Json to_json(const plan::MixedResult& result);
plan::MixedResult mixed_result_of(const Json& json);

}  // namespace atl::app
