// SPDX-License-Identifier: Apache-2.0
// Builds the view in a small file system in memory, and makes it the root of a new mount namespace.
#include "sandbox/view.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "atoll/core/error.hpp"

namespace atl::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* stage = "/tmp";  // what lies there is hidden in the new namespace only

void check(bool worked, const std::string& step) {
    if (!worked) throw InfrastructureError(step + ": " + std::strerror(errno));
}

void write_small_file(const char* path, const std::string& text) {
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    check(file >= 0, path);
    const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int error = errno;
    close(file);
    errno = error;
    check(written, path);
}

/// A path opened before the stage hides anything; a symbolic link is copied as one.
struct Source {
    std::string path;
    std::string link;  ///< target, when it is a symbolic link
    int descriptor = -1;
    bool is_folder = false;
};

std::vector<Source> open_sources(const std::vector<std::string>& paths) {
    std::vector<Source> sources;
    for (const std::string& path : paths) {
        Source source;
        source.path = path;
        struct stat status {};
        if (lstat(path.c_str(), &status) != 0) continue;  // not there: then not in the view either
        if (S_ISLNK(status.st_mode)) {
            source.link = fs::read_symlink(path).string();
        } else {
            source.descriptor = open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW);
            check(source.descriptor >= 0, path);
            source.is_folder = S_ISDIR(status.st_mode);
        }
        sources.push_back(std::move(source));
    }
    return sources;
}

// struct mount_attr and its flags (linux/mount.h), which some systems' headers have in two places, and some in none.
struct MountAttributes {
    std::uint64_t set = 0, clear = 0, propagation = 0, user_namespace = 0;
};
constexpr std::uint64_t read_only = 1, no_set_user = 2, no_devices = 4, no_execution = 8;

/// With mount_setattr the mounts below become read-only too; before Linux 5.12 a path that has any can not be bound.
void bind_read_only(const Source& source, const std::string& target, bool device) {
    const std::string from = "/proc/self/fd/" + std::to_string(source.descriptor);
    MountAttributes attributes;
    attributes.set = read_only | no_set_user | (device ? no_execution : no_devices);
    const bool whole_trees = syscall(SYS_mount_setattr, -1, "", 0, nullptr, 0) != 0 && errno != ENOSYS;
    check(mount(from.c_str(), target.c_str(), nullptr,
                MS_BIND | (whole_trees ? static_cast<unsigned long>(MS_REC) : 0UL), nullptr) == 0,
          "bind " + source.path);
    if (whole_trees) {
        check(syscall(SYS_mount_setattr, AT_FDCWD, target.c_str(), AT_RECURSIVE, &attributes, sizeof attributes) == 0,
              "read-only " + source.path);
        return;
    }
    struct statfs status {};
    check(statfs(target.c_str(), &status) == 0, source.path);
    const unsigned long kept = static_cast<unsigned long>(status.f_flags) & (MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
    const unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | (device ? MS_NOEXEC : MS_NODEV) | kept;
    check(mount(nullptr, target.c_str(), nullptr, flags, nullptr) == 0, "read-only " + source.path);
}

void place(const Source& source, bool device) {
    const std::string target = std::string(stage) + source.path;
    fs::create_directories(fs::path(target).parent_path());
    if (!source.link.empty()) {
        if (symlink(source.link.c_str(), target.c_str()) != 0) check(errno == EEXIST, target);
        return;
    }
    if (source.is_folder) {
        fs::create_directories(target);
    } else {
        const int file = open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
        check(file >= 0, target);
        close(file);
    }
    bind_read_only(source, target, device);
}

}  // namespace

void enter_user_namespace() {
    const std::string user = std::to_string(getuid()), group = std::to_string(getgid());
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // else the files below belong to root
    check(unshare(CLONE_NEWUSER) == 0, "unshare user");
    write_small_file("/proc/self/setgroups", "deny");
    write_small_file("/proc/self/uid_map", "0 " + user + " 1");
    write_small_file("/proc/self/gid_map", "0 " + group + " 1");
}

void enter_view(const std::vector<std::string>& read_paths, std::string_view library) {
    check(unshare(CLONE_NEWNS) == 0, "unshare mount");
    check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private mounts");
    // NOTE: opened inside the new namespace, which binds its own mounts only, and before the stage hides anything
    const std::vector<Source> sources = open_sources(read_paths);
    const std::vector<Source> devices = open_sources({"/dev/null", "/dev/urandom"});
    check(mount("view", stage, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=16m") == 0, "tmpfs");
    for (const Source& source : sources) place(source, false);
    for (const Source& source : devices) place(source, true);
    check(mkdir((stage + std::string(view_scratch)).c_str(), 0755) == 0, view_scratch);
    const std::string library_file = stage + std::string(view_library);
    const int file = open(library_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
    check(file >= 0, view_library);
    const bool written = write(file, library.data(), library.size()) == static_cast<ssize_t>(library.size());
    close(file);
    check(written, view_library);
    for (const auto& list : {sources, devices}) {
        for (const Source& source : list) {
            if (source.descriptor >= 0) close(source.descriptor);
        }
    }
    check(chdir(stage) == 0, "chdir");
    check(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
    check(umount2(".", MNT_DETACH) == 0, "detach the old root");
    check(chdir("/") == 0, "chdir");
    const unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
    check(mount(nullptr, "/", nullptr, flags, nullptr) == 0, "read-only root");
}

}  // namespace atl::sandbox
