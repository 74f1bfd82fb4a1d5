// SPDX-License-Identifier: Apache-2.0
// The steps by which a child gives up its rights; each must work, or the candidate never runs.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "sandbox/cell/cell.hpp"

namespace atl::sandbox::cell {

int fail(StartFailure& failure, const char* step, int error) {
    std::strncpy(failure.step, step, sizeof failure.step - 1);
    failure.error = error != 0 ? error : EPROTO;
    return failure.error;
}

namespace {

bool set_limit(int resource, std::uint64_t soft, std::uint64_t hard) {
    const rlimit limit{soft, hard};
    return syscall(SYS_prlimit64, 0, resource, &limit, nullptr) == 0;
}

/// Without a user namespace for each evaluation the kernel counts all of the user's processes, and one program could
/// leave another without any.
constexpr std::uint64_t processes_of_others = 4096;

int limit_resources(const CellConfig& config, const CellRequest& request, StartFailure& failure) {
    const std::uint64_t processes = request.processes + (config.processes_counted_alone != 0 ? 0 : processes_of_others);
    const struct {
        int resource;
        std::uint64_t soft, hard;
        const char* step;
    } limits[] = {
        // NOTE: 1 and not 0, by which the kernel also keeps from starting a program that collects cores
        {RLIMIT_CORE, 1, 1, "limit core"},
        {RLIMIT_AS, request.memory_bytes, request.memory_bytes, "limit memory"},
        // at the soft limit SIGXCPU, which can be caught; a second later SIGKILL, which can not
        {RLIMIT_CPU, request.cpu_seconds, request.cpu_seconds + 1, "limit cpu"},
        {RLIMIT_FSIZE, request.scratch_bytes, request.scratch_bytes, "limit file size"},
        {RLIMIT_NOFILE, request.open_files, request.open_files, "limit open files"},
        {RLIMIT_NPROC, processes, processes, "limit processes"},
        {RLIMIT_MEMLOCK, 0, 0, "limit locked memory"},
        {RLIMIT_MSGQUEUE, 0, 0, "limit message queues"},
        {RLIMIT_SIGPENDING, 64, 64, "limit pending signals"},
        {RLIMIT_RTPRIO, 0, 0, "limit priority"},
    };
    for (const auto& limit : limits) {
        if (!set_limit(limit.resource, limit.soft, limit.hard)) return fail(failure, limit.step, errno);
    }
    return 0;
}

/// All capability sets empty, and no way to get one back by an exec.
int drop_capabilities(StartFailure& failure) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct held[2]{};
    if (syscall(SYS_capget, &header, held) != 0) return fail(failure, "capget", errno);
    if ((held[0].effective & (1U << CAP_SETPCAP)) != 0) {
        for (unsigned long capability = 0; capability < 64; ++capability) {
            if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
            if (errno == EINVAL) break;  // past the last one this kernel knows
            return fail(failure, "capability bounding set", errno);
        }
        const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                   SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                   SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
        if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0) return fail(failure, "secure bits", errno);
    }
    return 0;
}

int empty_capability_sets(StartFailure& failure) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2]{};
    if (syscall(SYS_capset, &header, none) != 0) return fail(failure, "capset", errno);
    header = {_LINUX_CAPABILITY_VERSION_3, 0};
    if (syscall(SYS_capget, &header, none) != 0) return fail(failure, "capget", errno);
    for (const auto& set : none) {
        if ((set.effective | set.permitted | set.inheritable) != 0) return fail(failure, "capabilities left", EPERM);
    }
    return 0;
}

int change_identity(const CellConfig& config, StartFailure& failure) {
    // NOTE: the system calls themselves; glibc's forms signal the threads of a process it does not know
    if (syscall(SYS_setgroups, 0, nullptr) != 0) return fail(failure, "setgroups", errno);
    if (syscall(SYS_setresgid, config.gid, config.gid, config.gid) != 0) return fail(failure, "setresgid", errno);
    if (syscall(SYS_setresuid, config.uid, config.uid, config.uid) != 0) return fail(failure, "setresuid", errno);
    if (getuid() != config.uid || geteuid() != config.uid || getgid() != config.gid) {
        return fail(failure, "identity", EPERM);
    }
    return 0;
}

// Rights by name that this system's header may be too old for (linux/landlock.h, ABI 1 to 7).
constexpr std::uint64_t fs_first_abi = (1ULL << 13) - 1;
constexpr std::uint64_t fs_refer = 1ULL << 13, fs_truncate = 1ULL << 14, fs_ioctl_device = 1ULL << 15;
constexpr std::uint64_t net_bind_and_connect = 3, scope_sockets_and_signals = 3;

struct RulesetAttributes {
    std::uint64_t handled_fs, handled_net, scoped;
};

int add_path(int ruleset, const char* path, std::uint64_t rights, std::uint64_t handled) {
    const int descriptor = open(path, O_PATH | O_CLOEXEC);
    if (descriptor < 0) return errno == ENOENT ? 0 : errno;
    struct stat status {};
    int error = fstat(descriptor, &status) != 0 ? errno : 0;
    if (error == 0) {
        if (!S_ISDIR(status.st_mode)) {
            rights &=
                LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | fs_truncate;
        }
        landlock_path_beneath_attr rule{};
        rule.allowed_access = rights & handled;
        rule.parent_fd = descriptor;
        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) error = errno;
    }
    close(descriptor);
    return error;
}

int restrict_files(const CellConfig& config, const CellRequest& request, StartFailure& failure) {
    const int abi = config.landlock_abi;
    RulesetAttributes attributes{fs_first_abi, 0, 0};
    if (abi >= 2) attributes.handled_fs |= fs_refer;
    if (abi >= 3) attributes.handled_fs |= fs_truncate;
    if (abi >= 5) attributes.handled_fs |= fs_ioctl_device;
    if (abi >= 4) attributes.handled_net = net_bind_and_connect;
    if (abi >= 6) attributes.scoped = scope_sockets_and_signals;
    const unsigned long size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
    if (ruleset < 0) return fail(failure, "landlock ruleset", errno);
    const std::uint64_t handled = attributes.handled_fs;
    const std::uint64_t execute = request.filter == python_filter ? 0 : LANDLOCK_ACCESS_FS_EXECUTE;
    const std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    int error = 0;
    for (std::uint32_t i = 0; i < config.read_path_count && error == 0; ++i) {
        error = add_path(ruleset, config.read_paths[i], reading | execute, handled);
    }
    if (error == 0) error = add_path(ruleset, "/dev/null", reading | LANDLOCK_ACCESS_FS_WRITE_FILE, handled);
    const std::uint64_t never = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                                LANDLOCK_ACCESS_FS_MAKE_SOCK | fs_ioctl_device | LANDLOCK_ACCESS_FS_EXECUTE;
    if (error == 0) error = add_path(ruleset, request.scratch, (handled & ~never) | execute, handled);
    if (error != 0) return fail(failure, "landlock rule", error);
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) return fail(failure, "landlock", errno);
    close(ruleset);
    return 0;
}

int default_signals(StartFailure& failure) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < _NSIG; ++signal) sigaction(signal, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, nullptr) != 0) return fail(failure, "signal mask", errno);
    return 0;
}

}  // namespace

int drop_rights(const CellConfig& config, const CellRequest& request, StartFailure& failure) {
    umask(077);
    if (chdir(request.scratch) != 0) return fail(failure, "scratch folder", errno);
    if (const int error = default_signals(failure)) return error;
    if (const int error = drop_capabilities(failure)) return error;
    if ((config.layers & identity_bit) != 0) {
        if (const int error = change_identity(config, failure)) return error;
    }
    if ((config.layers & user_namespace_bit) != 0) {
        // Nobody is mapped in it: it serves to count processes apart, and to be no one even for other namespaces.
        if (unshare(CLONE_NEWUSER) != 0) return fail(failure, "user namespace", errno);
        if (const int error = drop_capabilities(failure)) return error;  // it came with a full set of its own
    }
    if (const int error = empty_capability_sets(failure)) return error;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(failure, "no new privileges", errno);
    if ((config.layers & landlock_bit) != 0) {
        if (const int error = restrict_files(config, request, failure)) return error;
    }
    if ((config.layers & resource_limits_bit) != 0) {
        if (const int error = limit_resources(config, request, failure)) return error;
    }
    return 0;
}

int install_filter(const CellConfig& config, std::uint32_t kind, int& listener, StartFailure& failure) {
    listener = -1;
    if ((config.layers & system_calls_bit) == 0) return 0;
    if (kind >= filter_kinds) return fail(failure, "filter kind", EINVAL);
    static Filter own;  // this process's copy; too large for the stack of a small child
    own = config.filters[kind];
    if (own.length == 0 || own.length > Filter::longest) return fail(failure, "filter length", EINVAL);
    const auto pid = static_cast<std::uint32_t>(getpid());
    std::uint32_t sites = 0;
    for (std::uint32_t i = 0; i < own.length; ++i) {
        sock_filter& step = own.code[i];
        if (BPF_CLASS(step.code) == BPF_JMP && step.k == own_pid_placeholder) {
            step.k = pid;
            ++sites;
        }
    }
    if (sites != own.own_pid_sites) return fail(failure, "filter sites", EINVAL);
    const sock_fprog program{static_cast<unsigned short>(own.length), own.code};
    const unsigned long flags = kind == native_filter ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
    const long answer = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (answer < 0) return fail(failure, "system call filter", errno);
    if (kind == native_filter) listener = static_cast<int>(answer);
    return 0;
}

}  // namespace atl::sandbox::cell
