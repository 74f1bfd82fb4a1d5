// SPDX-License-Identifier: Apache-2.0
// The folder of one run: creation, and the lock on it.
#include "atoll/app/run_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"

namespace atl::app {

namespace {

/// "2026-01-31T12:34:56Z" -> "20260131T123456Z": no colons in folder names.
std::string compact_timestamp() {
    std::string text = utc_timestamp();
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

std::string holder_text(int descriptor) {
    char text[4096];
    const ssize_t length = pread(descriptor, text, sizeof text, 0);
    if (length <= 0) return "another process";
    try {
        const Json holder = parse_json({text, static_cast<std::size_t>(length)}, "lease");
        return "process " + std::to_string(holder["pid"].as_integer()) + " on " + holder["host"].as_string() +
               " since " + holder["since"].as_string();
    } catch (const Error&) {
        return "another process";
    }
}

/// A wrong path is the user's; a full or broken disk is not.
void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error) return;
    const std::string message = "can not make " + folder.string() + ": " + error.message();
    if (error == std::errc::no_space_on_device || error == std::errc::io_error || error.value() == EDQUOT) {
        throw InfrastructureError(message + "; free space or check the file system, then start again");
    }
    throw InputError(message + "; choose another --out");
}

}  // namespace

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

bool RunDirectory::holds_a_run() const {
    // A start that ended before its job was written has recorded nothing: another one may take its folder.
    std::error_code ignored;
    return std::filesystem::exists(journal(), ignored) &&
           (std::filesystem::exists(job(), ignored) || !std::filesystem::is_empty(journal(), ignored));
}

RunDirectory create_run_directory(const std::filesystem::path& root) {
    RunDirectory run{root};
    std::error_code error;
    if (run.holds_a_run()) {
        throw BusyError(root.string() + " already holds a run; go on with 'atoll resume " + root.string() +
                        "' or choose another --out");
    }
    if (std::filesystem::exists(run.job(), error)) {
        throw InputError(run.job().string() + " is there already and not a run's; choose another --out");
    }
    make_folder(run.journal());
    make_folder(run.log());
    return run;
}

std::filesystem::path reserve_default_run_folder(const std::string& problem) {
    const std::string prefix = problem + "-" + compact_timestamp() + "-";
    std::error_code error;
    std::filesystem::create_directories("runs", error);
    for (int n = 0; n < 1000; ++n) {
        const std::filesystem::path root = std::filesystem::path("runs") / (prefix + std::to_string(n));
        // NOTE: create_directory says whether this process made it, so two runs started at once get two folders.
        if (std::filesystem::create_directory(root, error)) return root;
        if (error)
            throw InputError("can not make a run directory under ./runs: " + error.message() +
                             "; choose one with --out");
    }
    throw InputError("runs/" + prefix + "0 to 999 exist already; choose a run directory with --out");
}

RunDirectory create_default_run_directory(const std::string& problem) {
    return create_run_directory(reserve_default_run_folder(problem));
}

RunDirectory open_run_directory(const std::filesystem::path& root) {
    RunDirectory run{root};
    if (!std::filesystem::is_directory(root)) {
        throw InputError(root.string() + " is not a run directory: there is no such folder");
    }
    if (!run.holds_a_run()) {
        throw InputError(root.string() + " is not a run directory: it holds no journal and no job of a run");
    }
    return run;
}

bool is_held(const RunDirectory& run) {
    const int descriptor = open(run.lease().c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(descriptor);
    return held;
}

Lease::Lease(const RunDirectory& run) {
    const std::string path = run.lease().string();
    descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw InfrastructureError("can not open " + path + ": " + std::strerror(errno));
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        const std::string holder = holder_text(descriptor_);
        close(descriptor_);
        if (reason != EWOULDBLOCK) {
            throw InfrastructureError("can not lock " + path + ": " + std::strerror(reason) +
                                      "; is RUN on a file system with locks?");
        }
        throw BusyError(run.root.string() + " is in use by " + holder + "; wait for it to end or stop it");
    }
    Json holder;
    holder.set("host", host_name());
    holder.set("pid", static_cast<std::int64_t>(getpid()));
    holder.set("since", utc_timestamp());
    const std::string text = holder.dump() + "\n";
    if (ftruncate(descriptor_, 0) != 0 || pwrite(descriptor_, text.data(), text.size(), 0) < 0) {
        const int reason = errno;
        close(descriptor_);
        throw InfrastructureError("can not write " + path + ": " + std::strerror(reason));
    }
}

Lease::~Lease() { close(descriptor_); }

}  // namespace atl::app
