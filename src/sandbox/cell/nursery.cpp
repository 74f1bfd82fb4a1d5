// SPDX-License-Identifier: Apache-2.0
// A nursery's loop: a request in, a keeper made, its process number out.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "sandbox/cell/state.hpp"

namespace atl::sandbox::cell {
namespace {

constexpr int descriptors_sent = 3;

/// One request with its descriptors; false when the warden is gone.
bool receive_request() {
    for (;;) {
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * descriptors_sent)]{};
        iovec part{&state.request, sizeof state.request};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t got = recvmsg(state.channel, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) continue;
        if (got != sizeof state.request || state.request.version != version) return false;
        const cmsghdr* header = CMSG_FIRSTHDR(&message);
        if (header == nullptr || header->cmsg_type != SCM_RIGHTS ||
            header->cmsg_len != CMSG_LEN(sizeof(int) * descriptors_sent)) {
            return false;
        }
        int sent[descriptors_sent];
        std::memcpy(sent, CMSG_DATA(header), sizeof sent);
        state.report = sent[0];
        state.output = sent[1];
        state.bundle = sent[2];
        return true;
    }
}

bool reply(std::int32_t pid) {
    const SpawnReply answer{version, pid};
    return send(state.channel, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
}

/// CLONE_PARENT: the keeper is the warden's child, so the warden's wait and kill can not meet a reused number.
long make_keeper() {
    unsigned long flags = CLONE_PARENT | SIGCHLD;
    if (state.on(pid_namespace_bit)) flags |= CLONE_NEWPID;
    if (state.on(mount_namespace_bit)) flags |= CLONE_NEWNS;
    if (state.on(ipc_namespace_bit)) flags |= CLONE_NEWIPC;
    const long made = syscall(SYS_clone, flags, 0, 0, 0, 0);
    return made < 0 ? -errno : made;
}

int make_scratch() {
    if (!state.on(mount_namespace_bit)) return 0;  // the warden made a folder
    char options[160];
    std::snprintf(options, sizeof options, "mode=700,uid=%u,gid=%u,size=%llu,nr_inodes=4096", state.config.uid,
                  state.config.gid, static_cast<unsigned long long>(state.request.scratch_bytes) + (1ULL << 20));
    const unsigned long flags =
        MS_NOSUID | MS_NODEV | (state.request.filter == python_filter ? static_cast<unsigned long>(MS_NOEXEC) : 0UL);
    return mount("scratch", state.request.scratch, "tmpfs", flags, options) == 0 ? 0 : errno;
}

int prepare(const char*& step) {
    close_and_forget(state.channel);
    step = "death signal";
    // A keeper without its own process namespace must end the group itself, so it is asked and not killed.
    if (prctl(PR_SET_PDEATHSIG, state.on(pid_namespace_bit) ? SIGKILL : SIGTERM, 0, 0, 0) != 0) return errno;
    pollfd warden{state.report, 0, 0};
    if (poll(&warden, 1, 0) != 0) _exit(127);  // the warden was gone before the line above
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    step = "subreaper";
    if (!state.on(pid_namespace_bit) && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return errno;
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    step = "signal mask";
    if (sigprocmask(SIG_BLOCK, &awaited, nullptr) != 0) return errno;
    signal(SIGPIPE, SIG_IGN);
    step = "scratch folder";
    if (const int error = make_scratch()) return error;
    state.scratch_folder = open(state.request.scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (state.scratch_folder < 0 || fchdir(state.scratch_folder) != 0) return errno;
    step = "files";
    if (const int error = unpack_bundle(state.bundle, state.config.uid, state.config.gid)) return error;
    close_and_forget(state.bundle);
    step = "status channel";
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return errno;
    state.status_keeper = ends[0];
    state.status_child = ends[1];
    return 0;
}

}  // namespace
}  // namespace atl::sandbox::cell

int atoll_cell_open(int descriptor, int channel) {
    using namespace atl::sandbox::cell;  // NOLINT(google-build-using-namespace): a C function of this namespace
    state.channel = channel;
    state.status_keeper = state.status_child = state.scratch_folder = -1;
    std::size_t have = 0;
    char* const into = reinterpret_cast<char*>(&state.config);
    while (have < sizeof state.config) {
        const ssize_t got = pread(descriptor, into + have, sizeof state.config - have, static_cast<off_t>(have));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? errno : EBADMSG;
        have += static_cast<std::size_t>(got);
    }
    close(descriptor);
    return state.config.version == version ? 0 : EBADMSG;
}

int atoll_cell_wait() {
    using namespace atl::sandbox::cell;  // NOLINT(google-build-using-namespace): a C function of this namespace
    if (!reply(0)) return 0;
    while (receive_request()) {
        const long made = make_keeper();
        if (made == 0) {
            state.started_nanoseconds = monotonic_nanoseconds();
            const char* step = "";
            if (const int error = prepare(step)) {
                errno = error;
                std::strncpy(state.answer.step, step, sizeof state.answer.step - 1);
                state.answer.error = error;
                atoll_cell_keep(-1);
            }
            return 1;
        }
        close_and_forget(state.report);
        close_and_forget(state.output);
        close_and_forget(state.bundle);
        if (!reply(static_cast<std::int32_t>(made))) break;
    }
    return 0;
}
