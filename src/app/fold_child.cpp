// SPDX-License-Identifier: Apache-2.0
// Starts `atoll archive fold RUN --background` with a clean environment and no inherited descriptors.
#include "atoll/app/fold_child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

namespace atl::app {

FoldChild::~FoldChild() { wait(); }

bool FoldChild::is_due() const {
    return folded_records_ == 0 ? records_ > 0 : records_ >= folded_records_ + folded_records_ / 4 + 1;
}

void FoldChild::poll(Nanoseconds now) {
    if (!not_before_) not_before_ = now + pace_.first;
    if (at_work()) {
        if (!has_ended_) return;
        thread_.join();
        const auto work = static_cast<double>(now - began_at_);
        const auto rest = static_cast<Nanoseconds>(work / pace_.share - work);
        not_before_ = std::max(began_at_ + pace_.shortest, now + rest);
    }
    if (!is_due() || now < *not_before_) return;
    began_at_ = now;
    not_before_ = now + pace_.shortest;
    start();
}

Nanoseconds FoldChild::wake_at() const {
    const bool waiting = !at_work() && not_before_ && is_due();
    return waiting ? *not_before_ : Source::wake_at();
}

bool FoldChild::fold_and_wait() {
    wait();
    folded_records_ = records_;
    return run_child();
}

void FoldChild::start() {
    has_ended_ = false;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals belong to the loop
    try {
        thread_ = std::thread([this] {
            (void)run_child();  // its words are in fold.log; the next one comes
            has_ended_ = true;
        });
        folded_records_ = records_;
    } catch (const std::system_error&) {
        // No thread to be had: the next time, then.
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool FoldChild::run_child() const {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    const std::string log = (run_.log() / "fold.log").string();
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);  // MPI's descriptors are not the child's business
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

    std::vector<std::string> words{"atoll", "archive", "fold", run_.root.string(), "--background"};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<std::string> settings;
    for (const char* name : {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "HDF5_USE_FILE_LOCKING", "ASAN_OPTIONS",
                             "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) settings.push_back(std::string(name) + "=" + value);
    }
    std::vector<char*> environment;
    environment.reserve(settings.size() + 1);
    for (std::string& setting : settings) environment.push_back(setting.data());
    environment.push_back(nullptr);
    pid_t child = -1;
    const int error =
        posix_spawn(&child, pace_.program.c_str(), &actions, &attributes, arguments.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return false;
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void FoldChild::wait() {
    if (at_work()) thread_.join();
}

}  // namespace atl::app
