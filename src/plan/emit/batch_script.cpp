// SPDX-License-Identifier: Apache-2.0
// One torchrun a node under srun.
#include "plan/emit/batch_script.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"

namespace atl::plan {
namespace {

constexpr std::string_view nodes_line = "#SBATCH --nodes=";
constexpr std::string_view gpus_line = "#SBATCH --gpus-per-node=";

/// The arguments' file without its comments, words apart.
constexpr std::string_view read_arguments = R"(arguments=()
while read -r -a words; do
    [[ ${words[0]:-#} == "#"* ]] || arguments+=("${words[@]}")
done <"$plan/arguments.txt"
)";

std::uint32_t number_after(const EmittedFile& file, std::string_view key) {
    const std::size_t at = file.text.find(key);
    double value = 0;
    if (at != std::string::npos) {
        const std::size_t begin = at + key.size();
        value = parse_number(file.text.substr(begin, file.text.find('\n', begin) - begin)).value_or(0);
    }
    if (!(value >= 1) || value > 1e6) throw InputError(fmt::format("{}: no line '{}N'", file.name, key));
    return static_cast<std::uint32_t>(value);
}

}  // namespace

EmittedFile batch_script(const EmitSubject& subject, const BatchCommand& command) {
    const std::uint32_t a_node = std::min(subject.cluster.gpus, subject.cluster.gpus_per_node);
    std::string text = fmt::format(
        "#!/usr/bin/env bash\n# {}\n#\n#   {}=FOLDER sbatch train.sbatch [ARGUMENT...]\n#\n"
        "# {} is the framework's source. ARGUMENTs are what is not the plan's: data, tokenizer, learning rate, steps.\n"
        "#SBATCH --job-name={}\n{}{}\n#SBATCH --ntasks-per-node=1\n{}{}\n#SBATCH --exclusive\nset -euo pipefail\n\n",
        headline(subject), command.source, command.source, subject.model.name, nodes_line,
        subject.cluster.gpus / a_node, gpus_line, a_node);
    text += fmt::format("framework=${{{0}:?set {0} to the folder of the framework}}\n", command.source);
    text += "plan=${PLAN:-${SLURM_SUBMIT_DIR:-$PWD}}\n";
    text += "head=$(scontrol show hostnames \"$SLURM_JOB_NODELIST\" | head -n 1)\n";
    if (command.reads_arguments) text += read_arguments;
    text += command.environment;
    text += fmt::format(
        "srun torchrun --nnodes=\"$SLURM_NNODES\" --nproc-per-node={} --rdzv-backend=c10d --rdzv-id=\"$SLURM_JOB_ID\" "
        "--rdzv-endpoint=\"$head:29500\" {} \"$@\"\n",
        a_node, command.command);
    return {"train.sbatch", text};
}

void read_batch_script(const EmittedFile& file, EmittedPlan& plan) {
    plan.gpus_per_node = number_after(file, gpus_line);
    plan.gpus = number_after(file, nodes_line) * plan.gpus_per_node;
}

}  // namespace atl::plan
