#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Evaluations that take longer than a stop may wait: they are dropped, the run ends in time and resumes.
. "$(dirname "$0")/expect.sh"
job=$SOURCE/data/problems/noop/job.toml
slow=(--noop-seconds 600 --limits-seconds 0 --limits-evaluations 100000 --quiet --engine-workers 2)

for patience in drain signal walltime; do
    run=$work/$patience
    flags=("${slow[@]}")
    environment=()
    case $patience in
        drain) flags+=(--engine-drain 0.3) ;;
        walltime) environment=(SLURM_JOB_END_TIME=$(($(date +%s) + 8))) ;;
    esac
    env "${environment[@]}" "$ATOLL" evolve "$job" --out "$run" "${flags[@]}" >"$work/out" 2>&1 &
    pid=$!
    for _ in $(seq 100); do [ -s "$run/status.json" ] && break; sleep 0.1; done
    sleep 1 # until the workers have taken something up
    case $patience in
        drain) kill -INT $pid ;;
        signal) kill -TERM $pid ;;
    esac
    ended=no
    for _ in $(seq 1200); do kill -0 $pid 2>/dev/null || { ended=yes; break; }; sleep 0.1; done
    [ $ended = yes ] && pass || { fail "$patience: still there after two minutes, its evaluations take ten"; kill -9 $pid; }
    wait $pid
    code=$?
    [ $code = 75 ] && pass || fail "$patience: exit code $code, not 75"
    [ "$(field exit_code "$run/outcome.json")" = 75 ] && pass || fail "$patience: outcome.json"
    "$ATOLL" archive export "$run" --table events >"$work/out"
    says "$patience: the journal tells what was abandoned" 'abandoned,[12] evaluations'
    check "$patience: verify" "$ATOLL" archive verify "$run"
    expect 0 "$patience: resume" "$ATOLL" resume "$run" --noop-seconds 0 --limits-evaluations 500 --quiet
    [ "$(($("$ATOLL" archive export "$run" | wc -l) - 1))" = 500 ] && pass || fail "$patience: not 500 evaluations"
done
expect 2 "noop.seconds elsewhere" "$ATOLL" evaluate "$SOURCE/data/problems/circles_26/job.toml" /dev/null --noop-seconds 1
finish
