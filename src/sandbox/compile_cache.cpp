// SPDX-License-Identifier: Apache-2.0
// Entries written beside and renamed, checked when read, the oldest removed first.
#include "sandbox/compile_cache.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <vector>

#include "atoll/core/error.hpp"
#include "sandbox/wire.hpp"

namespace atl::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "ATOLLCP1";
constexpr std::size_t digest_bytes = std::tuple_size_v<Sha256>;
constexpr std::string_view lock_ending = ".lock", new_ending = ".new";
constexpr std::time_t leftover_age_seconds = 3600;

std::string system_text(const std::string& what) { return what + ": " + std::strerror(errno); }

std::string_view digest_view(const Sha256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// An open folder that is this user's own, made where it is missing; -1 with errno when that does not work.
int open_own_folder(const fs::path& path) {
    std::error_code ignored;
    fs::create_directories(path.parent_path(), ignored);
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return -1;
    const std::string remedy = "; remove it, or name another folder with 'cpp.cache'";
    const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        if (errno == ELOOP || errno == ENOTDIR) {
            throw InputError("the compile cache " + path.string() + " is no folder, or a symbolic link" + remedy);
        }
        return -1;
    }
    struct stat status {};
    if (fstat(folder, &status) != 0 || status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        close(folder);
        throw InputError("the compile cache " + path.string() +
                         (status.st_uid != geteuid() ? " belongs to another user" : " can be written by other users") +
                         ", who could put programs into it" + remedy);
    }
    return folder;
}

struct Entry {
    std::string name;
    std::uint64_t bytes = 0;
    timespec changed{};
};

std::vector<Entry> entries_of(int folder) {
    std::vector<Entry> entries;
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const list = copy < 0 ? nullptr : fdopendir(copy);
    if (list == nullptr) return entries;
    while (const dirent* const each = readdir(list)) {
        struct stat status {};
        if (fstatat(folder, each->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) continue;
        entries.push_back({each->d_name, static_cast<std::uint64_t>(status.st_size), status.st_mtim});
    }
    closedir(list);
    return entries;
}

std::string read_whole(int file, std::uint64_t size) {
    std::string bytes(size, '\0');
    return read_fully(file, bytes.data(), bytes.size()) ? bytes : std::string();
}

bool write_whole(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

std::string encode(const Compilation& compilation) {
    WireWriter writer;
    writer << compilation.verdict.kind << std::string_view(compilation.verdict.reason)
           << std::string_view(compilation.verdict.text) << std::string_view(compilation.diagnostics)
           << compilation.seconds
           << std::string_view(compilation.executable ? std::string_view(*compilation.executable) : "");
    const std::string& payload = writer.bytes();
    std::string entry(magic);
    entry += digest_view(sha256(payload));
    entry += payload;
    return entry;
}

std::optional<Compilation> decode_compilation(std::string_view entry) {
    if (entry.size() < magic.size() + digest_bytes || !entry.starts_with(magic)) return std::nullopt;
    const std::string_view digest = entry.substr(magic.size(), digest_bytes);
    const std::string_view payload = entry.substr(magic.size() + digest_bytes);
    if (digest_view(sha256(payload)) != digest) return std::nullopt;
    Compilation compilation;
    std::string executable;
    try {
        WireReader reader(payload);
        reader >> compilation.verdict.kind >> compilation.verdict.reason >> compilation.verdict.text >>
            compilation.diagnostics >> compilation.seconds >> executable;
        if (!reader.at_end()) return std::nullopt;
    } catch (const InfrastructureError&) {
        return std::nullopt;
    }
    const bool ok = compilation.verdict.ok();
    if (ok == executable.empty() || (!ok && compilation.verdict.kind != VerdictKind::compile_error))
        return std::nullopt;
    if (ok) compilation.executable = std::make_shared<const std::string>(std::move(executable));
    compilation.cached = true;
    return compilation;
}

CompileCache::CompileCache(const fs::path& folder, std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {
    if (folder.empty()) return;
    if (!folder.is_absolute()) {
        throw InputError("cpp.cache: '" + folder.string() + "' is not absolute");
    }
    // Whoever could write to the folder above the default one could put another in its place before it is opened.
    if (folder == default_compile_cache()) {
        const int above = open_own_folder(folder.parent_path());
        if (above >= 0) close(above);
    }
    folder_ = open_own_folder(folder);
    if (folder_ < 0) {
        problem_ = system_text(folder.string());
        return;
    }
    remove_oldest();
}

CompileCache::~CompileCache() {
    if (folder_ >= 0) close(folder_);
}

std::string CompileCache::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

void CompileCache::say(const std::string& problem) {
    const std::lock_guard lock(mutex_);
    problem_ = problem;
}

std::optional<Compilation> CompileCache::find(const Sha256& key) const {
    if (folder_ < 0) return std::nullopt;
    const int file = openat(folder_, to_hex(key).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    struct stat status {};
    std::optional<Compilation> found;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
        static_cast<std::uint64_t>(status.st_size) <= longest_frame) {
        found = decode_compilation(read_whole(file, static_cast<std::uint64_t>(status.st_size)));
    }
    if (found) futimens(file, nullptr);  // young again, for remove_oldest()
    close(file);
    return found;
}

void CompileCache::store(const Sha256& key, const Compilation& compilation) {
    if (folder_ < 0) return;
    const std::string entry = encode(compilation), name = to_hex(key);
    std::string fresh;
    {
        const std::lock_guard lock(mutex_);
        fresh = name + "." + std::to_string(getpid()) + "." + std::to_string(stored_++) + std::string(new_ending);
    }
    const int file = openat(folder_, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        say(system_text("can not write"));
        return;
    }
    // NOTE: not synced; an entry that a crash of the machine left short does not match its digest
    bool written = write_whole(file, entry);
    if (!written) say(system_text("can not write"));
    close(file);
    if (written && renameat(folder_, fresh.c_str(), folder_, name.c_str()) != 0) {
        say(system_text("can not rename"));
        written = false;
    }
    if (!written) {
        unlinkat(folder_, fresh.c_str(), 0);
        return;
    }
    bool enough = false;
    {
        const std::lock_guard lock(mutex_);
        stored_bytes_ += entry.size();
        enough = stored_bytes_ > limit_bytes_ / 16;
        if (enough) stored_bytes_ = 0;
    }
    if (enough) remove_oldest();
}

void CompileCache::remove_oldest() const {
    std::vector<Entry> entries = entries_of(folder_);
    const std::time_t now = std::time(nullptr);
    std::uint64_t total = 0;
    std::erase_if(entries, [&](const Entry& entry) {
        const bool temporary = entry.name.ends_with(lock_ending) || entry.name.ends_with(new_ending);
        if (temporary && entry.changed.tv_sec + leftover_age_seconds < now) {
            unlinkat(folder_, entry.name.c_str(), 0);  // of a process that died
        }
        if (!temporary) total += entry.bytes;
        return temporary;
    });
    if (total <= limit_bytes_) return;
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.changed.tv_sec, a.changed.tv_nsec) < std::pair(b.changed.tv_sec, b.changed.tv_nsec);
    });
    // to well below the limit, so that it is not done for each new entry
    const std::uint64_t kept = limit_bytes_ - limit_bytes_ / 8;
    for (const Entry& entry : entries) {
        if (total <= kept) break;
        if (unlinkat(folder_, entry.name.c_str(), 0) == 0) total -= entry.bytes;
    }
}

CompileCache::Lock::Lock(const CompileCache& cache, const Sha256& key)
    : folder_(cache.folder_), name_(to_hex(key) + std::string(lock_ending)) {
    while (folder_ >= 0) {
        file_ = openat(folder_, name_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file_ < 0) return;
        int locked = -1;
        while ((locked = flock(file_, LOCK_EX)) != 0 && errno == EINTR) {
        }
        // The one before may have removed the file while this one waited: then the lock is on nothing.
        struct stat held {
        }, present{};
        if (locked != 0) break;
        if (fstat(file_, &held) == 0 && fstatat(folder_, name_.c_str(), &present, AT_SYMLINK_NOFOLLOW) == 0 &&
            held.st_ino == present.st_ino && held.st_dev == present.st_dev) {
            return;
        }
        close(file_);
        file_ = -1;
    }
    if (file_ >= 0) close(file_);
    file_ = -1;
}

CompileCache::Lock::~Lock() {
    if (file_ < 0) return;
    unlinkat(folder_, name_.c_str(), 0);
    flock(file_, LOCK_UN);  // not left to close(): a child forked meanwhile holds the descriptor too
    close(file_);
}

}  // namespace atl::sandbox
