// SPDX-License-Identifier: Apache-2.0
// Whether another process took the run over: the question a writer asks between its sync and its acknowledgement.
#pragma once

#include <filesystem>
#include <optional>

#include "atoll/journal/file_system_calls.hpp"
#include "journal/segment.hpp"

namespace atl::journal {

enum class FenceState { open, taken_over, unknown };

struct FenceSight {
    FenceState state = FenceState::open;
    CallFailure failure;  ///< of `unknown`: then nothing may be acknowledged either
};

/// Looks for the file `fence`, whose name appears when the run is taken over. An empty path is never taken over.
FenceSight look_at_fence(FileSystemCalls& calls, const std::filesystem::path& fence);

}  // namespace atl::journal
