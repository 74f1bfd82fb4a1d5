// SPDX-License-Identifier: Apache-2.0
// Private to plan: the Slurm batch script beside a plan's arguments.
#pragma once

#include <string>

#include "atoll/plan/emit.hpp"
#include "plan/emit/targets.hpp"

namespace atl::plan {

/// What differs between the frameworks.
struct BatchCommand {
    std::string source;       ///< environment variable with the folder of the framework ("MEGATRON")
    std::string environment;  ///< lines of exports, each ended
    std::string command;      ///< after torchrun's own arguments; may use "${arguments[@]}" and "$plan"
    bool reads_arguments = true;
};

EmittedFile batch_script(const EmitSubject& subject, const BatchCommand& command);

/// gpus and gpus_per_node of the script. Throws InputError when it does not say them.
void read_batch_script(const EmittedFile& file, EmittedPlan& plan);

}  // namespace atl::plan
