// SPDX-License-Identifier: Apache-2.0
// Reads and writes lease files, and looks at what the machine says about a holder.
#include "app/lease_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_lease_bytes = 1U << 16;

std::string environment_text(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::string boot_id() {
    try {
        std::string text = read_text_file("/proc/sys/kernel/random/boot_id", 4096);
        while (!text.empty() && text.back() == '\n') text.pop_back();
        return text;
    } catch (const Error&) {
        return "";
    }
}

/// Fields of /proc/<pid>/stat after the name in parentheses, which may hold anything: state first, start time 20th.
struct ProcessState {
    bool exists = false;
    std::uint64_t start_time = 0;
};

ProcessState process_state(std::int64_t pid) {
    std::string text;
    try {
        text = read_text_file(fmt::format("/proc/{}/stat", pid), largest_lease_bytes);
    } catch (const Error&) {
        // Hidden (hidepid) or gone: a signal of nothing tells the two apart.
        const bool exists = pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
        return {exists, 0};
    }
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return {true, 0};
    std::istringstream fields(text.substr(name_end + 1));
    std::string field;
    ProcessState state{true, 0};
    for (int i = 0; i < 20 && fields >> field; ++i) {
        if (i == 0 && (field == "Z" || field == "X")) state.exists = false;
        if (i == 19) (void)std::from_chars(field.data(), field.data() + field.size(), state.start_time);
    }
    return state;
}

double seconds_of(const timespec& time) {
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The time the file system would stamp a file with: what other hosts' signs of life are compared to.
std::optional<double> time_of_file_system(const std::filesystem::path& folder) {
    const std::filesystem::path probe = folder / fmt::format(".clock-{}-{}", host_name(), ::gettid());
    const int descriptor = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return std::nullopt;
    struct stat status {};
    const bool known = ::futimens(descriptor, nullptr) == 0 && ::fstat(descriptor, &status) == 0;
    ::close(descriptor);
    ::unlink(probe.c_str());
    return known ? std::optional(seconds_of(status.st_mtim)) : std::nullopt;
}

double time_of_this_host() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return seconds_of(now);
}

LeaseSight::Lock look_at_lock(int descriptor) {
    // Shared, so that two who look do not take each other for the holder.
    if (::flock(descriptor, LOCK_SH | LOCK_NB) == 0) {
        ::flock(descriptor, LOCK_UN);
        return LeaseSight::Lock::free;
    }
    return errno == EWOULDBLOCK ? LeaseSight::Lock::held : LeaseSight::Lock::unsupported;
}

}  // namespace

std::filesystem::path released_mark(const std::filesystem::path& file) { return file.string() + ".released"; }

bool is_locked(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool locked = look_at_lock(descriptor) == LeaseSight::Lock::held;
    ::close(descriptor);
    return locked;
}

LeaseHolder this_process() {
    LeaseHolder self;
    self.host = host_name();
    self.boot_id = boot_id();
    self.pid = getpid();
    self.pid_start_time = process_state(self.pid).start_time;
    self.slurm_cluster = environment_text("SLURM_CLUSTER_NAME");
    self.slurm_job_id = environment_text("SLURM_JOB_ID");
    const std::string restarts = environment_text("SLURM_RESTART_COUNT");
    (void)std::from_chars(restarts.data(), restarts.data() + restarts.size(), self.slurm_restart_count);
    self.since = utc_timestamp();
    return self;
}

std::string to_json_text(const LeaseHolder& holder) {
    Json json;
    json.set("incarnation", holder.incarnation);
    json.set("host", holder.host);
    json.set("boot_id", holder.boot_id);
    json.set("pid", holder.pid);
    json.set("pid_start_time", holder.pid_start_time);
    json.set("slurm_cluster", holder.slurm_cluster);
    json.set("slurm_job_id", holder.slurm_job_id);
    json.set("slurm_restart_count", holder.slurm_restart_count);
    json.set("since", holder.since);
    return json.dump(2) + "\n";
}

LeaseHolder read_lease(const std::filesystem::path& file) {
    LeaseHolder holder;
    try {
        const Json json = parse_json(read_text_file(file, largest_lease_bytes), file.string());
        const auto text = [&json](const char* name) {
            return json[name].is_string() ? json[name].as_string() : std::string();
        };
        const auto number = [&json](const char* name) {
            return json[name].is_integer() ? json[name].as_integer() : std::int64_t{0};
        };
        holder.incarnation = static_cast<std::uint32_t>(number("incarnation"));
        holder.host = text("host");
        holder.boot_id = text("boot_id");
        holder.pid = number("pid");
        holder.pid_start_time = static_cast<std::uint64_t>(number("pid_start_time"));
        holder.slurm_cluster = text("slurm_cluster");
        holder.slurm_job_id = text("slurm_job_id");
        holder.slurm_restart_count = static_cast<std::uint32_t>(number("slurm_restart_count"));
        holder.since = text("since");
    } catch (const Error&) {
        // Unreadable: the lock and the signs of life decide.
    }
    return holder;
}

LeaseView look_at_lease(const std::filesystem::path& file, bool may_touch) {
    LeaseView view;
    // NOTE: by opening it: a network file system then asks the server how old the file is instead of remembering it.
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        if (errno == ENOENT) view.exists = false;
        view.sight.lock = LeaseSight::Lock::unsupported;
        return view;
    }
    view.holder = read_lease(file);
    std::error_code ignored;
    view.sight.released = std::filesystem::exists(released_mark(file), ignored);
    view.sight.lock = look_at_lock(descriptor);
    const ProcessState process = process_state(view.holder.pid);
    view.sight.pid_exists = process.exists;
    view.sight.pid_start_time = process.start_time;
    struct stat status {};
    if (::fstat(descriptor, &status) == 0) {
        const std::optional<double> now = may_touch ? time_of_file_system(file.parent_path()) : time_of_this_host();
        if (now) view.sight.seconds_since_sign_of_life = *now - seconds_of(status.st_mtim);
    }
    ::close(descriptor);
    return view;
}

}  // namespace atl::app
