#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# libFuzzer on every target with address and undefined-behaviour sanitizers, one core; a target that is done is not run again.
#
# Usage: fuzz.sh STATE [SECONDS]     seconds a target, at most (default 100), or ten million executions
set -u
state=${1:?} seconds=${2:-100}
touch "$state"
cmake --preset fuzz >build/fuzz.configure.log 2>&1 || { cat build/fuzz.configure.log; exit 1; }
targets=()
for source in tests/fuzz/fuzz_*.cpp; do targets+=("$(basename "$source" .cpp)"); done
cmake --build build/fuzz --target "${targets[@]}" || exit 1
failed=0
for target in "${targets[@]}"; do
    grep -qF "\"$target\"" "$state" && continue
    corpus=build/fuzz/corpus/$target
    mkdir -p "$corpus"
    log=build/fuzz/$target.log
    crashes=0
    ASAN_OPTIONS=allocator_may_return_null=1 "build/fuzz/tests/$target" "$corpus" -runs=10000000 -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=4096 -malloc_limit_mb=2048 -max_len=65536 -print_final_stats=1 -artifact_prefix="build/fuzz/$target-" >"$log" 2>&1 || crashes=1
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    [ $crashes = 0 ] || { failed=1; tail -n 30 "$log"; continue; }
    printf '{"target": "%s", "executions": %d}\n' "$target" "${executions:-0}" >>"$state"
done
"$PYTHON" - "$state" <<'PY'
import json, sys
targets = [json.loads(line) for line in open(sys.argv[1])]
print("executions: " + ", ".join(f"{each['target'].removeprefix('fuzz_')} {each['executions']:,}" for each in targets)
      + f"; {len(targets)} targets without a finding")
PY
exit $failed
