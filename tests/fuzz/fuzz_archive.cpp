// SPDX-License-Identifier: Apache-2.0
// archive.h5: whatever its bytes are, `verify` compares it with the journals or calls it unreadable. HDF5 trusts its
// files more than we trust HDF5: each input is read in a child process, and no signal may end it.
#include <sys/wait.h>
#include <unistd.h>

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

/// A small run that was folded once; its archive.h5 is written anew for each input.
class FoldedRun {
public:
    FoldedRun() {
        journal::FileJournal journal(folder_.path(), atl::testing::sample_info());
        for (std::uint32_t slot = 0; slot < 20; ++slot) {
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

constexpr int seconds_at_most = 20;
constexpr int sound = 0;
constexpr int damaged = 6;

/// Exit status of a child that verifies the run; negative: the signal that ended it.
int verify_in_child() {
    const pid_t child = ::fork();
    require(child >= 0, "a child can be made");
    if (child == 0) {
        ::alarm(seconds_at_most);
        int code = damaged;
        try {
            code = archive::verify_run(folded_run().path()).sound() ? sound : damaged;
        } catch (const FormatVersionError&) {
            code = damaged;
        }
        ::_exit(code);
    }
    int status = 0;
    require(::waitpid(child, &status, 0) == child, "the child is waited for");
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

std::vector<std::string> seed_corpus() { return {folded_run().whole()}; }

std::size_t seeded_executions() { return 300; }

void read_input(std::string_view input) {
    const std::string bytes(input);
    atl::testing::write_bytes(folded_run().archive_path(), bytes);
    const int code = verify_in_child();
    require(code == sound || code == damaged, "an archive of any bytes is judged, and quickly");
    if (bytes == folded_run().whole()) require(code == sound, "the whole archive is sound");
}

}  // namespace atl::fuzz
