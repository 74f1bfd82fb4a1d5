// SPDX-License-Identifier: Apache-2.0
// Starting a launcher so that nothing of it outlives its supervisor.
#include "launcher_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"

namespace atl::app {

namespace {

constexpr Nanoseconds patience = from_seconds(5);

struct Pipe {
    int read_end = -1;
    int write_end = -1;
};

Pipe make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw InfrastructureError(std::string("pipe2: ") + std::strerror(errno));
    return {ends[0], ends[1]};
}

void close_if_open(int descriptor) {
    if (descriptor >= 0) close(descriptor);
}

/// The child's side: becomes the launcher, or writes errno to `report` and is gone. Calls nothing that allocates.
[[noreturn]] void become(char* const* arguments, int report, int errors, int output, pid_t supervisor) {
    setpgid(0, 0);
    // A job that nobody supervises any more must not go on unseen: mpirun and srun end their ranks at SIGTERM.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    dup2(errors, STDERR_FILENO);
    if (output >= 0) dup2(output, STDOUT_FILENO);
    if (getppid() != supervisor) _exit(1);  // it died before the line above could say so
    execvp(arguments[0], arguments);
    const int reason = errno;
    (void)!write(report, &reason, sizeof reason);
    _exit(127);
}

/// The parent of a process, from the text after the last ')' of /proc/PID/stat ("S 1234 ...").
pid_t parent_of(const std::filesystem::path& process) {
    std::ifstream stat(process / "stat");
    std::string text;
    std::getline(stat, text);
    const auto end_of_name = text.rfind(')');
    if (end_of_name == std::string::npos || text.size() < end_of_name + 4) return -1;
    pid_t parent = -1;
    std::from_chars(text.data() + end_of_name + 4, text.data() + text.size(), parent);
    return parent;
}

std::vector<pid_t> descendants(pid_t root) {
    std::multimap<pid_t, pid_t> children;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename();
        pid_t pid = -1;
        const auto [end, parsed] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (parsed == std::errc() && end == name.data() + name.size()) children.emplace(parent_of(entry.path()), pid);
    }
    std::vector<pid_t> found{root};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [first, last] = children.equal_range(found[i]);
        for (auto child = first; child != last; ++child) found.push_back(child->second);
    }
    found.erase(found.begin());
    return found;
}

}  // namespace

LauncherProcess::LauncherProcess(const std::vector<std::string>& words, bool keep_output) {
    // What loses its parent comes to this process instead of to init, and can so be found.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::vector<std::string> copies = words;
    std::vector<char*> arguments;
    arguments.reserve(copies.size() + 1);
    for (std::string& word : copies) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const Pipe report = make_pipe();
    const Pipe errors = make_pipe();
    const Pipe output = keep_output ? make_pipe() : Pipe{};
    const pid_t self = getpid();
    launcher_ = fork();
    if (launcher_ == 0) become(arguments.data(), report.write_end, errors.write_end, output.write_end, self);
    const int fork_error = errno;
    close(report.write_end);
    close(errors.write_end);
    close_if_open(output.write_end);
    errors_ = errors.read_end;
    output_ = output.read_end;
    int reason = launcher_ < 0 ? fork_error : 0;
    if (launcher_ > 0) {
        setpgid(launcher_, launcher_);  // whoever of the two comes first
        (void)!read(report.read_end, &reason, sizeof reason);
    }
    close(report.read_end);
    for (const int descriptor : {errors_, output_}) {
        if (descriptor >= 0) fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    if (reason == 0) return;
    if (launcher_ > 0) waitpid(launcher_, nullptr, 0);
    close(errors_);
    close_if_open(output_);
    throw InputError("can not start '" + words.front() + "': " + std::strerror(reason) +
                     "; name another with --launcher");
}

LauncherProcess::~LauncherProcess() {
    kill_all();
    close(errors_);
    close_if_open(output_);
}

std::optional<int> LauncherProcess::status() {
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
        if (ended == launcher_) status_ = status;
    }
    children_left_ = ended == 0;
    return status_;
}

void LauncherProcess::send(int signal) const {
    if (!status_) kill(-launcher_, signal);  // later the number may be somebody else's
}

void LauncherProcess::kill_all() {
    const MonotonicClock clock;
    const Nanoseconds deadline = clock.now() + patience;
    status();
    while (children_left_ && clock.now() < deadline) {
        for (const pid_t process : descendants(getpid())) kill(process, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        status();
    }
}

}  // namespace atl::app
