// SPDX-License-Identifier: Apache-2.0
// Preloaded into atoll by tests: lets the n-th system call of one kind that concerns files below a folder fail.
//
//   FAIL_PREFIX   the folder; a call counts when its path, or its descriptor's, lies in it
//   FAIL_CALL     write, fsync, rename, close, open, ftruncate, mmap, mkdir or unlink; each with its relatives
//   FAIL_NTH      which call fails, from 1; 0: none, they are only counted
//   FAIL_ERRNO    the error, as a number
//   FAIL_MODE     once; or after: all from then on, and of writes the first is cut to its half, as on a full disk
//   FAIL_WHILE    mode after: calls fail only while this file exists
//   FAIL_STATE    file of two u64, made by the test: calls counted, calls failed; shared by all processes
//   FAIL_PROCESS  run: the process started; fold: those it spawns; all
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct state {
    atomic_uint_least64_t counted;
    atomic_uint_least64_t failed;
};

static struct state* state;
static char prefix[4096];
static const char* wanted_call;
static const char* while_path;
static uint64_t nth;
static int error_number;
static int from_then_on;

static const char* setting(const char* name) {
    const char* value = getenv(name);
    return value != NULL ? value : "";
}

__attribute__((constructor)) static void read_settings(void) {
    const int is_child = *setting("FAIL_CHILD") != '\0';
    const char* process = setting("FAIL_PROCESS");
    if (strcmp(process, is_child ? "run" : "fold") == 0) return;
    wanted_call = setting("FAIL_CALL");
    snprintf(prefix, sizeof prefix, "%s", setting("FAIL_PREFIX"));
    nth = strtoull(setting("FAIL_NTH"), NULL, 10);
    error_number = (int)strtol(setting("FAIL_ERRNO"), NULL, 10);
    from_then_on = strcmp(setting("FAIL_MODE"), "after") == 0;
    while_path = setting("FAIL_WHILE");
    // straight to the system: the functions below are not ready yet, and must not count this
    const int descriptor = (int)syscall(SYS_openat, AT_FDCWD, setting("FAIL_STATE"), O_RDWR | O_CLOEXEC, 0);
    if (descriptor < 0) return;
    void* mapped = (void*)syscall(SYS_mmap, NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    syscall(SYS_close, descriptor);
    if (mapped != MAP_FAILED) state = mapped;
}

static int is_below_prefix(const char* path) {
    const size_t length = strlen(prefix);
    return strncmp(path, prefix, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int path_concerned(const char* path) {
    char whole[8192];
    if (path == NULL) return 0;
    if (path[0] == '/') return is_below_prefix(path);
    if (syscall(SYS_getcwd, whole, 4096) < 0) return 0;
    const size_t length = strlen(whole);
    snprintf(whole + length, sizeof whole - length, "/%s", path);
    return is_below_prefix(whole);
}

static int descriptor_concerned(int descriptor) {
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = '\0';
    return is_below_prefix(path);
}

enum fate { goes_on = 0, fails = 1, is_cut = 2 };

// Counts a call that concerns the folder and says what becomes of it.
static enum fate fate_of_counted(void) {
    const uint64_t number = atomic_fetch_add(&state->counted, 1) + 1;
    if (nth == 0 || number < nth || (number > nth && !from_then_on)) return goes_on;
    if (*while_path != '\0' && syscall(SYS_faccessat, AT_FDCWD, while_path, F_OK) != 0) return goes_on;
    atomic_fetch_add(&state->failed, 1);
    errno = error_number;
    return number == nth && from_then_on ? is_cut : fails;
}

static int is_wanted(const char* call) { return state != NULL && strcmp(wanted_call, call) == 0; }

static enum fate fate_of_path(const char* call, const char* path) {
    const int kept = errno;
    if (!is_wanted(call) || !path_concerned(path)) {
        errno = kept;
        return goes_on;
    }
    return fate_of_counted();
}

static enum fate fate_of_descriptor(const char* call, int descriptor) {
    const int kept = errno;
    if (!is_wanted(call) || !descriptor_concerned(descriptor)) {
        errno = kept;
        return goes_on;
    }
    return fate_of_counted();
}

#define NEXT(type, name) \
    static type next;    \
    if (next == NULL) next = (type)dlsym(RTLD_NEXT, name)

// ---- write

#define WRITING(name, parameters, arguments, count)                      \
    typedef ssize_t(*type_of_##name) parameters;                         \
    ssize_t name parameters {                                            \
        NEXT(type_of_##name, #name);                                     \
        const enum fate fate = fate_of_descriptor("write", descriptor);  \
        if (fate == fails || (fate == is_cut && (count) < 2)) return -1; \
        if (fate == is_cut) (count) /= 2;                                \
        return next arguments;                                           \
    }

WRITING(write, (int descriptor, const void* bytes, size_t count), (descriptor, bytes, count), count)
WRITING(pwrite, (int descriptor, const void* bytes, size_t count, off_t at), (descriptor, bytes, count, at), count)
WRITING(pwrite64, (int descriptor, const void* bytes, size_t count, off_t at), (descriptor, bytes, count, at), count)

typedef ssize_t (*writev_type)(int, const struct iovec*, int);
ssize_t writev(int descriptor, const struct iovec* parts, int count) {
    NEXT(writev_type, "writev");
    if (fate_of_descriptor("write", descriptor) != goes_on) return -1;
    return next(descriptor, parts, count);
}

// ---- one descriptor

#define ON_DESCRIPTOR(call, name, parameters, arguments)                \
    typedef int(*type_of_##name) parameters;                            \
    int name parameters {                                               \
        NEXT(type_of_##name, #name);                                    \
        if (fate_of_descriptor(call, descriptor) != goes_on) return -1; \
        return next arguments;                                          \
    }

ON_DESCRIPTOR("fsync", fsync, (int descriptor), (descriptor))
ON_DESCRIPTOR("fsync", fdatasync, (int descriptor), (descriptor))
ON_DESCRIPTOR("ftruncate", ftruncate, (int descriptor, off_t length), (descriptor, length))
ON_DESCRIPTOR("ftruncate", ftruncate64, (int descriptor, off_t length), (descriptor, length))
ON_DESCRIPTOR("ftruncate", fallocate, (int descriptor, int mode, off_t from, off_t length),
              (descriptor, mode, from, length))
ON_DESCRIPTOR("ftruncate", fallocate64, (int descriptor, int mode, off_t from, off_t length),
              (descriptor, mode, from, length))

// These give the error back instead of setting errno.
#define ALLOCATING(name)                                                                 \
    typedef int (*type_of_##name)(int, off_t, off_t);                                    \
    int name(int descriptor, off_t from, off_t length) {                                 \
        NEXT(type_of_##name, #name);                                                     \
        if (fate_of_descriptor("ftruncate", descriptor) != goes_on) return error_number; \
        return next(descriptor, from, length);                                           \
    }
ALLOCATING(posix_fallocate)
ALLOCATING(posix_fallocate64)

typedef int (*close_type)(int);
int close(int descriptor) {
    NEXT(close_type, "close");
    const enum fate fate = fate_of_descriptor("close", descriptor);
    const int result = next(descriptor);  // a close that fails has closed all the same
    if (fate == goes_on) return result;
    errno = error_number;
    return -1;
}

#define MAPPING(name)                                                                                \
    typedef void* (*type_of_##name)(void*, size_t, int, int, int, off_t);                            \
    void* name(void* address, size_t length, int protection, int flags, int descriptor, off_t at) {  \
        NEXT(type_of_##name, #name);                                                                 \
        if (descriptor >= 0 && fate_of_descriptor("mmap", descriptor) != goes_on) return MAP_FAILED; \
        return next(address, length, protection, flags, descriptor, at);                             \
    }
MAPPING(mmap)
MAPPING(mmap64)

// ---- one path

#define OPENING(name)                                         \
    typedef int (*type_of_##name)(const char*, int, ...);     \
    int name(const char* path, int flags, ...) {              \
        NEXT(type_of_##name, #name);                          \
        va_list rest;                                         \
        va_start(rest, flags);                                \
        const mode_t mode = va_arg(rest, mode_t);             \
        va_end(rest);                                         \
        if (fate_of_path("open", path) != goes_on) return -1; \
        return next(path, flags, mode);                       \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                       \
    typedef int (*type_of_##name)(int, const char*, int, ...); \
    int name(int folder, const char* path, int flags, ...) {   \
        NEXT(type_of_##name, #name);                           \
        va_list rest;                                          \
        va_start(rest, flags);                                 \
        const mode_t mode = va_arg(rest, mode_t);              \
        va_end(rest);                                          \
        if (fate_of_path("open", path) != goes_on) return -1;  \
        return next(folder, path, flags, mode);                \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

#define ON_PATH(call, type, failure, name, parameters, arguments) \
    typedef type(*type_of_##name) parameters;                     \
    type name parameters {                                        \
        NEXT(type_of_##name, #name);                              \
        if (fate_of_path(call, path) != goes_on) return failure;  \
        return next arguments;                                    \
    }

ON_PATH("open", FILE*, NULL, fopen, (const char* path, const char* mode), (path, mode))
ON_PATH("open", FILE*, NULL, fopen64, (const char* path, const char* mode), (path, mode))
ON_PATH("open", int, -1, creat, (const char* path, mode_t mode), (path, mode))
ON_PATH("mkdir", int, -1, mkdir, (const char* path, mode_t mode), (path, mode))
ON_PATH("unlink", int, -1, unlink, (const char* path), (path))
ON_PATH("unlink", int, -1, remove, (const char* path), (path))
ON_PATH("rename", int, -1, rename, (const char* path, const char* to), (path, to))
ON_PATH("rename", int, -1, link, (const char* path, const char* to), (path, to))
ON_PATH("rename", int, -1, renameat, (int folder, const char* path, int to_folder, const char* to),
        (folder, path, to_folder, to))
ON_PATH("rename", int, -1, linkat, (int folder, const char* path, int to_folder, const char* to, int flags),
        (folder, path, to_folder, to, flags))

// ---- the spawned fold gets a clean environment: it is given these settings again

typedef int (*posix_spawn_type)(pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*,
                                char* const[], char* const[]);
int posix_spawn(pid_t* child, const char* program, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const arguments[], char* const environment[]) {
    NEXT(posix_spawn_type, "posix_spawn");
    static const char* const names[] = {"LD_PRELOAD", "FAIL_PREFIX", "FAIL_CALL",  "FAIL_NTH",    "FAIL_ERRNO",
                                        "FAIL_MODE",  "FAIL_WHILE",  "FAIL_STATE", "FAIL_PROCESS"};
    enum { added = sizeof names / sizeof *names };
    static char texts[added][8192];
    char* all[512];
    size_t count = 0;
    for (; environment[count] != NULL && count < 512 - added - 2; ++count) all[count] = environment[count];
    for (size_t i = 0; i < added; ++i) {
        snprintf(texts[i], sizeof texts[i], "%s=%s", names[i], setting(names[i]));
        all[count++] = texts[i];
    }
    static char child_mark[] = "FAIL_CHILD=1";
    all[count++] = child_mark;
    all[count] = NULL;
    return next(child, program, actions, attributes, arguments, all);
}
