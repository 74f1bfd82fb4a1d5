#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Evolves online_bin_packing from best fit without a language model and prints what the best program is worth on hidden
# instances: bench/online_bin_packing.sh [RUN] [SECONDS] [RANKS]. Goes on with RUN where it exists; needs atoll on the PATH.
set -euo pipefail
run=${1:-runs/online_bin_packing} seconds=${2:-1200} ranks=${3:-2}
source=$(cd "$(dirname "$0")/.." && pwd)
if ((EUID == 0)); then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
words=(evolve "$source/data/problems/online_bin_packing/job.toml" --out "$run")
[[ -s $run/job.toml ]] && words=(resume "$run")
mpirun -n "$ranks" --bind-to none --oversubscribe atoll "${words[@]}" --limits-seconds "$seconds"
atoll report "$run"
atoll archive best "$run" --candidate "$run/best.cpp"
cat "$run/best.cpp"
