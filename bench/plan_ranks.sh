#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One search of mixed pipelines on more and more ranks: seconds of all searches, and how many pipelines each rank split.
# Usage: plan_ranks.sh ATOLL [RANKS...]   (default: 1 2 4 8; brute force only on 1 and 2)
# Prints Markdown. More ranks than cores share cores: then only the spread of the work says something.
set -euo pipefail
atoll=$1
shift
[ $# -gt 0 ] || set -- 1 2 4 8
brute_force=(plan --model llama2-13b --pools "h100_sxm:64,a100_sxm:64" --global-batch 256 --search brute-force --json)
bounded=(plan --model llama2-70b --pools "h100_sxm:344,a100_sxm:344,h200_sxm:336" --prices aws-on-demand --json)

row() { # NAME RANKS WORDS...
    local name=$1 ranks=$2
    shift 2
    mpirun --oversubscribe --bind-to none -n "$ranks" "$atoll" "$@" |
        python3 -c '
import json, sys
run = json.load(sys.stdin)
split = run["split_by_rank"]
print("| %s | %s | %.2f | %s |" % (sys.argv[1], sys.argv[2], run["search_seconds"], " ".join(map(str, split))))' "$name" "$ranks"
}

echo "| search | ranks | s | split by each rank |"
echo "|---|--:|--:|---|"
for ranks in "$@"; do
    [ "$ranks" -gt 2 ] || row "brute force" "$ranks" "${brute_force[@]}"
    row bounded "$ranks" "${bounded[@]}"
done
