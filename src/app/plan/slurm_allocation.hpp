// SPDX-License-Identifier: Apache-2.0
// The GPUs of the Slurm job this process runs in.
#pragma once

#include <string>
#include <string_view>

namespace atl::app {

/// "h100:8,a100:4" out of what `scontrol show job -d -o` prints (JOB_GRES=gpu:h100:8,gpu:a100:4). Throws InputError
/// when the job has no GPUs, or GPUs without a type.
std::string pools_of_job(std::string_view scontrol_text);

/// Of the job in SLURM_JOB_ID. Throws InputError outside a job, InfrastructureError when scontrol fails.
std::string pools_of_this_job();

}  // namespace atl::app
