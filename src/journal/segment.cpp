// SPDX-License-Identifier: Apache-2.0
// Creating and appending to a segment file, and what to say when the file system refuses.
#include "journal/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "atoll/core/error.hpp"

namespace atl::journal {
namespace fs = std::filesystem;
namespace {

int retry_sync(FileSystemCalls& calls, int descriptor) {
    int result = 0;
    do {
        result = calls.fdatasync(descriptor);
    } while (result != 0 && errno == EINTR);
    return result;
}

int retry_cut(FileSystemCalls& calls, int descriptor, std::uint64_t length) {
    int result = 0;
    do {
        result = calls.ftruncate(descriptor, static_cast<off_t>(length));
    } while (result != 0 && errno == EINTR);
    return result;
}

/// The folder nearest to the root that lies on the same device: where the file system is mounted.
fs::path mount_point(const fs::path& path) {
    std::error_code ignored;
    fs::path place = fs::absolute(path, ignored);
    struct stat here {};
    while (::stat(place.c_str(), &here) != 0 && place.has_relative_path()) place = place.parent_path();
    while (place.has_relative_path()) {
        struct stat above {};
        const fs::path parent = place.parent_path();
        if (::stat(parent.c_str(), &above) != 0 || above.st_dev != here.st_dev) break;
        place = parent;
    }
    return place;
}

[[noreturn]] void fail_creation(const fs::path& path, const CallFailure& failure) {
    throw InfrastructureError(fmt::format("cannot create a journal segment: {}; {}, then start again",
                                          describe(failure, path), remedy(failure)));
}

}  // namespace

std::size_t write_all(FileSystemCalls& calls, int descriptor, std::string_view bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = calls.write(descriptor, bytes.data() + done, bytes.size() - done);
        if (count > 0) {
            done += static_cast<std::size_t>(count);
        } else if (count == 0) {
            errno = ENOSPC;  // POSIX leaves a write of nothing open; taking it for progress would spin
            break;
        } else if (errno != EINTR) {
            break;
        }
    }
    return done;
}

bool is_want_of_space(const CallFailure& failure) { return failure.error == ENOSPC || failure.error == EDQUOT; }

int sync_folder(FileSystemCalls& calls, const fs::path& folder) {
    const int descriptor = calls.open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    int error = calls.fsync(descriptor) == 0 ? 0 : errno;
    // Some file systems do not sync folders; they order names themselves.
    if (error == EINVAL || error == ENOTSUP) error = 0;
    calls.close(descriptor);
    return error;
}

std::string describe(const CallFailure& failure, const fs::path& path) {
    std::string text =
        fmt::format("{} of {}: {}", failure.call, path.string(), std::generic_category().message(failure.error));
    struct statvfs space {};
    const fs::path mount = mount_point(path);
    if (::statvfs(mount.c_str(), &space) == 0) {
        text += fmt::format(" (file system mounted at {}, {} MiB free)", mount.string(),
                            static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize / (1024 * 1024));
    }
    return text;
}

std::string remedy(const CallFailure& failure) {
    switch (failure.error) {
        case ENOSPC:
            return "free space";
        case EDQUOT:
            return "free space or ask for a larger quota";
        case EFBIG:
            return "raise the limit on file size (ulimit -f)";
        case EACCES:
        case EPERM:
        case EROFS:
            return "make the run directory writable";
        default:
            return "check the file system";
    }
}

Segment::Segment(const fs::path& path, const SegmentInfo& info, FileSystemCalls& calls) : path_(path), calls_(calls) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) fail_creation(path.parent_path(), {error.value(), "mkdir"});

    descriptor_ = calls_.open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor_ < 0 && errno == EEXIST) {
        throw BusyError(fmt::format("{} exists: incarnation {} of this run was already started by another process",
                                    path.string(), info.incarnation));
    }
    if (descriptor_ < 0) fail_creation(path, {errno, "open"});
    try {
        write_header(info);
    } catch (...) {
        calls_.close(descriptor_);
        fs::remove(path, error);  // nothing was ever acknowledged in it
        throw;
    }
}

void Segment::write_header(const SegmentInfo& info) {
    std::string bytes = encode_preamble();
    const std::size_t begin = open_frame(bytes, FrameType::header);
    encode(info, bytes);
    close_frame(bytes, begin, begin);
    if (write_all(calls_, descriptor_, bytes) != bytes.size()) fail_creation(path_, {errno, "write"});
    if (retry_sync(calls_, descriptor_) != 0) fail_creation(path_, {errno, "fdatasync"});
    // The new name, and the journal folder's own, must survive power loss before anything is acknowledged.
    for (const fs::path& folder : {path_.parent_path(), path_.parent_path().parent_path()}) {
        const int sync_error = sync_folder(calls_, folder.empty() ? fs::path(".") : folder);
        if (sync_error != 0) fail_creation(folder, {sync_error, "fsync"});
    }
    synced_bytes_ = bytes.size();
}

Segment::~Segment() {
    if (descriptor_ >= 0) calls_.close(descriptor_);
}

AppendOutcome Segment::append(std::string_view batch, std::span<const std::size_t> record_ends) {
    const std::size_t written = write_all(calls_, descriptor_, batch);
    if (written == batch.size()) {
        if (retry_sync(calls_, descriptor_) != 0) return {0, CallFailure{errno, "fdatasync"}};
        synced_bytes_ += batch.size();
        return {record_ends.size(), std::nullopt};
    }

    const CallFailure failure{errno, "write"};
    const auto first_torn = std::upper_bound(record_ends.begin(), record_ends.end(), written);
    const auto whole = static_cast<std::size_t>(first_torn - record_ends.begin());
    const std::size_t keep = whole == 0 ? 0 : record_ends[whole - 1];
    // NOTE: the file is opened with O_APPEND, so that after the cut the next write begins where the last record ends.
    // Without the cut it would begin behind torn bytes; readers then find a torn tail, and nothing may follow it.
    const bool cut = written == keep || retry_cut(calls_, descriptor_, synced_bytes_ + keep) == 0;
    // NOTE: a sync that failed once is never tried again: the kernel may have dropped the pages it could not write.
    if (whole > 0 && retry_sync(calls_, descriptor_) != 0) return {0, CallFailure{errno, "fdatasync"}};
    synced_bytes_ += keep;
    return {whole, failure, cut && is_want_of_space(failure)};
}

}  // namespace atl::journal
