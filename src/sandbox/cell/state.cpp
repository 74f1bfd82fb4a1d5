// SPDX-License-Identifier: Apache-2.0
// The state of a cell, its clock, and the status channel between child and keeper.
#include "sandbox/cell/state.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace atl::sandbox::cell {

constinit State state;

std::int64_t monotonic_nanoseconds() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void close_and_forget(int& descriptor) {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
}

bool send_status(const StartFailure& failure, int descriptor) {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    StartFailure copy = failure;
    iovec part{&copy, sizeof copy};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(state.status_child, &message, MSG_NOSIGNAL) == sizeof copy;
}

long receive_status(StartFailure& failure, int& descriptor) {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    iovec part{&failure, sizeof failure};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    descriptor = -1;
    const ssize_t got = recvmsg(state.status_keeper, &message, MSG_CMSG_CLOEXEC);
    if (got <= 0) return got;
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
        std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    }
    return got == sizeof failure ? got : -1;
}

}  // namespace atl::sandbox::cell
