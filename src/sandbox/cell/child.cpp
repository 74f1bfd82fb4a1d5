// SPDX-License-Identifier: Apache-2.0
// The child's side of a cell: from the fork to the candidate's first instruction.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "sandbox/cell/state.hpp"

using atl::sandbox::cell::state;

namespace atl::sandbox::cell {
namespace {

constexpr int kept_status = 3;

/// Descriptors 0 to 2 and the status channel as number 3; all others are closed.
int place_descriptors() {
    if (dup2(state.output, STDOUT_FILENO) < 0 || dup2(state.output, STDERR_FILENO) < 0) return errno;
    if (state.status_child != kept_status && dup3(state.status_child, kept_status, O_CLOEXEC) < 0) return errno;
    state.status_child = kept_status;
    if (syscall(SYS_close_range, kept_status + 1U, ~0U, 0U) == 0) return 0;
    if (errno != ENOSYS) return errno;
    for (int descriptor = kept_status + 1; descriptor < 65536; ++descriptor) close(descriptor);  // before Linux 5.9
    return 0;
}

}  // namespace
}  // namespace atl::sandbox::cell

void atoll_cell_fail(const char* step, int error) {
    atl::sandbox::cell::StartFailure failure{};
    atl::sandbox::cell::fail(failure, step, error);
    atl::sandbox::cell::send_status(failure, -1);
    _exit(127);
}

void atoll_cell_enter() {
    using namespace atl::sandbox::cell;  // NOLINT(google-build-using-namespace): a C function of this namespace
    StartFailure failure{};
    if (setsid() < 0) atoll_cell_fail("own session", errno);
    if (const int error = place_descriptors()) atoll_cell_fail("descriptors", error);
    if (drop_rights(state.config, state.request, failure) != 0) atoll_cell_fail(failure.step, failure.error);
    // after the change of identity, which clears it; the keeper's end is seen by the check behind it
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) atoll_cell_fail("death signal", errno);
    if (!state.on(pid_namespace_bit) && getppid() == 1) _exit(127);
    int listener = -1;
    if (install_filter(state.config, state.request.filter, listener, failure) != 0) {
        atoll_cell_fail(failure.step, failure.error);
    }
    if (listener >= 0) {
        const bool sent = send_status(StartFailure{}, listener);
        close(listener);
        if (!sent) _exit(127);
    }
}

void atoll_cell_seal() { atl::sandbox::cell::close_and_forget(state.status_child); }

const char* atoll_cell_word(unsigned index) {
    const char* word = state.request.words;
    if (index >= state.request.word_count) return nullptr;
    for (; index > 0; --index) word += std::strlen(word) + 1;
    return word;
}

void atoll_cell_execute() {
    constexpr unsigned most_words = 64;  // more are refused by the rank
    static char* words[most_words + 1];
    unsigned count = 0;
    for (; count < most_words; ++count) {
        const char* const word = atoll_cell_word(count);
        if (word == nullptr) break;
        words[count] = const_cast<char*>(word);  // execve takes them so and changes nothing
    }
    if (count == 0) atoll_cell_fail("program", EINVAL);
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    static char language[] = "LANG=C.UTF-8";
    static char folder[sizeof state.request.scratch + 8], temporary[sizeof state.request.scratch + 8];
    std::snprintf(folder, sizeof folder, "HOME=%s", state.request.scratch);
    std::snprintf(temporary, sizeof temporary, "TMPDIR=%s", state.request.scratch);
    static char one_thread[] = "OMP_NUM_THREADS=1";
    char* environment[] = {path, language, folder, temporary, one_thread, nullptr};
    execve(words[0], words, environment);
    atoll_cell_fail("execve", errno);
}
