#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Submits COUNT jobs of one run, each of which waits for the one before and goes on where that was stopped or killed.
# A job that finds the run ended well does nothing. See README.md beside this file.
#
#   chain.sh COUNT [OPTION of sbatch...] -- JOB.toml RUN [FLAG of 'atoll evolve'...]
#   chain.sh COUNT [OPTION of sbatch...] -- resume RUN [FLAG of 'atoll resume'...]
#
# Prints the jobs' numbers, one a line.
set -euo pipefail
script=$(cd "$(dirname "$0")" && pwd)/evolve.sbatch

usage() {
    echo "usage: chain.sh COUNT [OPTION of sbatch...] -- JOB.toml RUN [FLAG...]   or   ... -- resume RUN [FLAG...]" >&2
    exit 2
}

count=${1:-}
[[ $count =~ ^[1-9][0-9]*$ ]] || usage
shift
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1")
    shift
done
[ $# -ge 3 ] || usage
shift
run=$2
# else the second job would go on with a run that the first one refuses to touch
if [ "$1" != resume ] && [ -e "$run/job.toml" ]; then
    echo "$run already holds a run; go on with it: chain.sh $count ${options[*]-} -- resume $run" >&2
    exit 3
fi

job=$(sbatch --parsable ${options[@]+"${options[@]}"} "$script" "$@")
job=${job%%;*} # NUMBER;CLUSTER where there are several clusters
echo "$job"
for ((i = 1; i < count; ++i)); do
    job=$(sbatch --parsable ${options[@]+"${options[@]}"} --dependency="afterany:$job" "$script" resume "$run")
    job=${job%%;*}
    echo "$job"
done
