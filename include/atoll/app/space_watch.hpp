// SPDX-License-Identifier: Apache-2.0
// A rank whose journal waits for space on a full disk says so, once.
#pragma once

#include <cstdint>
#include <string>

#include "atoll/app/run_directory.hpp"
#include "atoll/core/log.hpp"

namespace atl::app {

/// Both members may be called by the journal's writer thread. While the rank waits there is an empty file
/// RUN/journal/waiting-<rank>: a name needs no space, so that `atoll status` knows on a full disk, too.
class SpaceWatch {
public:
    SpaceWatch(const RunDirectory& run, std::uint32_t rank, Log& log);
    ~SpaceWatch();
    SpaceWatch(const SpaceWatch&) = delete;
    SpaceWatch& operator=(const SpaceWatch&) = delete;

    void paused(const std::string& text);
    void resumed();

private:
    std::filesystem::path mark_;
    Log& log_;
};

/// True while some rank of the run waits for space, if the run is alive.
bool waits_for_space(const RunDirectory& run);

/// Removes marks and reserves that a killed incarnation left in RUN/journal.
void remove_leftovers(const RunDirectory& run);

}  // namespace atl::app
