// SPDX-License-Identifier: Apache-2.0
// RUN/stop: the file by which anybody on any host asks a run to stop.
#pragma once

#include <functional>

#include "atoll/app/run_directory.hpp"
#include "atoll/engine/source.hpp"

namespace atl::app {

/// What outcome.json gives as the reason's text.
inline constexpr const char* stop_file_text = "atoll stop";

/// {time, host, pid} of the asking process. Throws InfrastructureError when it can not be written.
void ask_to_stop(const RunDirectory& run);

/// When the run has ended, and before another incarnation begins. Never throws; no file is fine.
void clear_stop_request(const RunDirectory& run);

/// Calls back once, when the file is there; looks at most once a second.
class StopFile final : public engine::Source {
public:
    StopFile(const RunDirectory& run, std::function<void()> callback);

    void poll(Nanoseconds now) override;
    Nanoseconds wake_at() const override { return next_look_; }

private:
    std::filesystem::path path_;
    std::function<void()> callback_;
    Nanoseconds next_look_ = 0;
};

}  // namespace atl::app
