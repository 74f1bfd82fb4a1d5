// SPDX-License-Identifier: Apache-2.0
// The keeper: process 1 of an evaluation's own namespace (or a subreaper), trusted, which ends all of the evaluation at
// the deadline, reads the result file, and reports.
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "sandbox/cell/state.hpp"

namespace atl::sandbox::cell {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t time_left() {
    return state.started_nanoseconds + state.request.wall_nanoseconds - monotonic_nanoseconds();
}

bool write_all(int descriptor, const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = write(descriptor, at, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        at += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

/// Waits for SIGCHLD or SIGTERM, both blocked; the signal, or -1 after `nanoseconds`.
int wait_for_signal(std::int64_t nanoseconds) {
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    const timespec limit{nanoseconds / second, nanoseconds % second};
    return sigtimedwait(&awaited, nullptr, &limit);
}

/// Every process of the evaluation is gone after it. The kernel refuses a fork to whom a SIGKILL is pending, so one
/// round is enough for a group or a namespace; the loop is for processes that die slowly.
void end_all(pid_t child) {
    for (;;) {
        if (state.on(pid_namespace_bit)) {
            kill(-1, SIGKILL);
        } else if (child > 0) {
            kill(child, SIGKILL);
            kill(-child, SIGKILL);
        }
        for (;;) {
            int status = 0;
            const pid_t ended = waitpid(-1, &status, WNOHANG);
            if (ended < 0 && errno == ECHILD) return;
            if (ended <= 0) break;
            if (ended == child && state.answer.ending != Ending::ran) state.answer.wait_status = status;
        }
        wait_for_signal(second / 200);
    }
}

/// The keeper's own rights: to end the child, and to read what it left; nothing else.
int keep_few_rights() {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct set[2]{};
    if (syscall(SYS_capget, &header, set) != 0) return errno;
    const std::uint32_t kept = (1U << CAP_KILL) | (1U << CAP_DAC_READ_SEARCH);
    set[0].permitted &= kept;
    set[0].effective = set[0].permitted;
    set[0].inheritable = 0;
    set[1] = {};
    return syscall(SYS_capset, &header, set) == 0 ? 0 : errno;
}

/// Lets the child's one execve go on. Only the child's own code, which is ours, can be the caller: the candidate has
/// not begun, and once it has, the listener is closed and every further execve fails.
bool allow_one_execve(int listener) {
    static seccomp_notif notification;
    static seccomp_notif_resp response;
    notification = {};
    response = {};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) return false;
    response.id = notification.id;
    if (notification.data.nr == SYS_execve) {
        response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    } else {
        response.error = -EPERM;
    }
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0 && notification.data.nr == SYS_execve;
}

enum class Start { running, failed, late };

/// Follows the child through its own steps up to the candidate's first instruction.
Start follow_start() {
    int listener = -1;
    bool execve_allowed = false;
    for (;;) {
        const std::int64_t left = time_left();
        if (left <= 0) return Start::late;
        pollfd watched[2] = {{state.status_keeper, POLLIN, 0}, {execve_allowed ? -1 : listener, POLLIN, 0}};
        const timespec limit{left / second, left % second};
        const int ready = ppoll(watched, 2, &limit, nullptr);
        if (ready < 0 && errno != EINTR) return Start::failed;
        if (ready <= 0) continue;
        if ((watched[1].revents & POLLIN) != 0) {
            if (!allow_one_execve(listener)) return Start::failed;
            execve_allowed = true;
            continue;
        }
        if (watched[0].revents == 0) continue;
        StartFailure failure{};
        int sent = -1;
        const long got = receive_status(failure, sent);
        if (got == 0) {
            close_and_forget(listener);
            return Start::running;
        }
        if (got > 0 && failure.step[0] == '\0' && sent >= 0) {
            listener = sent;
            continue;
        }
        std::memcpy(state.answer.step, failure.step, sizeof failure.step);
        state.answer.step[sizeof state.answer.step - 1] = '\0';
        state.answer.error = failure.error;
        return Start::failed;
    }
}

/// To the end of the first process, the deadline or the warden's word.
Ending follow(pid_t child) {
    for (;;) {
        for (;;) {
            int status = 0;
            const pid_t ended = waitpid(-1, &status, WNOHANG);
            if (ended <= 0) break;
            if (ended == child) {
                state.answer.wait_status = status;
                return Ending::ran;
            }
        }
        const std::int64_t left = time_left();
        if (left <= 0) return Ending::deadline;
        if (wait_for_signal(left) == SIGTERM) return Ending::stopped;
    }
}

/// Opens the result file if it is a plain file of its own; the candidate made it and may have made it anything.
int open_result() {
    const int file = openat(state.scratch_folder, state.request.result, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
        state.answer.result = errno == ENOENT ? ResultState::none : ResultState::not_a_file;
        return -1;
    }
    struct stat status {};
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1) {
        state.answer.result = ResultState::not_a_file;
    } else if (static_cast<std::uint64_t>(status.st_size) > state.request.result_bytes) {
        state.answer.result = ResultState::too_large;
    } else {
        state.answer.result = ResultState::read;
        state.answer.result_bytes = static_cast<std::uint64_t>(status.st_size);
        return file;
    }
    close(file);
    return -1;
}

void send_result(int file) {
    static char part[65536];
    std::uint64_t left = state.answer.result_bytes;
    while (left > 0) {
        const std::size_t wanted = left < sizeof part ? left : sizeof part;
        const ssize_t got = read(file, part, wanted);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || !write_all(state.report, part, static_cast<std::size_t>(got))) return;
        left -= static_cast<std::uint64_t>(got);
    }
}

[[noreturn]] void finish() {
    CellReport& answer = state.answer;
    answer.version = version;
    answer.wall_nanoseconds = monotonic_nanoseconds() - state.started_nanoseconds;
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used);
    const auto nanoseconds = [](const timeval& time) {
        return std::int64_t{time.tv_sec} * second + std::int64_t{time.tv_usec} * 1000;
    };
    answer.cpu_nanoseconds = nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
    answer.peak_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    int file = -1;
    if (answer.ending == Ending::ran && WIFEXITED(answer.wait_status) && WEXITSTATUS(answer.wait_status) == 0) {
        file = open_result();
    }
    if (write_all(state.report, &answer, sizeof answer) && file >= 0) send_result(file);
    _exit(0);
}

}  // namespace
}  // namespace atl::sandbox::cell

void atoll_cell_keep(int child) {
    using namespace atl::sandbox::cell;  // NOLINT(google-build-using-namespace): a C function of this namespace
    const int fork_error = errno;
    close_and_forget(state.status_child);
    close_and_forget(state.output);
    state.answer.ending = Ending::not_started;
    if (child < 0) {
        if (state.answer.step[0] == '\0') std::strncpy(state.answer.step, "fork", sizeof state.answer.step - 1);
        state.answer.error = fork_error;
        finish();
    }
    if (const int error = keep_few_rights()) {
        end_all(child);
        std::strncpy(state.answer.step, "keeper's rights", sizeof state.answer.step - 1);
        state.answer.error = error;
        finish();
    }
    const Start start = follow_start();
    if (start == Start::running) {
        state.answer.ending = follow(child);
    } else if (start == Start::late) {
        state.answer.ending = Ending::deadline;
    }
    end_all(child);
    finish();
}
