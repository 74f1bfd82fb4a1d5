#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The table of docs/search-recipes.md: time to target of each recipe on one core; resumable.
#   bench/local_search.sh BUILD_FOLDER OUT.csv [seeds=20] [cap_seconds=20]
# Interrupted, it goes on where it was: seeds already in OUT.csv are not run again.
set -eu
build=${1:?usage: local_search.sh BUILD_FOLDER OUT.csv [seeds] [cap_seconds]}
out=${2:?usage: local_search.sh BUILD_FOLDER OUT.csv [seeds] [cap_seconds]}
seeds=${3:-20}
cap=${4:-20}
program=$(find "$build" -type f -name local_search -perm -u+x | head -n 1)
[ -n "$program" ] || { echo "no local_search under $build: configure with -DATOLL_BENCH=ON and build it" >&2; exit 2; }

for problem in "circles_26 2.63598308" "circles_32 2.93957277"; do
    # shellcheck disable=SC2086  # a problem and its target are two arguments
    for recipe in relocate reinsert perturb swap relocate:0.5,perturb:0.5 relocate:0.45,perturb:0.45,swap:0.1; do
        "$program" $problem "$recipe" "$out" "$seeds" "$cap" 60
    done
    for patience in 20 120 300; do
        "$program" $problem relocate:0.45,perturb:0.45,swap:0.1 "$out" "$seeds" "$cap" "$patience"
    done
    for population in 4 16; do
        "$program" $problem relocate:0.45,perturb:0.45,swap:0.1 "$out" "$seeds" "$cap" 60 0 "$population"
    done
    "$program" $problem multistart "$out" 5 "$cap"
done
"$program" min_ratio_2d_16 12.8892300 multistart "$out" "$seeds" "$cap"
"$program" min_ratio_2d_16 12.8892300 relocate:0.5,perturb:0.5 "$out" "$seeds" "$cap" 60
