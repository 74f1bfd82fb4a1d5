// SPDX-License-Identifier: Apache-2.0
// The files under RUN/lease: private to lease.cpp.
#pragma once

#include <filesystem>
#include <string>

#include "atoll/app/lease.hpp"

namespace atl::app {

struct LeaseView {
    bool exists = true;
    LeaseHolder holder;
    LeaseSight sight;
};

/// Opens the file and looks at its lock, its holder's process and its age. `may_touch` allows a file beside it for a
/// moment, to ask the file system for its time; else this host's clock has to do.
LeaseView look_at_lease(const std::filesystem::path& file, bool may_touch);

std::string to_json_text(const LeaseHolder& holder);

/// What can not be read stays empty.
LeaseHolder read_lease(const std::filesystem::path& file);

/// Beside a lease file: its holder let go of the run. A name alone needs no space, and appears at once or not at all.
std::filesystem::path released_mark(const std::filesystem::path& file);

/// True when a process holds a flock on the file; false as well where locks are not supported.
bool is_locked(const std::filesystem::path& file);

}  // namespace atl::app
