#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The long forms of the fault tests, each resumable, and the table of docs/failure-model.md made from what they came to.
#
# Usage: bench/reliability/run.sh [PART...]    all parts, or these; a part that was cut short goes on where it was
#        bench/reliability/run.sh list         the parts
#        bench/reliability/run.sh table        writes the table of docs/failure-model.md anew
# Results are lines of bench/reliability/results.jsonl; what is half done lies in build/reliability.
# A release build with tests is needed (./check release), for fuzz and nothing else clang.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
build=$root/build/release
state=$root/build/reliability
export SOURCE=$root PYTHON=${PYTHON:-/usr/bin/python3}
export ATOLL=$build/src/cli/atoll FAIL_LIBRARY=$build/tests/faults/libfail_call.so
parts=(kill_all kill_one nth_call disk_full interruptions two_writers damaged_archive fuzz slurm)

part_kill_all() { tests/faults/kill_rounds.sh all 800 1 "$state/kill_all.jsonl"; }
part_kill_one() { tests/faults/kill_rounds.sh one 200 2 "$state/kill_one.jsonl"; }
part_nth_call() { bench/reliability/nth_calls.sh "$state/nth_call.jsonl"; }
part_disk_full() { tests/faults/nth_call.sh write ENOSPC --mode lift; }
part_interruptions() { tests/faults/interruptions.sh 200 3 "$state/interruptions.jsonl"; }
part_two_writers() { tests/faults/two_writers.sh 200 5 && tests/faults/stopped_writer.sh 20 6; }
part_damaged_archive() { "$PYTHON" tests/faults/damaged_archive.py 3000 4; }
part_slurm() { tests/slurm/with_slurm.sh "$root/tests/slurm/fault_rounds.sh" "$ATOLL" "$root" 60 7; }
part_fuzz() { bench/reliability/fuzz.sh "$state/fuzz.jsonl"; }
part_slurm() { tests/slurm/with_slurm.sh tests/slurm/fault_rounds.sh "$ATOLL" "$root" 80 7; }

# The lines before "N checks passed" say what a part came to.
run_part() {
    local part=$1 log=$state/$1.log started=$SECONDS failed=0
    echo "== $part"
    "part_$part" 2>&1 | tee "$log" || failed=1
    "$PYTHON" bench/reliability/table.py record "$part" "$failed" $((SECONDS - started)) <"$log"
    if [ $failed = 1 ]; then return 1; fi
    # done: the next time it begins anew
    rm -f "$state/$part.jsonl"
}

case "${1:-}" in
    list) printf '%s\n' "${parts[@]}"; exit ;;
    table) exec "$PYTHON" bench/reliability/table.py write ;;
esac
set -o pipefail
[ $# -gt 0 ] || set -- "${parts[@]}"
for part in "$@"; do
    [[ " ${parts[*]} " == *" $part "* ]] || { echo "run.sh: no part '$part'; there are ${parts[*]}" >&2; exit 2; }
done
[ -x "$ATOLL" ] && [ -e "$FAIL_LIBRARY" ] || { echo "run.sh: build first: ./check release" >&2; exit 2; }
mkdir -p "$state"
status=0
for part in "$@"; do run_part "$part" || status=1; done
"$PYTHON" bench/reliability/table.py write
exit $status
