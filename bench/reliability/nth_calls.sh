#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every n of every kind of call, in the run and in the fold it spawns, failing once or from then on; resumable.
#
# Usage: nth_calls.sh STATE     (environment as for tests/faults/nth_call.sh)
set -u
state=${1:?}
touch "$state"
failed=0
sweep() {
    local key="\"call\": \"$1\", \"errno\": \"$2\", \"mode\": \"$3\", \"process\": \"$4\""
    grep -qF "$key" "$state" && return
    tests/faults/nth_call.sh "$1" "$2" --mode "$3" --process "$4" --results "$state" || failed=1
}
for process in run fold; do
    for call in write fsync rename close open ftruncate mkdir unlink mmap; do sweep $call EIO once $process; done
    for call in write fsync; do sweep $call EIO after $process; done
done
sweep ftruncate ENOSPC lift run
for call in write ftruncate; do sweep $call ENOSPC after fold; done
"$PYTHON" - "$state" <<'PY'
import json, sys
sweeps = [json.loads(line) for line in open(sys.argv[1])]
calls = sorted({each["call"] for each in sweeps if each["struck"]})
print(f"{sum(each['struck'] for each in sweeps)} faults at every n of {', '.join(calls)} in {len(sweeps)} series:"
      f" {sum(each['failed'] for each in sweeps)} checks failed")
PY
exit $failed
