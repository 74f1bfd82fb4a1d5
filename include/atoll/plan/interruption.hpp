// SPDX-License-Identifier: Apache-2.0
// What preemption and failures add to a long run: checkpoints, lost work, restarts.
#pragma once

namespace atl::plan {

/// Failures of independent GPUs, exponential in time; each stops the whole run.
struct Interruptions {
    double gpu_hours_between = 0;    ///< mean time between interruptions of one GPU; 0: there are none
    double checkpoint_seconds = 60;  ///< a checkpoint stops the run that long
    double restart_seconds = 300;    ///< until it computes again; may be interrupted itself
};

/// Wall time of a run that needs `work_seconds` without interruptions.
struct RunForecast {
    double interval_seconds = 0;  ///< of work between checkpoints; 0 without interruptions
    double interruptions = 0;     ///< expected
    double expected_seconds = 0;
    double p90_seconds = 0;  ///< nine runs of ten end within it
};

/// Work between checkpoints by Daly's second-order rule (FGCS 2006, eq. 37), Young's sqrt(2 * checkpoint * mean time
/// between) with corrections; a segment starts anew when it is interrupted. Mean and variance of a segment are exact;
/// the run is as many of them, so its 90th percentile is that of a normal distribution. `gpus` at least 1.
RunForecast forecast_run(double work_seconds, double gpus, const Interruptions& interruptions);

}  // namespace atl::plan
