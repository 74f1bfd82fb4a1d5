// SPDX-License-Identifier: Apache-2.0
// archive.h5: whatever its bytes are, `verify` compares it with the journals, refuses its format or calls it
// unreadable.
#include <filesystem>

#include "atoll/archive/fold.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"
#include "atoll/journal/writer.hpp"
#include "fuzz/fuzz_target.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::fuzz {
namespace {

constexpr std::uint32_t evaluations = 20;

/// A small run that was folded once; its archive.h5 is written anew for each input.
class FoldedRun {
public:
    FoldedRun() {
        journal::FileJournal journal(folder_.path(), atl::testing::sample_info());
        for (std::uint32_t slot = 0; slot < evaluations; ++slot) {
            journal.append(atl::testing::sample_evaluation({0, 2, slot, 0}, "content " + std::to_string(slot)));
        }
        journal.append(
            MigrationRecord{.epoch = 1, .from_island = 1, .to_island = 0, .to_step = 9, .key = {1, 8, 0, 0}});
        journal.flush();
        archive::fold_archive(folder_.path(), {.date = "2026-01-01T00:00:00Z", .calls = nullptr});
        whole_ = atl::testing::file_bytes(archive_path());
    }

    std::filesystem::path archive_path() const { return folder_.path() / "archive.h5"; }
    const std::filesystem::path& path() const { return folder_.path(); }
    const std::string& whole() const { return whole_; }

private:
    atl::testing::TemporaryFolder folder_;
    std::string whole_;
};

const FoldedRun& folded_run() {
    static const FoldedRun run;
    return run;
}

}  // namespace

std::vector<std::string> seed_corpus() { return {folded_run().whole()}; }

std::size_t seeded_executions() { return 200; }

void read_input(std::string_view input) {
    atl::testing::write_bytes(folded_run().archive_path(), std::string(input));
    const bool is_whole = input == folded_run().whole();
    try {
        const archive::VerifyReport report = archive::verify_run(folded_run().path());
        require(report.sound() || !is_whole, "the whole archive is sound");
        require(!report.sound() || report.archive_evaluations == evaluations, "what is called sound holds everything");
        require(report.sound() || !report.damages.front().text.empty(), "damage is described");
    } catch (const FormatVersionError&) {
        require(!is_whole, "the format of today is read");
    }
}

}  // namespace atl::fuzz
