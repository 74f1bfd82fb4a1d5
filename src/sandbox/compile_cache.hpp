// SPDX-License-Identifier: Apache-2.0
// Compilations on disk, in a folder that nobody but this user can write to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "atoll/core/hash.hpp"
#include "atoll/sandbox/compiler.hpp"

namespace atl::sandbox {

std::string encode(const Compilation& compilation);
/// Nothing for bytes that are damaged, of another version, or hold what is never kept.
std::optional<Compilation> decode_compilation(std::string_view entry);

/// Invariant: `folder_` is an open folder that belonged to this user, and to nobody else to write, when it was opened;
/// all is done relative to it. Thread-safe.
class CompileCache {
public:
    /// Makes the folder. Throws InputError when it is not this user's own. When it can not be made or used, `problem()`
    /// says why and nothing is kept.
    CompileCache(const std::filesystem::path& folder, std::uint64_t limit_bytes);
    ~CompileCache();
    CompileCache(const CompileCache&) = delete;
    CompileCache& operator=(const CompileCache&) = delete;

    std::optional<Compilation> find(const Sha256& key) const;
    void store(const Sha256& key, const Compilation& compilation);
    /// The last thing that did not work; empty when all did.
    std::string problem() const;

    /// Keeps others, threads and processes, from working on the same key for as long as it lives; without a folder, or
    /// where the file system has no locks, nobody. The kernel frees the lock of a process that dies.
    class Lock {
    public:
        Lock(const CompileCache& cache, const Sha256& key);
        ~Lock();
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        int folder_ = -1;
        int file_ = -1;
        std::string name_;
    };

private:
    void remove_oldest() const;
    void say(const std::string& problem);

    int folder_ = -1;
    std::uint64_t limit_bytes_;
    mutable std::mutex mutex_;  // guards what is below
    std::string problem_;
    std::uint64_t stored_bytes_ = 0;  ///< since the folder was last looked through
    std::uint64_t stored_ = 0;
};

}  // namespace atl::sandbox
