// SPDX-License-Identifier: Apache-2.0
// Claiming, holding and judging the lease of a run.
#include "atoll/app/lease.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <system_error>

#include "app/lease_file.hpp"
#include "atoll/core/error.hpp"
#include "atoll/journal/writer.hpp"

namespace atl::app {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* step, const fs::path& path, int error) {
    throw InfrastructureError(fmt::format(
        "can not {} {}: {}; {}, then start again", step, path.string(), std::generic_category().message(error),
        error == ENOSPC || error == EDQUOT ? "free space" : "make the run directory writable"));
}

std::string describe(const LeaseHolder& holder, std::uint32_t incarnation) {
    std::string text = fmt::format("incarnation {}", incarnation);
    if (holder.pid == 0) return text;
    text += fmt::format(", process {} on {}", holder.pid, holder.host);
    if (!holder.slurm_job_id.empty()) text += ", Slurm job " + holder.slurm_job_id;
    return text + ", since " + holder.since;
}

BusyError busy(const RunDirectory& run, std::uint32_t incarnation, const LeaseView& view) {
    std::string text = fmt::format("{} is in use ({})", run.root.string(), describe(view.holder, incarnation));
    if (view.holder.pid != 0) {
        text += fmt::format("; wait for it to end, or stop it: atoll stop {}", run.root.string());
    } else {
        text += "; wait for it to end";
    }
    const double still = view.sight.seconds_since_sign_of_life.value_or(0);
    if (still > lease_patience_seconds) {
        text += fmt::format(". It gave no sign of life for {:.0f} s; if that host is gone for good: touch {}", still,
                            released_mark(lease_file(run, incarnation)).string());
    }
    return BusyError(text);
}

/// Earlier versions of atoll kept one file RUN/lease, locked by the holder.
bool is_of_an_earlier_version(const RunDirectory& run) {
    struct stat status {};
    return ::stat(run.lease().c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

[[noreturn]] void refuse_for_an_earlier_version(const RunDirectory& run) {
    throw BusyError(run.root.string() + " is in use by an earlier version of atoll; wait for it to end or stop it");
}

/// The highest number under RUN/lease.
std::optional<std::uint32_t> last_lease(const RunDirectory& run) {
    std::optional<std::uint32_t> last;
    std::error_code error;
    for (fs::directory_iterator entry(run.lease(), error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        std::uint32_t number = 0;
        const auto [end, parse_error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (parse_error == std::errc() && end == name.data() + name.size()) last = std::max(last.value_or(0), number);
    }
    // NOTE: a network file system may list a folder as it was; a name is asked for anew.
    while (::access(lease_file(run, last ? *last + 1 : 0).c_str(), F_OK) == 0) last = last ? *last + 1 : 0;
    return last;
}

void throw_if_held(const RunDirectory& run, const LeaseHolder& asker, std::optional<std::uint32_t> last,
                   bool may_touch) {
    if (!last) return;
    const LeaseView view = look_at_lease(lease_file(run, *last), may_touch);
    if (view.exists && !may_take_over(view.holder, asker, view.sight)) throw busy(run, *last, view);
}

bool write_whole(int descriptor, const std::string& text) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0 && static_cast<std::size_t>(written) < text.size()) errno = ENOSPC;
    return written == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
}

void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    (void)::fsync(descriptor);  // a name that power loss takes away holds nothing: its process is gone as well
    ::close(descriptor);
}

}  // namespace

bool may_take_over(const LeaseHolder& holder, const LeaseHolder& asker, const LeaseSight& sight) {
    if (sight.released) return true;
    // Slurm restarts a job only once it has given the earlier life up, whatever still runs of it.
    const bool same_job = !holder.slurm_job_id.empty() && holder.slurm_job_id == asker.slurm_job_id &&
                          holder.slurm_cluster == asker.slurm_cluster;
    if (same_job && asker.slurm_restart_count > holder.slurm_restart_count) return true;
    if (sight.lock == LeaseSight::Lock::held) return false;
    // NOTE: a lock that is free proves nothing about other hosts: some file systems lock for one host only.
    if (holder.host == asker.host && !holder.boot_id.empty() && !asker.boot_id.empty()) {
        if (holder.boot_id != asker.boot_id || !sight.pid_exists) return true;
        return sight.pid_start_time != 0 && sight.pid_start_time != holder.pid_start_time;
    }
    return sight.seconds_since_sign_of_life && *sight.seconds_since_sign_of_life > lease_patience_seconds;
}

fs::path lease_file(const RunDirectory& run, std::uint32_t incarnation) {
    return run.lease() / std::to_string(incarnation);
}

std::string describe_lease(const fs::path& file) {
    std::uint32_t incarnation = 0;
    const std::string name = file.filename().string();
    (void)std::from_chars(name.data(), name.data() + name.size(), incarnation);
    return describe(read_lease(file), incarnation);
}

bool is_held(const RunDirectory& run) {
    if (is_of_an_earlier_version(run)) return is_locked(run.lease());
    try {
        throw_if_held(run, this_process(), last_lease(run), false);
        return false;
    } catch (const BusyError&) {
        return true;
    }
}

void refuse_if_held(const RunDirectory& run) {
    if (is_of_an_earlier_version(run) && is_locked(run.lease())) refuse_for_an_earlier_version(run);
    throw_if_held(run, this_process(), last_lease(run), true);
}

Lease::Lease(const RunDirectory& run) : run_(run) {
    claim();
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals belong to the main thread
    heartbeat_ = std::thread([this] { give_signs_of_life(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Lease::~Lease() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    heartbeat_.join();
    const fs::path mark = released_mark(lease_file(run_, incarnation_));
    const int released = ::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (released >= 0) ::close(released);  // without it the next process finds this one gone
    ::close(descriptor_);
}

bool Lease::is_lost() const { return ::access(lease_file(run_, incarnation_ + 1).c_str(), F_OK) == 0; }

void Lease::claim() {
    LeaseHolder self = this_process();
    constexpr int tries = 100;
    for (int i = 0; i < tries; ++i) {
        if (is_of_an_earlier_version(run_)) {
            if (is_locked(run_.lease())) refuse_for_an_earlier_version(run_);
            ::unlink(run_.lease().c_str());
        }
        if (::mkdir(run_.lease().c_str(), 0755) != 0 && errno != EEXIST) fail("make", run_.lease(), errno);
        const std::optional<std::uint32_t> last = last_lease(run_);
        throw_if_held(run_, self, last, true);
        self.incarnation = std::max(last ? *last + 1 : 0, journal::next_incarnation(run_.root));
        if (try_to_claim(self)) return;
        // Somebody else was faster: the next look finds them.
    }
    throw InfrastructureError("can not claim " + run_.lease().string() + ": others were faster " +
                              std::to_string(tries) + " times; start again");
}

bool Lease::try_to_claim(const LeaseHolder& holder) {
    const fs::path name = lease_file(run_, holder.incarnation);
    const fs::path temporary =
        run_.lease() / fmt::format(".claim-{}-{}-{}", holder.host, holder.pid, holder.pid_start_time);
    const int descriptor = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) fail("make", temporary, errno);
    const auto give_up = [&](const char* step, int error) {
        ::close(descriptor);
        ::unlink(temporary.c_str());
        if (error != 0) fail(step, temporary, error);
    };
    if (!write_whole(descriptor, to_json_text(holder))) give_up("write", errno);
    // NOTE: written, synced and locked before the name appears: nobody ever sees a lease that is empty or not held.
    // Where locks are not supported, process and signs of life are what others go by.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) give_up("lock", errno);
    struct stat status {};
    // NOTE: link, not rename: of all who try, one gets the name. A network file system may report an error for a link
    // that it made, when its first answer was lost; the count of names tells.
    if (::link(temporary.c_str(), name.c_str()) != 0) {
        const int error = errno;
        const bool made = ::fstat(descriptor, &status) == 0 && status.st_nlink == 2;
        if (!made) {
            give_up("link", error == EEXIST ? 0 : error);
            return false;
        }
    }
    ::unlink(temporary.c_str());
    sync_folder(run_.lease());
    descriptor_ = descriptor;
    incarnation_ = holder.incarnation;
    return true;
}

void Lease::give_signs_of_life() {
    pthread_setname_np(pthread_self(), "atoll-lease");
    std::unique_lock lock(mutex_);
    const auto interval = std::chrono::duration<double>(lease_heartbeat_seconds);
    while (!wake_.wait_for(lock, interval, [this] { return ending_; })) {
        lock.unlock();
        (void)::futimens(descriptor_, nullptr);
        lock.lock();
    }
}

}  // namespace atl::app
