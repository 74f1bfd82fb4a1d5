// SPDX-License-Identifier: Apache-2.0
// Hostile native code: bodies of C functions, and C++ texts for the compiler.
#pragma once

#include "sandbox/attack.hpp"

namespace atl::sandbox {

inline const std::vector<Attack>& native_attacks() {
    static const std::string calls = "system_calls", limits = "resource_limits";
    static const std::vector<Attack> table = {
        {"endless_loop", "for (;;) spin++;", "timeout/wall_time"},
        {"ignored_signals", "for (int s = 1; s < 65; ++s) signal(s, SIG_IGN); for (;;) spin++;", "timeout/wall_time"},
        {"fork", "if (fork() >= 0) escaped();", "forbidden/system_call", {{calls, ""}}},
        {"vfork", "if (vfork() == 0) _exit(0); escaped();", "forbidden/system_call", {{calls, ""}}},
        {"fork_bomb", "for (;;) fork();", "forbidden/system_call", {{calls, "timeout/wall_time"}}},
        {"double_fork",
         "if (fork() == 0) { setsid(); signal(SIGHUP, SIG_IGN); if (fork() == 0) for (;;) pause(); _exit(0); } "
         "exit(0);",
         "forbidden/system_call",
         {{calls, "ok/"}}},
        {"orphans",
         "for (int i = 0; i < 8; ++i) if (fork() == 0) { setpgid(0, 0); for (;;) spin++; } exit(0);",
         "forbidden/system_call",
         {{calls, "ok/"}}},
        {"clone_without_thread",
         "syscall(SYS_clone, 17, 0, 0, 0, 0); escaped();",
         "forbidden/system_call",
         {{calls, ""}}},
        {"clone_new_namespace",
         "refused(syscall(SYS_clone, 0x10000000 | 17, 0, 0, 0, 0));",
         "forbidden/system_call",
         {{calls, ""}}},
        {"clone3",
         "unsigned long a[11] = {0}; a[4] = 17; refused(syscall(435, a, sizeof a));",
         "crashed/exit_code",
         {{calls, ""}}},
        {"setsid", "refused(setsid());", "forbidden/system_call", {{calls, "crashed/exit_code"}}},
        {"setpgid", "refused(setpgid(0, getppid()));", "forbidden/system_call", {{calls, "crashed/exit_code"}}},
        // a filter can not tell a second exec from the first, so the keeper answers; a program of the system stays
        // confined as its caller was, which is all that holds without the filter
        {"exec_in_place", "refused(execl(\"/bin/true\", \"true\", (char*)0));", "crashed/exit_code", {{calls, "ok/"}}},
        {"exec_itself",
         "refused(execl(\"./attack\", \"attack\", \"endless_loop\", (char*)0));",
         "crashed/exit_code",
         {{calls, "timeout/wall_time"}}},
        {"execveat", "syscall(SYS_execveat, -100, \"/bin/true\", 0, 0, 0);", "forbidden/system_call", {{calls, ""}}},
        {"other_architecture",
         "__asm__ volatile(\"int $0x80\" : : \"a\"(2)); escaped();",
         "forbidden/system_call",
         {{calls, ""}}},
        {"x32_calls", "syscall(0x40000000 + 57); escaped();", "forbidden/system_call", {{calls, ""}}},
        {"io_uring", "refused(syscall(425, 8, 0));", "forbidden/system_call", {{calls, ""}}},
        {"bpf", "refused(syscall(321, 0, 0, 0));", "forbidden/system_call", {{calls, "crashed/exit_code"}}},
        {"keyctl", "refused(syscall(250, 0, -3, 1));", "forbidden/system_call", {{calls, ""}}},
        {"mount",
         "refused(mount(\"x\", \".\", \"tmpfs\", 0, 0));",
         "forbidden/system_call",
         {{calls, "crashed/exit_code"}}},
        {"unshare", "refused(unshare(0x10000000));", "forbidden/system_call", {{calls, ""}}},
        {"userfaultfd", "refused(syscall(323, 0));", "forbidden/system_call", {{calls, ""}}},
        {"perf_event_open",
         "unsigned long a[16] = {1, 0}; refused(syscall(298, a, 0, -1, -1, 0));",
         "forbidden/system_call",
         {{calls, ""}}},
        {"open_by_handle",
         "refused(syscall(304, -100, \"12345678\", 0));",
         "forbidden/system_call",
         {{calls, "crashed/exit_code"}}},
        {"ptrace",
         "refused(ptrace(PTRACE_ATTACH, getppid(), 0, 0));",
         "forbidden/system_call",
         {{calls, "crashed/exit_code"}}},
        {"process_vm_readv",
         "char b[8]; struct iovec v = {b, 8}; refused(process_vm_readv(getppid(), &v, 1, &v, 1, 0));",
         "forbidden/system_call",
         {{calls, "crashed/exit_code"}}},
        {"kill_parent", "refused(kill(getppid(), 9));", "forbidden/system_call", {{calls, "crashed/exit_code"}}},
        {"kill_all", "kill(-1, 9); exit(3);", "forbidden/system_call", {{calls, "crashed/exit_code|crashed/signal"}}},
        {"pidfd", "refused(syscall(434, getppid(), 0));", "forbidden/system_call", {{calls, ""}}},
        {"socket", "refused(socket(AF_INET, SOCK_STREAM, 0));", "forbidden/system_call", {{calls, ""}}},
        {"connect",
         "struct sockaddr_in a = {AF_INET, htons(22), {htonl(0x7f000001)}, {0}}; int s = socket(AF_INET, SOCK_STREAM, "
         "0); refused(connect(s, (struct sockaddr*)&a, sizeof a));",
         "forbidden/system_call",
         {{calls, "crashed/exit_code"}}},
        {"socketpair",
         "int s[2]; refused(socketpair(AF_UNIX, SOCK_STREAM, 0, s));",
         "crashed/exit_code",
         {{calls, ""}}},
        {"etc_passwd", "refused(open(\"/etc/passwd\", O_RDONLY));", "crashed/exit_code"},
        {"etc_shadow", "refused(open(\"/etc/shadow\", O_RDONLY));", "crashed/exit_code"},
        {"proc", "refused(open(\"/proc/self/mem\", O_RDWR));", "crashed/exit_code"},
        {"device", "refused(open(\"/dev/mem\", O_RDWR)); ", "crashed/exit_code"},
        {"make_device",
         "refused(mknod(\"x\", S_IFCHR | 0600, 0x101));",
         "forbidden/system_call",
         {{calls, "crashed/exit_code"}}},
        {"write_outside", "refused(open(\"/usr/atoll-was-here\", O_WRONLY | O_CREAT, 0600));", "crashed/exit_code"},
        {"outlive_the_parent", "refused(prctl(PR_SET_PDEATHSIG, 0));", "crashed/exit_code", {{calls, ""}}},
        {"own_filter_goes_on_top", "refused(prctl(PR_SET_SECCOMP, 1, 0));", "crashed/exit_code", {{calls, ""}}},
        {"raise_a_limit",
         "struct rlimit l = {1UL << 40, 1UL << 40}; refused(setrlimit(RLIMIT_AS, &l));",
         "crashed/exit_code",
         {{limits, ""}}},
        {"allocation_of_10_gb",
         "char* p = mmap(0, 10UL << 30, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); if (p == "
         "MAP_FAILED) exit(3); escaped();",
         "crashed/exit_code",
         {{limits, ""}}},
        {"deep_recursion", "exit(deep(1));", "crashed/signal", {}},
        {"null_pointer", "*(volatile int*)0 = 1;", "crashed/signal"},
        {"abort", "abort();", "crashed/signal"},
        {"catches_its_faults", "signal(SIGSEGV, on_fault); signal(SIGXCPU, on_fault); *(volatile int*)0 = 1;",
         "timeout/wall_time"},
        {"alarms",
         "signal(SIGALRM, on_fault); struct itimerval t = {{0, 1}, {0, 1}}; setitimer(ITIMER_REAL, &t, 0); "
         "for (;;) spin++;",
         "timeout/wall_time"},
        {"output_flood", "for (;;) write(1, text, sizeof text);", "forbidden/output"},
        {"huge_file",
         "int f = open(\"x\", O_WRONLY | O_CREAT, 0600); for (;;) if (write(f, text, sizeof text) < 0) "
         "exit(3);",
         "crashed/file_size",
         {{limits, "crashed/exit_code"}}},
        {"sparse_result",
         "int f = open(\"result\", O_WRONLY | O_CREAT, 0600); ftruncate(f, 1 << 20); exit(0);",
         "ok/",
         {},
         ResultFile::too_large},
        {"result_is_a_pipe",
         "mkfifo(\"result\", 0600); exit(0);",
         "forbidden/system_call",
         {{calls, "ok/"}},
         ResultFile::not_a_file},
        {"memory_file", "refused(syscall(319, \"x\", 0));", "crashed/exit_code", {{calls, ""}}},
        {"own_child_reaper", "refused(prctl(PR_SET_CHILD_SUBREAPER, 1));", "crashed/exit_code", {{calls, ""}}},
        {"own_notifier", "refused(syscall(317, 1, 8, 0));", "crashed/exit_code", {{calls, ""}}},
        {"own_landlock", "refused(syscall(444, 0, 0, 1));", "crashed/exit_code", {{calls, ""}}},
        {"personality", "refused(syscall(135, 0x0040000));", "crashed/exit_code", {{calls, ""}}},
        {"local_descriptor_table", "refused(syscall(154, 0, text, 64));", "crashed/exit_code", {{calls, ""}}},
        {"timer", "refused(syscall(222, 0, 0, text));", "crashed/exit_code", {{calls, ""}}},
        {"timer_descriptor", "refused(syscall(283, 0, 0));", "crashed/exit_code", {{calls, ""}}},
        {"signal_descriptor", "refused(syscall(289, -1, text, 8, 0));", "crashed/exit_code", {{calls, ""}}},
        {"watch_of_files", "refused(syscall(294, 0));", "crashed/exit_code", {{calls, ""}}},
        {"barrier_for_all", "refused(syscall(324, 1, 0, 0));", "crashed/exit_code", {{calls, ""}}},
        {"abstract_socket", "refused(socket(AF_UNIX, SOCK_STREAM, 0));", "crashed/exit_code", {{calls, ""}}},
        {"kernel_crypto_socket", "refused(socket(38, SOCK_SEQPACKET, 0));", "forbidden/system_call", {{calls, ""}}},
        {"real_time_scheduling",
         "refused(({ struct sched_param p = {1}; sched_setscheduler(0, SCHED_FIFO, &p); }));",
         "crashed/exit_code",
         {{calls, "crashed/exit_code"}}},
        {"idle_scheduling",
         "refused(({ struct sched_param p = {0}; sched_setscheduler(0, SCHED_IDLE, &p); }));",
         "crashed/exit_code",
         {{calls, ""}}},
        {"affinity",
         "refused(({ cpu_set_t s; CPU_ZERO(&s); CPU_SET(0, &s); sched_setaffinity(0, sizeof s, &s); }));",
         "crashed/exit_code",
         {{calls, ""}}},
        {"priority", "refused(setpriority(PRIO_PROCESS, 0, -5));", "crashed/exit_code", {{calls, "crashed/exit_code"}}},
        {"input_priority", "refused(syscall(251, 1, 0, 3 << 13));", "crashed/exit_code", {{calls, ""}}},
        {"limits_of_the_parent",
         "refused(({ struct rlimit l = {1, 1}; prlimit(getppid(), RLIMIT_NOFILE, &l, 0); }));",
         "crashed/exit_code",
         {{calls, ""}}},
        {"process_madvise",
         "refused(syscall(440, 0, 0, 0, 0, 0));",
         "forbidden/system_call",
         {{calls, "crashed/exit_code"}}},
        {"pages_set_aside",
         "refused(mmap(0, 2 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) == MAP_FAILED ? -1 : 0);",
         "crashed/exit_code",
         {{calls, ""}}},
        {"locked_memory", "refused(mlock(text, sizeof text));", "crashed/exit_code", {{calls, ""}}},
        {"shared_memory_folder", "refused(open(\"/dev/shm/x\", O_RDWR | O_CREAT, 0600));", "crashed/exit_code", {}},
        // its own output it may open again, where /proc is in view; others there must be none
        {"inherited_descriptors",
         "int any = -1; for (int i = 3; i < 256; ++i) { char name[64]; snprintf(name, 64, \"/proc/self/fd/%d\", i); "
         "int f = open(name, O_RDONLY); if (f >= 0) any = f; if (fcntl(i, F_GETFD) >= 0) any = i; } refused(any);",
         "crashed/exit_code"},
        {"tty", "refused(open(\"/dev/tty\", O_RDWR));", "crashed/exit_code", {}},
        {"reads_its_input", "refused(read(0, text, 1) > 0 ? 0 : -1);", "crashed/exit_code"},
        {"stops_itself", "kill(getpid(), SIGSTOP); for (;;) pause();", "timeout/wall_time"},
        {"many_threads",
         "for (;;) { pthread_t t; pthread_create(&t, 0, sleeper, 0); }",
         "timeout/wall_time",
         {{limits, ""}}},
        {"storm_of_waits", "for (;;) { syscall(SYS_futex, &spin, 129, 1000, 0, 0, 0); sched_yield(); }",
         "timeout/wall_time"},
        {"page_past_the_end_of_a_file",
         "int f = open(\"x\", O_RDWR | O_CREAT, 0600); char* p = mmap(0, 1 << 20, 3, MAP_SHARED, f, 0); p[4096] = 1;",
         "crashed/signal"},
        {"huge_sparse_file",
         "int f = open(\"x\", O_RDWR | O_CREAT, 0600); refused(ftruncate(f, 1UL << 40));",
         "crashed/file_size",
         {{limits, ""}}},
        {"result_is_a_second_name",
         "close(open(\"x\", O_WRONLY | O_CREAT, 0600)); link(\"x\", \"result\"); exit(0);",
         "ok/",
         {},
         ResultFile::not_a_file},
        {"result_grows_after_the_end",
         "int f = open(\"result\", O_RDWR | O_CREAT, 0600); ftruncate(f, 8); char* p = mmap(0, 1 << 20, 3, MAP_SHARED, "
         "f, "
         "0); p[0] = 1; pthread_t t; pthread_create(&t, 0, grower, (void*)(long)f); exit(0);",
         "ok/",
         {},
         ResultFile::too_large},
        {"nested_folders",
         "for (int i = 0; i < 1200; ++i) { mkdir(\"d\", 0); mkdir(\"e\", 0700); if (chdir(\"e\") != 0) "
         "break; } exit(3);",
         "crashed/exit_code"},
        {"many_pipes",
         "int p[2]; while (pipe(p) == 0) write(p[1], text, 4096); exit(3);",
         "crashed/exit_code",
         {{limits, "timeout/wall_time|crashed/exit_code"}}},
        {"closed_descriptors", "for (int i = 0; i < 100; ++i) close(i); exit(0);", "ok/"},
    };
    return table;
}

inline std::string native_attack_program() {
    std::string text = R"c(
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
static volatile unsigned long spin;
static char text[65536];
static void escaped(void) { write(1, "ESCAPED\n", 8); exit(0); }
static void refused(long answer) { if (answer >= 0) escaped(); exit(3); }
static void on_fault(int s) { signal(s, on_fault); }
static void* sleeper(void* x) { for (;;) pause(); return x; }
static void* grower(void* f) { for (;;) ftruncate((int)(long)f, 8 + (spin++ & 4095)); return 0; }
static int deep(int n) { volatile char room[4096]; room[0] = (char)n; return deep(n + 1) + room[0]; }
)c";
    std::string dispatch = "int main(int count, char** words) {\n    if (count < 2) return 4;\n";
    for (const Attack& attack : native_attacks()) {
        text += "static void attack_" + attack.name + "(void) { " + attack.text + " }\n";
        dispatch += "    if (strcmp(words[1], \"" + attack.name + "\") == 0) attack_" + attack.name + "();\n";
    }
    return text + dispatch + "    return 5;\n}\n";
}

inline const std::vector<Attack>& compile_attacks() {
    static const std::string refused_or_ended =
        "compile_error/compiler|compile_error/wall_time|compile_error/cpu_time|compile_error/output";
    static const std::vector<Attack> table = {
        {"include_of_a_secret", "#include \"/etc/passwd\"\nint main() {}", "compile_error/compiler"},
        {"include_of_a_secret_by_dots", "#include \"../etc/passwd\"\nint main() {}", "compile_error/compiler"},
        {"include_of_a_device", "#include \"/dev/zero\"\nint main() {}", "compile_error/compiler"},
        {"include_of_an_environment", "#include \"/proc/self/environ\"\nint main() {}", "compile_error/compiler"},
        {"assembler_include", "asm(\".incbin \\\"/etc/passwd\\\"\");\nint main() {}", "compile_error/compiler"},
        {"include_of_itself", "#include \"program.cpp\"\n#include \"program.cpp\"\nint main() {}", refused_or_ended},
        {"bomb_of_templates",
         "template <int N, int M> struct A { static constexpr long v = A<N - 1, 2 * M>::v + A<N - 1, 2 * M + 1>::v; "
         "};\n"
         "template <int M> struct A<0, M> { static constexpr long v = 1; };\nint main() { return (int)A<26, 1>::v; }",
         refused_or_ended},
        {"bomb_of_output",
         "int x[1 << 30] = {1};\nint main() { return x[1]; }",
         "compile_error/compiler|compile_error/wall_time|ok/",
         {},
         ResultFile::too_large},
        {"include_of_random_bytes", "#include \"/dev/urandom\"\nint main() {}", refused_or_ended},
        {"assembler_include_of_random_bytes", "asm(\".include \\\"/dev/urandom\\\"\");\nint main() {}",
         refused_or_ended},
        {"assembler_bytes_of_a_secret", "asm(\".incbin \\\"/etc/shadow\\\"\");\nint main() {}", refused_or_ended},
        {"bomb_of_assembler", "asm(\".rept 2000000000\\n.quad 1\\n.endr\");\nint main() {}", refused_or_ended},
        {"assembler_far_away", "asm(\".data\\n.org 1 << 40\\n.byte 1\");\nint main() {}", refused_or_ended},
        {"next_include", "#include_next \"/etc/passwd\"\nint main() {}", refused_or_ended},
        {"header_compiled_elsewhere", "#pragma GCC pch_preprocess \"/etc/passwd\"\nint main() {}", refused_or_ended},
        {"endless_constant",
         "constexpr int f(int n) { return n < 0 ? n : f(n + 1 & 255); }\nconstexpr int x = f(0);\nint "
         "main() {}",
         refused_or_ended},
        {"endless_type", "template <class T> struct A { using t = typename A<A<T>>::t; };\nA<int>::t x;\nint main() {}",
         refused_or_ended},
        {"bomb_of_macros",
         "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(A(A(A(A(A(x))))))))\nconst char* s = B(\"xxxx\");\nint "
         "main() {}",
         refused_or_ended},
    };
    return table;
}

}  // namespace atl::sandbox
