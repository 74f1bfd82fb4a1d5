// SPDX-License-Identifier: Apache-2.0
// What threads compress beside HDF5, HDF5's own filters read back; the same rows always give the same bytes.
#include <gtest/gtest.h>

#include <string>

#include "atoll/archive/fold.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/random.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::archive {
namespace {

using atl::testing::file_bytes;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;

/// Program text, noise, zeros, or coordinates.
std::string content_of(RandomStream& random, std::uint32_t kind, std::size_t bytes) {
    std::string content(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) {
        const auto noise = static_cast<char>(random());
        if (kind == 0) content[i] = static_cast<char>('a' + random() % 5);
        if (kind == 1) content[i] = noise;
        if (kind == 3) content[i] = i % 8 == 7 ? '\x3f' : noise;
    }
    return content;
}

void write_records(const std::filesystem::path& run, std::uint32_t count, std::size_t longest) {
    journal::FileJournal journal(run, sample_info());
    RandomStream random(1, 2, 3, 4, StreamPurpose::test);
    for (std::uint32_t n = 0; n < count; ++n) {
        EvaluationRecord record =
            sample_evaluation({n % 3, n, 0, 0}, content_of(random, n / 16 % 4, longest == 0 ? 0 : random() % longest));
        record.verdict.text = std::string(n % 90, 'x') + std::to_string(random());
        record.wall_seconds = random.uniform();
        journal.append(std::move(record));
        if (n % 1000 == 0) journal.flush();
    }
    journal.flush();
}

TEST(ChunkWriter, Hdf5ReadsBackWhatTheThreadsCompressed) {
    // Rows around the bound of a column's chunks, contents around that of the blobs'.
    for (const std::uint32_t rows : {1U, 100U, 8191U, 8192U, 8193U}) {
        for (const std::size_t longest : {0UL, 500UL}) {
            const TemporaryFolder run;
            write_records(run.path(), rows, longest);
            fold_archive(run.path());
            const VerifyReport verified = verify_run(run.path());
            EXPECT_EQ(verified.archive, ArchiveState::current) << rows << ' ' << longest;
            EXPECT_EQ(verified.archive_evaluations, rows);
        }
    }
}

TEST(ChunkWriter, HoldsContentsLongerThanAChunk) {
    const TemporaryFolder run;
    write_records(run.path(), 64, 700'000);
    const FoldReport report = fold_archive(run.path());
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::current);
    // Text and zeros are half of it and shrink to little; noise and coordinates do not.
    EXPECT_LT(report.archive_bytes, report.journal_bytes * 3 / 4);
}

TEST(ChunkWriter, TheSameRecordsGiveTheSameBytesWhateverThreadWasFaster) {
    const TemporaryFolder run;
    write_records(run.path(), 9000, 3000);
    FoldOptions options;
    options.date = "2026-01-31T12:34:56Z";
    fold_archive(run.path(), options);
    const std::string first = file_bytes(run.path() / "archive.h5");
    for (int round = 0; round < 3; ++round) {
        fold_archive(run.path(), options);
        EXPECT_EQ(file_bytes(run.path() / "archive.h5"), first);
    }
}

}  // namespace
}  // namespace atl::archive
