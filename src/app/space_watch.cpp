// SPDX-License-Identifier: Apache-2.0
// Marks in RUN/journal that need no space, and words on the terminal.
#include "atoll/app/space_watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>
#include <utility>
#include <vector>

namespace atl::app {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view mark_prefix = "waiting-";
constexpr std::string_view reserve_prefix = "reserve-";

std::vector<fs::path> journal_files(const RunDirectory& run, std::string_view prefix) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(run.journal(), error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        if (entry->path().filename().string().starts_with(prefix)) files.push_back(entry->path());
    }
    return files;
}

}  // namespace

SpaceWatch::SpaceWatch(const RunDirectory& run, std::uint32_t rank, Log& log)
    : mark_(run.journal() / (std::string(mark_prefix) + std::to_string(rank))), log_(log) {}

SpaceWatch::~SpaceWatch() { ::unlink(mark_.c_str()); }

void SpaceWatch::paused(const std::string& text) {
    const int mark = ::open(mark_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (mark >= 0) ::close(mark);
    log_.warning("waits_for_space", text);
}

void SpaceWatch::resumed() {
    ::unlink(mark_.c_str());
    log_.warning("has_space", "there is space again, the journal goes on");
}

bool waits_for_space(const RunDirectory& run) { return !journal_files(run, mark_prefix).empty(); }

void remove_leftovers(const RunDirectory& run) {
    std::error_code ignored;
    for (const std::string_view prefix : {mark_prefix, reserve_prefix}) {
        for (const fs::path& file : journal_files(run, prefix)) fs::remove(file, ignored);
    }
}

}  // namespace atl::app
