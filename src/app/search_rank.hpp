// SPDX-License-Identifier: Apache-2.0
// One rank's part of a search after start-up: private to evolve and resume.
#pragma once

#include <optional>

#include "atoll/app/evolve.hpp"
#include "atoll/app/job.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/app/startup.hpp"
#include "atoll/engine/status.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/transport/mpi_transport.hpp"

namespace atl::app {

struct SearchEnd {
    engine::StopRequest stop;
    std::optional<engine::RunStatus> status;  ///< rank 0 only
    bool somebody_is_lost = false;            ///< MPI_Finalize would wait for ever
    std::size_t abandoned = 0;                ///< evaluations that still run on this rank: leave without waiting
};

/// Opens the journal, restores islands, agrees to begin, loops to the end, syncs.
/// `earlier`: what earlier incarnations left, where it was read already; on other ranks it is read here.
SearchEnd search_on_this_rank(transport::MpiSession& session, transport::Transport& startup,
                              const Assignment& assignment, const Job& job, const SearchRequest& request,
                              std::optional<journal::RunContents> earlier);

/// All records of earlier incarnations, and where their candidates lie.
journal::RunContents read_earlier(const std::filesystem::path& root, const journal::FenceList& fences);

/// Rank 0 after the loop: outcome.json, the last fold, the figures, and what the user is told.
void close_run(const RunDirectory& run, const Job& job, const SearchEnd& end, const SearchRequest& request);

/// The seed candidate's place inside RUN, so that a resumed run still has it.
std::filesystem::path stored_seed_candidate(const RunDirectory& run);

}  // namespace atl::app
