#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Language models as proposers, in atoll and in the peers: the same served replies (atoll mock-llm), programs and scores.
#   ATOLL=PROGRAM PEERS=FOLDER bench/peers/run.sh OUT
# PEERS is a folder filled by install.sh, PYTHON (/usr/bin/python3) one with h5py. A row that OUT/rows.jsonl holds is not
# measured again. Ends with a table of all rows.
#   2kb, 8kb  a reply takes 0.1 s, 16 questions at once: how near W / latency a framework comes on the cores it has
#   cpu       a reply takes no time: CPU of the framework for an evaluation, all of its processes, start and end included
#   start     8 programs: what of that is start and end
set -euo pipefail
out=${1:?usage: run.sh OUT}
: "${ATOLL:?the program atoll}" "${PEERS:?the folder that install.sh filled}"
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mkdir -p "$out"
rows=$out/rows.jsonl
touch "$rows"
failed=0

# row CASE FRAMEWORK PROGRAM PROGRAMS AT_ONCE LATENCY
row() {
    if grep -q "^{\"case\": \"$1\", \"framework\": \"$2\"," "$rows"; then return; fi
    echo "$1, $2" >&2
    if "$python" "$here/row.py" --atoll "$(realpath "$ATOLL")" --peers "$PEERS" --out "$out" --case "$1" \
        --framework "$2" --program "$3" --programs "$4" --at-once "$5" --latency "$6" >"$out/row"; then
        cat "$out/row" >>"$rows"
    else
        failed=1
    fi
    rm -f "$out/row"
}

row 2kb atoll 2kb 400 16 0.1
row 2kb openevolve 2kb 400 16 0.1
row 2kb shinka 2kb 60 16 0.1
row 8kb atoll 8kb 1500 16 0.1
row 8kb openevolve 8kb 1500 16 0.1
row 8kb shinka 8kb 60 16 0.1
row start atoll 2kb 8 16 0
row start openevolve 2kb 8 4 0
row start shinka 2kb 8 16 0
row cpu atoll 2kb 300 16 0
row cpu openevolve 2kb 300 4 0
row cpu shinka 2kb 60 16 0
"$python" "$here/table.py" "$rows"
exit "$failed"
