// SPDX-License-Identifier: Apache-2.0
// A run is held by one process at a time; who may take it over, and when, is a table.
#include "atoll/app/lease.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "message_of.hpp"
#include "temporary_folder.hpp"

namespace atl::app {
namespace {

LeaseHolder holder_on(const std::string& host, const std::string& boot) {
    return {.incarnation = 3,
            .host = host,
            .boot_id = boot,
            .pid = 4711,
            .pid_start_time = 1000,
            .slurm_cluster = "c",
            .slurm_job_id = "99",
            .slurm_restart_count = 1,
            .since = "2026-01-31T12:34:56Z"};
}

LeaseHolder asker_on(const std::string& host, const std::string& boot) {
    LeaseHolder asker = holder_on(host, boot);
    asker.pid = 1;
    asker.slurm_job_id = "";
    return asker;
}

TEST(MayTakeOver, JudgesEachCaseOfTheTable) {
    using Lock = LeaseSight::Lock;
    struct Case {
        const char* name;
        std::function<void(LeaseHolder& asker, LeaseSight& sight)> change;
        bool free;
    };
    // Before the change: same host and boot, process alive, lock not held, a sign of life three seconds ago.
    const auto other_host = [](LeaseHolder& asker) { asker.host = "n2", asker.boot_id = "b2"; };
    const std::vector<Case> cases = {
        {"alive", [](auto&, auto&) {}, false},
        {"alive and locked", [](auto&, auto& sight) { sight.lock = Lock::held; }, false},
        {"alive, no locks here", [](auto&, auto& sight) { sight.lock = Lock::unsupported; }, false},
        {"released", [](auto&, auto& sight) { sight.released = true; }, true},
        {"released and still locked: it is on its way out",
         [](auto&, auto& sight) { sight.released = true, sight.lock = Lock::held; }, true},
        {"process gone", [](auto&, auto& sight) { sight.pid_exists = false; }, true},
        {"process gone, no locks here",
         [](auto&, auto& sight) { sight.pid_exists = false, sight.lock = Lock::unsupported; }, true},
        {"process not to be seen but locked: it lives in another PID namespace",
         [](auto&, auto& sight) { sight.pid_exists = false, sight.lock = Lock::held; }, false},
        {"another process of that id", [](auto&, auto& sight) { sight.pid_start_time = 2000; }, true},
        {"a process of that id whose start is hidden", [](auto&, auto& sight) { sight.pid_start_time = 0; }, false},
        {"host booted since", [](auto& asker, auto&) { asker.boot_id = "b2"; }, true},
        {"host booted since, but locked",
         [](auto& asker, auto& sight) { asker.boot_id = "b2", sight.lock = Lock::held; }, false},
        {"other host, fresh", [&](auto& asker, auto&) { other_host(asker); }, false},
        {"other host, process of that id is not here",
         [&](auto& asker, auto& sight) { other_host(asker), sight.pid_exists = false; }, false},
        {"other host, sixty seconds",
         [&](auto& asker, auto& sight) { other_host(asker), sight.seconds_since_sign_of_life = 60; }, false},
        {"other host, longer",
         [&](auto& asker, auto& sight) { other_host(asker), sight.seconds_since_sign_of_life = 60.5; }, true},
        {"other host, longer, no locks",
         [&](auto& asker, auto& sight) {
             other_host(asker), sight.seconds_since_sign_of_life = 61, sight.lock = Lock::unsupported;
         },
         true},
        {"other host, longer, but locked",
         [&](auto& asker, auto& sight) {
             other_host(asker), sight.seconds_since_sign_of_life = 6000, sight.lock = Lock::held;
         },
         false},
        {"other host, age not to be told",
         [&](auto& asker, auto& sight) { other_host(asker), sight.seconds_since_sign_of_life.reset(); }, false},
        {"same job restarted",
         [&](auto& asker, auto&) { other_host(asker), asker.slurm_job_id = "99", asker.slurm_restart_count = 2; },
         true},
        {"same job restarted, the stopped holder still has the lock",
         [](auto& asker, auto& sight) {
             asker.slurm_job_id = "99", asker.slurm_restart_count = 2, sight.lock = Lock::held;
         },
         true},
        {"same job, same life", [](auto& asker, auto&) { asker.slurm_job_id = "99"; }, false},
        {"same job, earlier life", [](auto& asker, auto&) { asker.slurm_job_id = "99", asker.slurm_restart_count = 0; },
         false},
        {"another job restarted", [](auto& asker, auto&) { asker.slurm_job_id = "98", asker.slurm_restart_count = 2; },
         false},
        {"the same job number on another cluster",
         [](auto& asker, auto&) {
             asker.slurm_job_id = "99", asker.slurm_restart_count = 2, asker.slurm_cluster = "d";
         },
         false},
        {"boot unknown, process gone: only the signs of life count",
         [](auto& asker, auto& sight) { asker.boot_id = "", sight.pid_exists = false; }, false},
    };
    for (const Case& each : cases) {
        LeaseHolder asker = asker_on("n1", "b1");
        LeaseSight sight{.released = false,
                         .lock = Lock::free,
                         .pid_exists = true,
                         .pid_start_time = 1000,
                         .seconds_since_sign_of_life = 3.0};
        each.change(asker, sight);
        EXPECT_EQ(may_take_over(holder_on("n1", "b1"), asker, sight), each.free) << each.name;
    }
}

TEST(MayTakeOver, AHolderOutsideSlurmIsNoRestartedJob) {
    LeaseHolder holder = holder_on("n1", "b1");
    LeaseHolder asker = asker_on("n2", "b2");
    holder.slurm_job_id = asker.slurm_job_id = "";
    asker.slurm_restart_count = 7;
    EXPECT_FALSE(may_take_over(holder, asker, {.lock = LeaseSight::Lock::held, .pid_exists = true}));
}

/// A run with a lease file of `text`, as another process would have left it.
void leave_lease(const RunDirectory& run, std::uint32_t incarnation, const std::string& text) {
    std::filesystem::create_directories(run.lease());
    write_file_atomically(lease_file(run, incarnation), text);
}

std::string lease_text(const std::string& host, const std::string& boot, std::int64_t pid) {
    return R"({"incarnation": 0, "host": ")" + host + R"(", "boot_id": ")" + boot + R"(", "pid": )" +
           std::to_string(pid) + R"(, "pid_start_time": 1, "slurm_job_id": "", "since": "2026-01-31T12:34:56Z"})";
}

void age(const std::filesystem::path& file, int seconds) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec -= seconds;
    const timespec times[2] = {now, now};
    ASSERT_EQ(utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
}

TEST(Lease, SecondHolderIsRefusedNamingTheFirstAndTheRemedy) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    const Lease lease(run);
    EXPECT_EQ(lease.incarnation(), 0U);
    EXPECT_TRUE(is_held(run));
    const std::string message = testing::message_of([&] { const Lease second(run); });
    EXPECT_NE(message.find("process " + std::to_string(getpid())), std::string::npos) << message;
    EXPECT_NE(message.find(this_process().host), std::string::npos) << message;
    EXPECT_NE(message.find("since 20"), std::string::npos) << message;
    EXPECT_NE(message.find("atoll stop"), std::string::npos) << message;
    EXPECT_THROW({ const Lease second(run); }, BusyError);
    EXPECT_THROW(refuse_if_held(run), BusyError);
    EXPECT_FALSE(lease.is_lost());
}

TEST(Lease, EachHolderIsAnIncarnationOfItsOwn) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    for (std::uint32_t incarnation = 0; incarnation < 12; ++incarnation) {
        const Lease lease(run);
        EXPECT_EQ(lease.incarnation(), incarnation);
        EXPECT_EQ(describe_lease(lease_file(run, incarnation)).find("incarnation " + std::to_string(incarnation)), 0U);
    }
    EXPECT_FALSE(is_held(run));
}

TEST(Lease, IncarnationsGoOnAfterTheJournalsOfARunWithoutLeases) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    std::ofstream(run.journal() / "4-0.atj") << "x";
    const Lease lease(run);
    EXPECT_EQ(lease.incarnation(), 5U);
}

TEST(Lease, OfAKilledHolderIsTakenOverAtOnceWhileItIsStillAZombie) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        const Lease lease(run);
        (void)!write(ready[1], "x", 1);
        pause();
        _exit(0);
    }
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    EXPECT_THROW({ const Lease second(run); }, BusyError);
    kill(child, SIGKILL);
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    EXPECT_FALSE(is_held(run));
    {
        const Lease second(run);
        EXPECT_EQ(second.incarnation(), 1U);
    }
    waitpid(child, nullptr, 0);
    close(ready[0]);
    close(ready[1]);
}

TEST(Lease, OfManyWhoClaimAtOnceOneGetsIt) {
    for (int round = 0; round < 20; ++round) {
        const testing::TemporaryFolder folder;
        const RunDirectory run = create_run_directory(folder.path);
        leave_lease(run, 0, lease_text(this_process().host, "an earlier boot", 1));
        std::vector<pid_t> children;
        int start[2];
        int done[2];
        ASSERT_EQ(pipe(start), 0);
        ASSERT_EQ(pipe(done), 0);
        for (int i = 0; i < 4; ++i) {
            children.push_back(fork());
            if (children.back() == 0) {
                char byte = 0;
                (void)!read(start[0], &byte, 1);
                try {
                    const Lease lease(run);
                    (void)!write(done[1], lease.incarnation() == 1 ? "w" : "?", 1);
                    pause();  // holds it until all are counted
                } catch (const BusyError&) {
                    (void)!write(done[1], "b", 1);
                } catch (const Error&) {
                    (void)!write(done[1], "?", 1);
                }
                _exit(0);
            }
        }
        ASSERT_EQ(write(start[1], "xxxx", 4), 4);
        std::string said;
        while (said.size() < 4) {
            char byte = 0;
            ASSERT_EQ(read(done[0], &byte, 1), 1);
            said.push_back(byte);
        }
        EXPECT_TRUE(is_held(run));
        for (const pid_t child : children) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
        std::sort(said.begin(), said.end());
        EXPECT_EQ(said, "bbbw");
        EXPECT_TRUE(std::filesystem::exists(lease_file(run, 1)));
        EXPECT_FALSE(std::filesystem::exists(lease_file(run, 2)));
        for (const int end : {start[0], start[1], done[0], done[1]}) close(end);
    }
}

TEST(Lease, OnAnotherHostIsJudgedByItsSignsOfLife) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    leave_lease(run, 0, lease_text("another-host", "b", 1));
    age(lease_file(run, 0), 20);
    const std::string message = testing::message_of([&] { const Lease lease(run); });
    EXPECT_NE(message.find("process 1 on another-host"), std::string::npos) << message;
    EXPECT_TRUE(is_held(run));
    age(lease_file(run, 0), 100);
    EXPECT_FALSE(is_held(run));
    EXPECT_EQ(Lease(run).incarnation(), 1U);
}

TEST(Lease, LockedElsewhereAndStillForLongSaysHowToGiveItUp) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    leave_lease(run, 0, lease_text("another-host", "b", 1));
    const int locked = open(lease_file(run, 0).c_str(), O_RDWR);
    ASSERT_EQ(flock(locked, LOCK_EX), 0);
    age(lease_file(run, 0), 1000);
    const std::string message = testing::message_of([&] { const Lease lease(run); });
    const std::string mark = lease_file(run, 0).string() + ".released";
    EXPECT_NE(message.find("touch " + mark), std::string::npos) << message;
    std::ofstream(mark) << "";
    EXPECT_EQ(Lease(run).incarnation(), 1U);
    close(locked);
}

TEST(Lease, ThatCanNotBeReadIsJudgedByItsAge) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    leave_lease(run, 0, "not JSON");
    EXPECT_THROW({ const Lease lease(run); }, BusyError);
    age(lease_file(run, 0), 100);
    EXPECT_EQ(Lease(run).incarnation(), 1U);
}

TEST(Lease, OfAnEarlierVersionHoldsWhileItIsLocked) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    std::ofstream(run.lease()) << R"({"host": "n1", "pid": 1, "since": "2026-01-31T12:34:56Z"})";
    const int locked = open(run.lease().c_str(), O_RDWR);
    ASSERT_EQ(flock(locked, LOCK_EX), 0);
    EXPECT_TRUE(is_held(run));
    EXPECT_THROW({ const Lease lease(run); }, BusyError);
    EXPECT_THROW(refuse_if_held(run), BusyError);
    close(locked);
    EXPECT_FALSE(is_held(run));
    const Lease lease(run);
    EXPECT_TRUE(std::filesystem::is_regular_file(lease_file(run, 0)));
}

TEST(Lease, LookingChangesNothing) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    EXPECT_FALSE(is_held(run));
    EXPECT_FALSE(std::filesystem::exists(run.lease()));
    leave_lease(run, 0, lease_text("another-host", "b", 1));
    const auto before = std::filesystem::last_write_time(run.lease());
    EXPECT_TRUE(is_held(run));
    EXPECT_EQ(std::filesystem::last_write_time(run.lease()), before);
}

TEST(Lease, IsLostOnceTheNextIncarnationIsClaimed) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    const Lease lease(run);
    std::ofstream(lease_file(run, 0).string() + ".released") << "";
    const Lease next(run);
    EXPECT_TRUE(lease.is_lost());
    EXPECT_FALSE(next.is_lost());
}

TEST(Lease, InAFolderThatCanNotBeWrittenIsOneClearMessage) {
    const testing::TemporaryFolder folder;
    const RunDirectory run{folder.path / "missing"};
    const std::string message = testing::message_of([&] { const Lease lease(run); });
    EXPECT_NE(message.find(run.lease().string()), std::string::npos) << message;
}

}  // namespace
}  // namespace atl::app
