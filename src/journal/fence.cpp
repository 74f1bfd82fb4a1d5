// SPDX-License-Identifier: Apache-2.0
// The fence between two incarnations of a run, and why no acknowledged record is lost at it and none comes after it.
//
// The new process:  1. claims the lease (a name appears)    2. measures all segments before it: these are the fences
//                   3. writes the fences into its own segments and reads the old ones up to them, no further
// The old process:  a. writes a batch    b. syncs it    c. looks for the name    d. acknowledges, when it is not there
//
// - Acknowledged means counted: c found no name, so c came before 1 and b before 2. What b made durable lies inside the
//   length that 2 measured.
// - After 1 nothing is acknowledged: every later c finds the name, and the writer has failed for good. It does not
//   matter how long the old process slept between two of its steps (SIGSTOP, a suspended machine, a slow network).
// - What the old process still writes lies behind the fences and no reader looks at it, or in a segment that the fences
//   do not name. It may also cut a torn end off (disk full), which lies behind the last whole record at any time.
// - Bytes that were written and not acknowledged by 2 may lie inside a fence. They count, for every reader alike.
#include "journal/fence.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace atl::journal {

FenceSight look_at_fence(FileSystemCalls& calls, const std::filesystem::path& fence) {
    if (fence.empty()) return {};
    // NOTE: a network file system remembers that a name was not there. Opening the folder makes it ask the server
    // whether the folder has changed since.
    const int folder = calls.open(fence.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (folder < 0) return {FenceState::unknown, {errno, "open"}};
    calls.close(folder);
    if (calls.access(fence.c_str(), F_OK) == 0) return {FenceState::taken_over, {}};
    if (errno == ENOENT) return {};
    return {FenceState::unknown, {errno, "access"}};
}

}  // namespace atl::journal
