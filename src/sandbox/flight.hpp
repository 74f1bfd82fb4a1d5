// SPDX-License-Identifier: Apache-2.0
// One evaluation in flight, as the warden sees it: a keeper, the pipe of its report, the pipe of what is printed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "atoll/core/clock.hpp"
#include "atoll/sandbox/execution.hpp"
#include "sandbox/bundle.hpp"

namespace atl::sandbox {

/// The keeper is the warden's child and is not waited for here.
class Flight {
public:
    Flight(std::uint64_t id, const Limits& limits, Nanoseconds started);

    /// From here on it flies; both descriptors are the reading ends of pipes.
    void take_off(pid_t keeper, Descriptor report, Descriptor output);

    std::uint64_t id() const { return id_; }
    pid_t keeper() const { return keeper_; }
    int report() const { return report_.get(); }
    int output() const { return output_.get(); }
    /// When enforce() has to be called next; far off once there is nothing left to enforce.
    Nanoseconds next_enforcement() const;

    void read_output(Nanoseconds now);
    bool read_report();  ///< true when it is whole, or the keeper gone
    /// Kills a keeper that did not end its evaluation itself.
    void enforce(Nanoseconds now);
    /// What is left in the pipe of the output, and what came of it all. Removes the scratch folder.
    Execution conclude(Nanoseconds now);

    std::filesystem::path scratch;  ///< to be removed; empty when it lies in the evaluation's own namespace

private:
    std::uint64_t id_;
    pid_t keeper_ = -1;
    Descriptor report_, output_;
    Nanoseconds started_;
    Nanoseconds killed_at_;  ///< when the keeper is killed, should it still be there
    std::uint64_t output_limit_;
    std::string report_bytes_;
    std::string head_, tail_;
    std::uint64_t printed_ = 0;
    bool over_output_limit_ = false;
    bool killed_ = false;
};

}  // namespace atl::sandbox
