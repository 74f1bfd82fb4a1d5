// SPDX-License-Identifier: Apache-2.0
// Filters by libseccomp: what is not allowed by name fails with EPERM; what only an attack needs ends the process.
#include "sandbox/filters.hpp"

#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "atoll/core/error.hpp"

namespace atl::sandbox {
namespace {

/// What a computing program needs of a kernel. Names that this libseccomp or processor does not know are left out.
constexpr const char* allowed[] = {
    // bytes
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "lseek",
    "_llseek",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "_newselect",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "eventfd",
    "eventfd2",
    "fsync",
    "fdatasync",
    "copy_file_range",
    "sendfile",
    // files; which ones is for the mount namespace and Landlock to say
    "open",
    "openat",
    "creat",
    "stat",
    "lstat",
    "fstat",
    "newfstatat",
    "fstatat64",
    "stat64",
    "lstat64",
    "fstat64",
    "statx",
    "statfs",
    "fstatfs",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents",
    "getdents64",
    "getcwd",
    "chdir",
    "fchdir",
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "symlink",
    "symlinkat",
    "link",
    "linkat",
    "truncate",
    "ftruncate",
    "truncate64",
    "ftruncate64",
    "fallocate",
    "fadvise64",
    "umask",
    "utimensat",
    "utime",
    "utimes",
    // memory
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "brk",
    "msync",
    // itself
    "exit",
    "exit_group",
    "getpid",
    "gettid",
    "getppid",
    "getpgrp",
    "getpgid",
    "getsid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
    "getrlimit",
    "ugetrlimit",
    "setrlimit",
    "getrusage",
    "times",
    "sysinfo",
    "uname",
    "getcpu",
    "sched_yield",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "getpriority",
    "capget",
    "arch_prctl",
    "set_tid_address",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "restart_syscall",
    "wait4",
    "waitid",
    "waitpid",
    // threads
    "futex",
    "futex_time64",
    // signals
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "sigaltstack",
    "pause",
    "alarm",
    "setitimer",
    "getitimer",
    // time and chance
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "getrandom",
    // the child's own last word to its keeper; there is no other socket
    "sendmsg",
};

/// No computing program needs these.
constexpr const char* deadly[] = {
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "bpf",
    "keyctl",
    "add_key",
    "request_key",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "unshare",
    "setns",
    "perf_event_open",
    "userfaultfd",
    "name_to_handle_at",
    "open_by_handle_at",
    "fanotify_init",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "reboot",
    "swapon",
    "swapoff",
    "iopl",
    "ioperm",
    "acct",
    "quotactl",
    "syslog",
    "setsid",
    "setpgid",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "mknod",
    "mknodat",
};

constexpr const char* deadly_but_for_compilers[] = {"fork", "vfork", "execveat"};

constexpr const char* allowed_to_compilers[] = {"fork",   "vfork",    "execve", "chmod",
                                                "fchmod", "fchmodat", "fchown", "chown"};

constexpr std::uint64_t new_namespaces = 0x00000080ULL /* CLONE_NEWTIME */ | CLONE_NEWNS | CLONE_NEWCGROUP |
                                         CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

class FilterMaker {
public:
    FilterMaker() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM))) {
        if (context_ == nullptr) throw InfrastructureError("libseccomp: can not begin a filter");
        check(seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "other architectures");
        // a tree of comparisons instead of a list of them; libseccomp before 2.5 has lists only
        (void)seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    }
    ~FilterMaker() { seccomp_release(context_); }
    FilterMaker(const FilterMaker&) = delete;
    FilterMaker& operator=(const FilterMaker&) = delete;

    void add(std::uint32_t action, const char* name) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number >= 0) check(seccomp_rule_add(context_, action, number, 0), name);
    }
    void add(std::uint32_t action, const char* name, scmp_arg_cmp comparison) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number >= 0) check(seccomp_rule_add(context_, action, number, 1, comparison), name);
    }
    void write_to(cell::Filter& filter) const;

private:
    static void check(int result, const char* what) {
        if (result != 0) {
            throw InfrastructureError(std::string("libseccomp: ") + what + ": " + std::to_string(result));
        }
    }
    scmp_filter_ctx context_;
};

void FilterMaker::write_to(cell::Filter& filter) const {
    const int file = memfd_create("filter", MFD_CLOEXEC);
    if (file < 0) throw InfrastructureError("memfd_create failed");
    const int exported = seccomp_export_bpf(context_, file);
    const ssize_t got = exported == 0 ? pread(file, filter.code, sizeof filter.code, 0) : -1;
    const off_t size = lseek(file, 0, SEEK_END);
    close(file);
    if (got <= 0 || got != size || static_cast<std::size_t>(got) % sizeof(sock_filter) != 0) {
        throw InfrastructureError("libseccomp: the filter can not be exported, or is too long");
    }
    filter.length = static_cast<std::uint32_t>(static_cast<std::size_t>(got) / sizeof(sock_filter));
    filter.own_pid_sites = 0;
    for (std::uint32_t i = 0; i < filter.length; ++i) {
        const sock_filter& step = filter.code[i];
        if (BPF_CLASS(step.code) == BPF_JMP && step.k == cell::own_pid_placeholder) ++filter.own_pid_sites;
    }
}

scmp_arg_cmp argument(unsigned index, scmp_compare comparison, std::uint64_t value, std::uint64_t second = 0) {
    return {index, comparison, value, second};
}

void add_restricted(FilterMaker& maker) {
    for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW,
                              F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW}) {
        for (const char* name : {"fcntl", "fcntl64"}) {
            maker.add(SCMP_ACT_ALLOW, name, argument(1, SCMP_CMP_EQ, static_cast<std::uint64_t>(command)));
        }
    }
    for (const unsigned long command : {TCGETS, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TIOCGWINSZ}) {
        maker.add(SCMP_ACT_ALLOW, "ioctl", argument(1, SCMP_CMP_EQ, command));
    }
    constexpr std::uint64_t name_a_mapping = 0x53564d41;  // PR_SET_VMA
    for (const std::uint64_t option :
         {std::uint64_t{PR_SET_NAME}, std::uint64_t{PR_GET_NAME}, std::uint64_t{PR_GET_DUMPABLE},
          std::uint64_t{PR_CAPBSET_READ}, std::uint64_t{PR_GET_NO_NEW_PRIVS}, name_a_mapping}) {
        maker.add(SCMP_ACT_ALLOW, "prctl", argument(0, SCMP_CMP_EQ, option));
    }
    maker.add(SCMP_ACT_ALLOW, "prlimit64", argument(0, SCMP_CMP_EQ, 0));
    // no page of those that the machine's owner set aside for others
    for (const char* name : {"mmap", "mmap2"}) {
        maker.add(SCMP_ACT_ALLOW, name, argument(3, SCMP_CMP_MASKED_EQ, MAP_HUGETLB, 0));
    }
    // glibc looks users up through a local socket and lives without; any other family is meant for the network
    maker.add(SCMP_ACT_KILL_PROCESS, "socket", argument(0, SCMP_CMP_NE, AF_UNIX));
}

void add_processes(FilterMaker& maker, cell::FilterKind kind) {
    maker.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");  // its flags lie in memory, where no filter can look
    if (kind == cell::compile_filter) {
        for (const char* name : allowed_to_compilers) maker.add(SCMP_ACT_ALLOW, name);
        maker.add(SCMP_ACT_ALLOW, "clone", argument(0, SCMP_CMP_MASKED_EQ, new_namespaces, 0));
        return;
    }
    for (const char* name : deadly_but_for_compilers) maker.add(SCMP_ACT_KILL_PROCESS, name);
    maker.add(SCMP_ACT_ALLOW, "clone", argument(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | new_namespaces, CLONE_THREAD));
    maker.add(SCMP_ACT_KILL_PROCESS, "clone", argument(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    maker.add(kind == cell::native_filter ? SCMP_ACT_NOTIFY : SCMP_ACT_KILL_PROCESS, "execve");
    for (const char* name : {"kill", "tgkill"}) {
        maker.add(SCMP_ACT_ALLOW, name, argument(0, SCMP_CMP_EQ, cell::own_pid_placeholder));
        maker.add(SCMP_ACT_KILL_PROCESS, name, argument(0, SCMP_CMP_NE, cell::own_pid_placeholder));
    }
}

}  // namespace

void make_filter(cell::FilterKind kind, cell::Filter& filter) {
    FilterMaker maker;
    for (const char* name : allowed) maker.add(SCMP_ACT_ALLOW, name);
    for (const char* name : deadly) maker.add(SCMP_ACT_KILL_PROCESS, name);
    add_restricted(maker);
    add_processes(maker, kind);
    maker.write_to(filter);
    if (kind != cell::compile_filter && filter.own_pid_sites == 0) {
        throw InfrastructureError("libseccomp: the filter does not name the process itself");
    }
}

}  // namespace atl::sandbox
