// SPDX-License-Identifier: Apache-2.0
// RUN/stop: the file by which anybody on any host asks a run to stop.
#pragma once

#include <functional>
#include <string>

#include "atoll/app/run_directory.hpp"
#include "atoll/engine/source.hpp"

namespace atl::app {

/// {text, time, host, pid}: why, and who asks. outcome.json gives `text` as the reason: "atoll stop", "SIGTERM".
/// Throws InfrastructureError when it can not be written.
void ask_to_stop(const RunDirectory& run, const std::string& text);

/// When the run has ended, and before another incarnation begins. Never throws; no file is fine.
void clear_stop_request(const RunDirectory& run);

/// Calls back once with the text, when the file is there; looks at most once a second.
class StopFile final : public engine::Source {
public:
    StopFile(const RunDirectory& run, std::function<void(const std::string&)> callback);

    void poll(Nanoseconds now) override;
    Nanoseconds wake_at() const override { return next_look_; }

private:
    std::filesystem::path path_;
    std::function<void(const std::string&)> callback_;
    Nanoseconds next_look_ = 0;
};

}  // namespace atl::app
