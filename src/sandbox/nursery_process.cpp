// SPDX-License-Identifier: Apache-2.0
// Starting a nursery in its namespaces, and speaking with it.
#include "sandbox/nursery_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "atoll/core/error.hpp"
#include "sandbox/embedded.hpp"
#include "sandbox/view.hpp"
#include "sandbox/wire.hpp"

namespace atl::sandbox {
namespace {

constexpr int spawn_patience_milliseconds = 10'000;
constexpr int channel_place = 3, config_place = 4, library_place = 5;

int memory_file(const char* name, std::string_view bytes) {
    const int file = memfd_create(name, MFD_CLOEXEC);
    if (file < 0) throw InfrastructureError(std::string("memfd_create: ") + std::strerror(errno));
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            close(file);
            throw InfrastructureError(std::string("memory file: ") + std::strerror(errno));
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return file;
}

struct Descriptors {
    int channel, config, library, log;
};

/// In the child: the five descriptors it needs get their places, everything else goes.
void place(const Descriptors& given) {
    int moved[] = {given.channel, given.config, given.library, given.log};
    for (int& descriptor : moved) descriptor = fcntl(descriptor, F_DUPFD, 16);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(moved[3], STDERR_FILENO);
    dup2(moved[0], channel_place);
    dup2(moved[1], config_place);
    dup2(moved[2], library_place);
    if (syscall(SYS_close_range, library_place + 1U, ~0U, 0U) != 0) {
        for (int descriptor = library_place + 1; descriptor < 65536; ++descriptor) close(descriptor);
    }
}

void enter_namespaces(const cell::CellConfig& config, const std::vector<std::string>& read_paths) {
    if (config.nursery_user_namespace != 0) enter_user_namespace();
    if ((config.layers & cell::network_namespace_bit) != 0 && unshare(CLONE_NEWNET) != 0) {
        throw InfrastructureError(std::string("unshare network: ") + std::strerror(errno));
    }
    if ((config.layers & cell::mount_namespace_bit) != 0) enter_view(read_paths, cell_library());
}

[[noreturn]] void become_python(const cell::CellConfig& config, const std::string& interpreter) {
    std::string driver(python_driver());
    const bool in_view = (config.layers & cell::mount_namespace_bit) != 0;
    std::string library = in_view ? view_library : "/proc/self/fd/" + std::to_string(library_place);
    std::string channel = std::to_string(channel_place), place = std::to_string(config_place);
    std::string words[] = {interpreter, "-s", "-S", "-B", "-c", driver, channel, place, library};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    // One thread: more would not survive the forks, and would not be the candidate's own CPU time.
    const char* const environment[] = {"PATH=/usr/bin:/bin",     "LANG=C.UTF-8",      "PYTHONHASHSEED=0",
                                       "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1",
                                       "NUMEXPR_NUM_THREADS=1",  "HOME=/nonexistent", nullptr};
    execve(interpreter.c_str(), arguments.data(), const_cast<char* const*>(environment));
    std::fprintf(stderr, "can not start %s: %s%s\n", interpreter.c_str(), std::strerror(errno),
                 in_view ? "; is it below 'sandbox.read_paths'?" : "");
    std::fflush(stderr);
    _exit(1);
}

[[noreturn]] void become_native() {
    if (atoll_cell_open(config_place, channel_place) != 0) _exit(1);
    if (atoll_cell_wait() != 1) _exit(0);
    const pid_t child = fork();
    if (child != 0) atoll_cell_keep(child);
    atoll_cell_enter();
    atoll_cell_execute();
}

}  // namespace

NurseryProcess::NurseryProcess(const cell::CellConfig& config, const std::vector<std::string>& read_paths,
                               const std::string& interpreter) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        throw InfrastructureError(std::string("socketpair: ") + std::strerror(errno));
    }
    channel_ = ends[0];
    const std::string_view raw(reinterpret_cast<const char*>(&config), sizeof config);
    const int settings = memory_file("config", raw);
    const int library = memory_file("cell", cell_library());
    log_ = memory_file("log", "");
    pid_ = fork();
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        place({ends[1], settings, library, log_});
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        try {
            enter_namespaces(config, read_paths);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            std::fflush(stderr);
            _exit(1);
        }
        if (interpreter.empty()) become_native();
        become_python(config, interpreter);
    }
    const int error = errno;
    for (const int descriptor : {ends[1], settings, library}) close(descriptor);
    if (pid_ < 0) throw InfrastructureError(std::string("fork: ") + std::strerror(error));
}

NurseryProcess::~NurseryProcess() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    if (channel_ >= 0) close(channel_);
    if (log_ >= 0) close(log_);
}

std::string NurseryProcess::last_words() const {
    constexpr std::size_t kept = 2000;
    const off_t size = lseek(log_, 0, SEEK_END);
    std::string text(std::min<std::size_t>(kept, size > 0 ? static_cast<std::size_t>(size) : 0), '\0');
    const ssize_t got = pread(log_, text.data(), text.size(), size - static_cast<off_t>(text.size()));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const auto line = text.rfind('\n');
    return line == std::string::npos ? text : text.substr(line + 1);
}

std::int32_t NurseryProcess::receive(int timeout_milliseconds) {
    pollfd waited{channel_, POLLIN, 0};
    int ready = 0;
    while ((ready = poll(&waited, 1, timeout_milliseconds)) < 0 && errno == EINTR) {
    }
    cell::SpawnReply reply{};
    if (ready != 1 || recv(channel_, &reply, sizeof reply, 0) != sizeof reply || reply.version != cell::version) {
        throw InfrastructureError(ready == 0 ? "it does not answer" : "it ended: " + last_words());
    }
    return reply.pid;
}

void NurseryProcess::wait_until_ready(int timeout_milliseconds) {
    if (ready_) return;
    receive(timeout_milliseconds);
    ready_ = true;
}

pid_t NurseryProcess::make_keeper(const cell::CellRequest& request, int report, int output, int bundle) {
    wait_until_ready(spawn_patience_milliseconds);
    const std::string_view bytes(reinterpret_cast<const char*>(&request), sizeof request);
    if (!send_with_descriptors(channel_, bytes, std::array{report, output, bundle})) {
        throw InfrastructureError("it does not take requests: " + last_words());
    }
    const std::int32_t pid = receive(spawn_patience_milliseconds);
    if (pid <= 0) throw InfrastructureError(std::string("clone: ") + std::strerror(-pid));
    return pid;
}

}  // namespace atl::sandbox
