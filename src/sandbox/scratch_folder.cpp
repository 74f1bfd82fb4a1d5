// SPDX-License-Identifier: Apache-2.0
// Folders inside folders are moved to the top until there are none.
#include "sandbox/scratch_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

namespace atl::sandbox {
namespace {

std::vector<std::string> names_in(int folder) {
    std::vector<std::string> names;
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const list = copy < 0 ? nullptr : fdopendir(copy);
    if (list == nullptr) {
        if (copy >= 0) close(copy);
        return names;
    }
    while (const dirent* const each = readdir(list)) {
        const std::string name = each->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    closedir(list);
    return names;
}

/// Folders made accessible: one may have any mode, and to be moved it must be writable.
int open_folder(int above, const std::string& name) {
    struct stat status {};
    if (fstatat(above, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode)) return -1;
    if ((status.st_mode & S_IRWXU) != S_IRWXU) fchmodat(above, name.c_str(), S_IRWXU, 0);
    return openat(above, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/// Removes what can be; folders with something in them go to the attic, under numbers.
void clear(int folder, int attic, const std::string& kept, unsigned long& moved) {
    for (const std::string& name : names_in(folder)) {
        if (name == kept || unlinkat(folder, name.c_str(), 0) == 0) continue;
        if (unlinkat(folder, name.c_str(), AT_REMOVEDIR) == 0) continue;
        const int inside = open_folder(folder, name);
        if (inside >= 0) close(inside);
        if (renameat(folder, name.c_str(), attic, std::to_string(moved).c_str()) == 0) ++moved;
    }
}

}  // namespace

bool remove_scratch_folder(const std::string& path) {
    const int top = open_folder(AT_FDCWD, path);
    if (top < 0) return errno == ENOENT;
    std::string attic_path = path + "/attic-XXXXXX";  // a name that the program can not have foreseen
    const int attic = mkdtemp(attic_path.data()) == nullptr ? -1 : open_folder(AT_FDCWD, attic_path);
    if (attic >= 0) {
        const std::string attic_name = attic_path.substr(path.size() + 1);
        unsigned long moved = 0;
        clear(top, attic, attic_name, moved);
        for (unsigned long next = 0; next < moved; ++next) {
            const std::string name = std::to_string(next);
            const int folder = open_folder(attic, name);
            if (folder < 0) continue;
            clear(folder, attic, "", moved);
            close(folder);
            unlinkat(attic, name.c_str(), AT_REMOVEDIR);
        }
        close(attic);
        unlinkat(top, attic_name.c_str(), AT_REMOVEDIR);
    }
    close(top);
    return rmdir(path.c_str()) == 0;
}

}  // namespace atl::sandbox
