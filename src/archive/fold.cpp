// SPDX-License-Identifier: Apache-2.0
// From journals to archive.h5: written beside, synced, renamed into place.
#include "atoll/archive/fold.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <optional>
#include <set>
#include <system_error>

#include "archive/hdf5_writer.hpp"
#include "archive/provenance.hpp"
#include "archive/tables.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/build_info.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"
#include "atoll/journal/writer.hpp"

namespace atl::archive {
namespace fs = std::filesystem;
namespace {

/// Lower-case snake: what is neither letter nor digit becomes '_'.
std::string attribute_name(std::string_view text) {
    std::string name;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        name.push_back(std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_');
    }
    return name.empty() ? "_" : name;
}

/// Spreads the scalars of a JSON object over attributes of /run; members of inner objects as outer_inner, arrays as
/// their JSON text. The first of two equal names stays.
class RunAttributes {
public:
    explicit RunAttributes(ArchiveWriter& archive) : archive_(archive) {}

    void add(const std::string& name, const Json& value) {
        if (value.is_object()) {
            for (const auto& [inner, part] : value.as_object()) add(name + "_" + attribute_name(inner), part);
        } else if (written_.insert(name).second) {
            archive_.write_attribute("run", name, value.is_array() ? Json(value.dump()) : value);
        }
    }

private:
    ArchiveWriter& archive_;
    std::set<std::string> written_;
};

void write_run(ArchiveWriter& archive, const journal::RunContents& contents, const ContentOfJob& content_of_job) {
    archive.write_group("run", "What was run, where, and by what");
    RunAttributes attributes(archive);
    const RunSubject about = subject(contents);
    attributes.add("problem", Json(about.problem));
    attributes.add("direction", Json(to_string(about.direction)));
    if (contents.segments.empty()) return;
    const journal::SegmentInfo& first = contents.segments.front();
    attributes.add("job_toml", Json(first.job_toml));
    if (content_of_job) {
        try {
            attributes.add("content_toml", Json(content_toml(contents, content_of_job)));
        } catch (const InputError&) {
            // A job this program does not understand: its archive has no content hash, `atoll archive hash` says why.
        }
    }
    attributes.add("provenance_json", Json(first.provenance_json));
    attributes.add("incarnations", Json(std::uint64_t{contents.segments.back().incarnation} + 1));
    const std::optional<Json> provenance = provenance_of(contents);
    if (!provenance) return;
    for (const auto& [name, value] : provenance->as_object()) attributes.add(attribute_name(name), value);
}

void write_root(ArchiveWriter& archive, const std::string& date) {
    archive.write_attribute("/", "format", Json(fmt::format("{}.{}", archive_format_major, archive_format_minor)));
    archive.write_attribute("/", "software", Json("atoll"));
    archive.write_attribute("/", "software_version", Json(build_info().version));
    archive.write_attribute("/", "date", Json(date.empty() ? utc_timestamp() : date));
}

/// The process named in "archive.h5.<pid>.tmp"; 0 for any other name.
pid_t pid_of_temporary(std::string_view name) {
    constexpr std::string_view start = "archive.h5.";
    constexpr std::string_view end = ".tmp";
    if (!name.starts_with(start) || !name.ends_with(end) || name.size() <= start.size() + end.size()) return 0;
    const std::string_view digits = name.substr(start.size(), name.size() - start.size() - end.size());
    pid_t pid = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
    return error == std::errc() && stop == digits.data() + digits.size() ? pid : 0;
}

/// A fold that was killed leaves its file. Its process is gone from this host and the file has long been still; the
/// process of another host's fold writes all the time.
void remove_leftovers(const fs::path& run_directory) {
    constexpr auto still_for = std::chrono::minutes(10);
    std::error_code error;
    for (fs::directory_iterator entry(run_directory, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        const pid_t pid = pid_of_temporary(name);
        if (pid <= 0) continue;
        std::error_code ignored;
        const auto age = fs::file_time_type::clock::now() - fs::last_write_time(entry->path(), ignored);
        if (!ignored && age > still_for && ::kill(pid, 0) != 0 && errno == ESRCH) fs::remove(entry->path(), ignored);
    }
}

[[noreturn]] void fail(const char* call, const fs::path& path) {
    const int error = errno;
    throw InfrastructureError(
        fmt::format("cannot write the archive: {} of {}: {}; the journals are safe: free space "
                    "or check the folder, then `atoll archive fold {}`",
                    call, path.string(), std::generic_category().message(error), path.parent_path().string()));
}

/// After this the new file is archive.h5, also after power loss. `incarnations`: how many there were at the beginning.
void publish(journal::FileSystemCalls& calls, const fs::path& temporary, const fs::path& archive,
             std::uint32_t incarnations) {
    const int file = calls.open(temporary.c_str(), O_RDWR | O_CLOEXEC, 0);
    if (file < 0) fail("open", temporary);
    const int synced = calls.fsync(file);
    const int sync_error = errno;
    calls.close(file);
    errno = sync_error;
    if (synced != 0) fail("fsync", temporary);
    // A process that was taken over, or a fold that slept, must not put an older file over its successor's.
    const fs::path run_directory = archive.has_parent_path() ? archive.parent_path() : fs::path(".");
    if (journal::next_incarnation(run_directory) != incarnations) {
        throw BusyError(
            fmt::format("{} was resumed while it was folded, and has or makes a newer archive.h5; fold "
                        "again if you need to",
                        run_directory.string()));
    }
    if (calls.rename(temporary.c_str(), archive.c_str()) != 0) fail("rename", temporary);
    const int directory = calls.open(run_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (directory < 0) fail("open", run_directory);
    const int folder_synced = calls.fsync(directory);
    const int folder_error = errno;
    calls.close(directory);
    errno = folder_error;
    if (folder_synced != 0 && folder_error != EINVAL && folder_error != ENOTSUP) fail("fsync", run_directory);
}

}  // namespace

FoldReport fold_archive(const fs::path& run_directory, const FoldOptions& options) {
    journal::ReadOptions read_options;
    read_options.load_candidates = false;
    read_options.byte_limits = journal::segment_lengths(run_directory);
    const std::uint32_t incarnations = journal::next_incarnation(run_directory);
    const fs::path archive_path = run_directory / "archive.h5";
    const fs::path temporary = run_directory / fmt::format("archive.h5.{}.tmp", ::getpid());
    if (!fs::is_directory(run_directory / "journal")) (void)journal::read_run(run_directory, read_options);
    remove_leftovers(run_directory);

    const QuietHdf5 quiet;
    FoldReport report;
    try {
        ArchiveWriter archive(temporary);
        BlobWriter blobs(archive);
        read_options.on_blob = [&blobs](const Sha256& digest, std::string_view bytes) { blobs.append(digest, bytes); };
        journal::RunContents contents = journal::read_run(run_directory, read_options);
        report.blobs = blobs.finish();
        for (const Table& table : tables_of(contents)) archive.write_table(table);
        write_run(archive, contents, options.content_of_job);
        write_root(archive, options.date);
        archive.close();
        publish(options.calls != nullptr ? *options.calls : journal::real_file_system(), temporary, archive_path,
                incarnations);

        report.evaluations = contents.evaluations.size();
        report.migrations = contents.migrations.size();
        report.torn_tails = std::move(contents.torn_tails);
        report.fenced = std::move(contents.fenced);
        report.damages = std::move(contents.damages);
    } catch (...) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
    for (const auto& [path, length] : read_options.byte_limits) report.journal_bytes += length;
    std::error_code ignored;
    report.archive_bytes = fs::file_size(archive_path, ignored);
    return report;
}

}  // namespace atl::archive
