// SPDX-License-Identifier: Apache-2.0
// Layer by layer: a child that takes the step, and what it says.
#include "sandbox/probe.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>

#include "atoll/core/error.hpp"
#include "sandbox/embedded.hpp"
#include "sandbox/filters.hpp"
#include "sandbox/view.hpp"

namespace atl::sandbox {
namespace {

constexpr std::uint32_t nobody = 65534;

std::string last_error(const char* step) { return std::string(step) + ": " + std::strerror(errno); }

/// What `step` returns in a child process: empty when the layer works there, else why not.
std::string in_child(const std::function<std::string()>& step) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return last_error("pipe");
    const pid_t child = fork();
    if (child < 0) return last_error("fork");
    if (child == 0) {
        std::string text;
        try {
            text = step();
        } catch (const std::exception& error) {
            text = error.what();
        }
        text = text.empty() ? "+" : "-" + text;  // a child that dies says nothing
        (void)!write(ends[1], text.data(), text.size());
        _exit(0);
    }
    close(ends[1]);
    std::string answer;
    char part[512];
    for (;;) {
        const ssize_t got = read(ends[0], part, sizeof part);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        answer.append(part, static_cast<std::size_t>(got));
    }
    close(ends[0]);
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (answer == "+") return {};
    return answer.empty() ? "the probe died" : answer.substr(1);
}

std::string try_identity() {
    cell::StartFailure failure{};
    if (syscall(SYS_setgroups, 0, nullptr) != 0 || syscall(SYS_setresgid, nobody, nobody, nobody) != 0 ||
        syscall(SYS_setresuid, nobody, nobody, nobody) != 0) {
        return last_error("change to user 65534");
    }
    (void)failure;
    return setuid(0) == 0 ? "the change of user can be taken back" : "";
}

std::string try_view(const std::vector<std::string>& read_paths) {
    enter_view(read_paths, cell_library());
    if (access("/proc", F_OK) == 0 && open("/proc/self/environ", O_RDONLY | O_CLOEXEC) >= 0) return "/proc is visible";
    if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0) return "/etc/passwd is visible";
    if (open("/new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0) return "the view can be written to";
    return {};
}

std::string try_pid_namespace() {
    if (unshare(CLONE_NEWPID) != 0) return last_error("unshare pid");
    const pid_t child = fork();
    if (child < 0) return last_error("fork");
    if (child == 0) _exit(getpid() == 1 ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    return status == 0 ? "" : "the first process has not number 1";
}

std::string try_unshare(int flag, const char* step) { return unshare(flag) == 0 ? "" : last_error(step); }

/// Since Linux 5.14 a limit on processes is about those of one user namespace.
bool counts_by_user_namespace() {
    utsname system{};
    int major = 0, minor = 0;
    if (uname(&system) != 0) return false;
    const char* const end = system.release + std::strlen(system.release);
    const auto [dot, error] = std::from_chars(system.release, end, major);
    if (error != std::errc() || dot == end || *dot != '.') return false;
    std::from_chars(dot + 1, end, minor);
    return major > 5 || (major == 5 && minor >= 14);
}

std::string try_limits() {
    const rlimit limit{16, 16};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return last_error("setrlimit");
    int opened = 0;
    while (opened < 64 && dup(0) >= 0) ++opened;
    return opened < 32 ? "" : "a limit on open files does not bind";
}

std::string try_landlock(const cell::CellConfig& config) {
    // the real step, on a folder that is there everywhere
    static cell::CellConfig only;
    only.layers = cell::landlock_bit;
    only.landlock_abi = config.landlock_abi;
    cell::CellRequest request{};
    request.filter = cell::python_filter;
    std::strncpy(request.scratch, "/usr", sizeof request.scratch - 1);
    cell::StartFailure failure{};
    if (cell::drop_rights(only, request, failure) != 0) {
        return std::string(failure.step) + ": " + std::strerror(failure.error);
    }
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0 ? "a folder outside can be listed" : "";
}

std::string try_filter(const cell::CellConfig& config, cell::FilterKind kind) {
    static cell::CellConfig only;
    only.layers = cell::system_calls_bit;
    only.filters[kind] = config.filters[kind];
    cell::StartFailure failure{};
    int listener = -1;
    if (cell::drop_rights(only,
                          cell::CellRequest{.version = cell::version,
                                            .filter = kind,
                                            .wall_nanoseconds = 0,
                                            .cpu_seconds = 0,
                                            .memory_bytes = 0,
                                            .scratch_bytes = 0,
                                            .result_bytes = 0,
                                            .open_files = 0,
                                            .processes = 0,
                                            .word_count = 0,
                                            .scratch = "/",
                                            .result = "",
                                            .words = ""},
                          failure) != 0 ||
        cell::install_filter(only, kind, listener, failure) != 0) {
        return std::string(failure.step) + ": " + std::strerror(failure.error);
    }
    if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM) return "a socket can be made";
    return {};
}

std::string try_filters(cell::CellConfig& config) {
    try {
        for (const auto kind : {cell::python_filter, cell::native_filter, cell::compile_filter}) {
            make_filter(kind, config.filters[kind]);
            std::string problem = in_child([&] { return try_filter(config, kind); });
            if (!problem.empty()) return problem;
        }
    } catch (const InfrastructureError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

LayerReports probe_layers(const std::vector<std::string>& disabled, const std::vector<std::string>& read_paths,
                          cell::CellConfig& config) {
    LayerReports reports;
    config.layers = 0;
    config.uid = getuid();
    config.gid = getgid();
    const bool root = geteuid() == 0;
    const auto report = [&](Layer layer) -> LayerReport& { return reports[static_cast<std::size_t>(layer)]; };
    const auto attempt = [&](Layer layer, const std::function<std::string()>& step) {
        if (std::find(disabled.begin(), disabled.end(), to_string(layer)) != disabled.end()) {
            report(layer) = {LayerState::switched_off, "sandbox.disabled_layers"};
            return;
        }
        std::string problem = step();
        if (problem.empty()) {
            report(layer).state = LayerState::on;
            config.layers |= 1U << static_cast<unsigned>(layer);
        } else {
            report(layer) = {LayerState::unavailable, std::move(problem)};
        }
    };

    if (root) {
        attempt(Layer::identity, [] { return in_child(try_identity); });
        if (is_on(reports, Layer::identity)) {
            config.uid = config.gid = nobody;
            report(Layer::identity).reason = "user and group 65534";
        }
        attempt(Layer::user_namespace,
                [] { return in_child([] { return try_unshare(CLONE_NEWUSER, "unshare user"); }); });
    } else {
        report(Layer::identity) = {LayerState::not_needed, "not root"};
        attempt(Layer::user_namespace, [] {
            return in_child([] {
                enter_user_namespace();
                return try_unshare(CLONE_NEWUSER, "unshare user again");
            });
        });
    }
    const bool may_unshare = root || is_on(reports, Layer::user_namespace);
    const auto in_namespace = [&](const std::function<std::string()>& step) -> std::string {
        if (!may_unshare) return "needs user_namespace";
        return in_child([&] {
            if (!root) enter_user_namespace();
            return step();
        });
    };
    attempt(Layer::mount_namespace, [&] { return in_namespace([&] { return try_view(read_paths); }); });
    attempt(Layer::pid_namespace, [&] { return in_namespace(try_pid_namespace); });
    attempt(Layer::network_namespace,
            [&] { return in_namespace([] { return try_unshare(CLONE_NEWNET, "unshare network"); }); });
    attempt(Layer::ipc_namespace,
            [&] { return in_namespace([] { return try_unshare(CLONE_NEWIPC, "unshare ipc"); }); });
    attempt(Layer::resource_limits, [] { return in_child(try_limits); });
    attempt(Layer::landlock, [&]() -> std::string {
        const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
        if (abi < 1) return last_error("landlock");
        config.landlock_abi = static_cast<std::int32_t>(abi);
        return in_child([&] { return try_landlock(config); });
    });
    if (is_on(reports, Layer::landlock)) {
        report(Layer::landlock).reason = "ABI " + std::to_string(config.landlock_abi);
    }
    attempt(Layer::system_calls, [&] { return try_filters(config); });
    if (!root && is_on(reports, Layer::user_namespace)) {
        // As the only user of a user namespace one is nominally its root, which is nobody outside.
        config.nursery_user_namespace = 1;
        config.uid = config.gid = 0;
    }
    config.processes_counted_alone = is_on(reports, Layer::user_namespace) && counts_by_user_namespace() ? 1 : 0;
    return reports;
}

}  // namespace atl::sandbox
