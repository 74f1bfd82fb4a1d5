// SPDX-License-Identifier: Apache-2.0
// A fork, a pipe for the answer, and a wait.
#include "archive/in_child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "atoll/core/error.hpp"

namespace atl::archive {
namespace {

constexpr int answered = 0;
constexpr int not_answered = 1;

[[noreturn]] void answer(int descriptor, const std::function<std::string()>& step) {
    int code = not_answered;
    try {
        const std::string text = step();
        std::string_view rest = text;
        while (!rest.empty()) {
            const ssize_t written = ::write(descriptor, rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) break;
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        if (rest.empty()) code = answered;
    } catch (...) {
        code = not_answered;
    }
    // NOTE: _exit, so that nothing of the parent is closed, flushed or removed twice
    ::_exit(code);
}

std::string read_to_end(int descriptor) {
    std::string text;
    char part[4096];
    for (;;) {
        const ssize_t got = ::read(descriptor, part, sizeof part);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return text;
        text.append(part, static_cast<std::size_t>(got));
    }
}

}  // namespace

std::string in_child(const std::function<std::string()>& step) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw InfrastructureError(fmt::format("cannot make a pipe: {}; raise the limit on open files",
                                              std::generic_category().message(errno)));
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        answer(ends[1], step);
    }
    const int error = errno;
    ::close(ends[1]);
    if (child < 0) {
        ::close(ends[0]);
        throw InfrastructureError(fmt::format("cannot start a child process: {}; raise the limit on processes",
                                              std::generic_category().message(error)));
    }
    std::string text = read_to_end(ends[0]);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        throw DamageError(fmt::format("the process that read it was ended by signal {} ({})", WTERMSIG(status),
                                      ::strsignal(WTERMSIG(status))));
    }
    if (WEXITSTATUS(status) != answered) throw DamageError("the process that read it gave no answer");
    return text;
}

}  // namespace atl::archive
