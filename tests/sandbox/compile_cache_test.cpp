// SPDX-License-Identifier: Apache-2.0
// The folder of compilations: nobody else's, bounded, and its locks do not outlive their holders.
#include "sandbox/compile_cache.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "atoll/core/error.hpp"
#include "sandbox/compiling.hpp"

namespace atl::sandbox {
namespace {

Compilation program_of(std::size_t bytes) {
    Compilation compilation;
    compilation.executable = std::make_shared<const std::string>(bytes, 'x');
    compilation.seconds = 0.25;
    return compilation;
}

Sha256 key_of(int number) { return sha256(std::to_string(number)); }

constexpr std::uint64_t plenty = 1 << 30;

class CompileCacheTest : public ::testing::Test {
protected:
    TemporaryFolder folder_;
    std::filesystem::path path_ = folder_.path() / "cache";
};

TEST_F(CompileCacheTest, WhatWasStoredIsFound) {
    CompileCache cache(path_, plenty);
    EXPECT_FALSE(cache.find(key_of(1)));
    cache.store(key_of(1), program_of(100));
    const auto found = CompileCache(path_, plenty).find(key_of(1));
    ASSERT_TRUE(found);
    EXPECT_EQ(*found->executable, std::string(100, 'x'));
    EXPECT_EQ(found->seconds, 0.25);
    EXPECT_TRUE(found->cached);
    EXPECT_EQ(cache.problem(), "");
    struct stat status {};
    ASSERT_EQ(stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
}

TEST_F(CompileCacheTest, AnEntryCutOrChangedAnywhereIsNone) {
    const std::string entry = encode(program_of(40));
    ASSERT_TRUE(decode_compilation(entry));
    for (std::size_t i = 0; i < entry.size(); ++i) {
        EXPECT_FALSE(decode_compilation(entry.substr(0, i))) << i;
        std::string changed = entry;
        changed[i] = static_cast<char>(changed[i] ^ 16);
        EXPECT_FALSE(decode_compilation(changed)) << i;
    }
    EXPECT_FALSE(decode_compilation(entry + "x"));
    Compilation never_kept;
    never_kept.verdict = {VerdictKind::timeout, "compile_time", ""};
    EXPECT_FALSE(decode_compilation(encode(never_kept)));
}

TEST_F(CompileCacheTest, TheOldestGoFirst) {
    CompileCache cache(path_, 64 << 10);
    for (int i = 0; i < 40; ++i) {
        cache.store(key_of(i), program_of(4 << 10));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the clock of a file system is coarse
        ASSERT_TRUE(cache.find(key_of(0))) << "used all the time, so never the oldest; after " << i;
    }
    EXPECT_FALSE(cache.find(key_of(1)));
    EXPECT_TRUE(cache.find(key_of(39)));
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) bytes += entry.file_size();
    EXPECT_LE(bytes, (64U << 10) + (64U << 10) / 16 + (5U << 10));
}

TEST_F(CompileCacheTest, AFullDiskLeavesNothingHalfWritten) {
    CompileCache cache(path_, plenty);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit little{16, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &little);  // the write that crosses it fails, as on a full disk
    cache.store(key_of(1), program_of(100));
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_NE(cache.problem().find("can not write"), std::string::npos) << cache.problem();
    EXPECT_TRUE(std::filesystem::is_empty(path_));
    cache.store(key_of(1), program_of(100));
    EXPECT_TRUE(cache.find(key_of(1))) << "there is room again";
}

TEST_F(CompileCacheTest, AFolderOfSomebodyElseIsRefused) {
    std::filesystem::create_directory(path_);
    chmod(path_.c_str(), 0777);
    EXPECT_THROW(CompileCache(path_, plenty), InputError);
    chmod(path_.c_str(), 0720);
    EXPECT_THROW(CompileCache(path_, plenty), InputError);
    chmod(path_.c_str(), 0755);
    EXPECT_NO_THROW(CompileCache(path_, plenty));
    const auto link = folder_.path() / "link";
    std::filesystem::create_directory_symlink(path_, link);
    EXPECT_THROW(CompileCache(link, plenty), InputError);
    atl::testing::write_bytes(folder_.path() / "file", "");
    EXPECT_THROW(CompileCache(folder_.path() / "file", plenty), InputError);
    EXPECT_THROW(CompileCache("relative", plenty), InputError);
    if (geteuid() == 0) {
        ASSERT_EQ(chown(path_.c_str(), 65534, 65534), 0);
        try {
            CompileCache refused(path_, plenty);
            FAIL() << "another user's folder was taken";
        } catch (const InputError& error) {
            EXPECT_NE(std::string(error.what()).find("another user"), std::string::npos);
            EXPECT_NE(std::string(error.what()).find("cpp.cache"), std::string::npos);
        }
    }
}

TEST_F(CompileCacheTest, AnEntryThatIsALinkIsNotFollowed) {
    CompileCache cache(path_, plenty);
    cache.store(key_of(1), program_of(10));
    std::filesystem::create_symlink(path_ / to_hex(key_of(1)), path_ / to_hex(key_of(2)));
    EXPECT_FALSE(cache.find(key_of(2)));
}

TEST_F(CompileCacheTest, TheLockOfAProcessThatDiesIsFree) {
    CompileCache cache(path_, plenty);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t holder = fork();
    if (holder == 0) {
        const CompileCache::Lock lock(cache, key_of(1));
        (void)!write(ends[1], "x", 1);
        for (;;) pause();
    }
    char byte = 0;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    kill(holder, SIGKILL);
    waitpid(holder, nullptr, 0);
    const CompileCache::Lock lock(cache, key_of(1));  // would wait for ever
    close(ends[0]);
    close(ends[1]);
}

TEST_F(CompileCacheTest, OneAtATimeHoldsTheLockOfAKey) {
    CompileCache cache(path_, plenty);
    int inside = 0, most = 0;
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                const CompileCache::Lock lock(cache, key_of(1));
                {
                    const std::lock_guard guard(mutex);
                    most = std::max(most, ++inside);
                }
                std::this_thread::yield();
                const std::lock_guard guard(mutex);
                --inside;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(most, 1);
    EXPECT_TRUE(std::filesystem::is_empty(path_)) << "locks are taken away";
}

}  // namespace
}  // namespace atl::sandbox
