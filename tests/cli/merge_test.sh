#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `archive hash` is the one of the Python reader and current after kill -9; `archive merge` makes one run of two.
. "$(dirname "$0")/expect.sh"
noop=$SOURCE/data/problems/noop/job.toml
circles=$SOURCE/data/problems/circles_26/job.toml
hash_of() { "$ATOLL" archive hash "$1" | head -n 1; }
python_hash() { PYTHONPATH=$SOURCE/python PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -c 'import atoll_archive, sys; print(atoll_archive.content_hash(sys.argv[1]))' "$1"; }
rows() { "$ATOLL" archive export "$1" --table "$2" | tail -n +2 | wc -l; }
cd "$work" || exit 1

expect 0 "one rank" ranks 1 evolve "$circles" --out a --limits-evaluations 150 --limits-target inf --quiet
expect 0 "two ranks" ranks 2 evolve "$circles" --out b --limits-evaluations 200 --limits-target inf --seed 2 --islands 4 --migration-interval 2 --quiet
expect 0 "another problem" "$ATOLL" evolve "$noop" --out other --limits-evaluations 50 --quiet

"$ATOLL" evolve "$noop" --out killed --limits-seconds 60 --limits-evaluations 0 --quiet --journal-acknowledgement-log acknowledged >log 2>&1 &
pid=$!
for _ in $(seq 300); do [ -s acknowledged ] && break; sleep 0.1; done
kill -9 "$pid"
wait "$pid" 2>/dev/null
expect 0 "hash after kill -9" "$ATOLL" archive hash killed --json
[ "$(field evaluations out)" -ge "$(wc -l <acknowledged)" ] && pass || fail "the hash does not cover what was acknowledged"
says "not deterministic" '"reason": "the run was not deterministic"'
expect 0 "fold" "$ATOLL" archive fold killed

expect 2 "two problems" "$ATOLL" archive merge a other -o c
says "both are named" "'circles_26' \(maximize\).*'noop' \(maximize\)"
[ ! -e c ] && pass || fail "a refused merge leaves something"
expect 2 "one run" "$ATOLL" archive merge a -o c
expect 2 "no run" "$ATOLL" archive merge a nothing -o c
expect 0 "merge" "$ATOLL" archive merge a b -o c
says "islands" 'islands 0-3 -> 8-11, 200 evaluations'
expect 3 "onto a run" "$ATOLL" archive merge a b -o c
expect 0 "verify" "$ATOLL" archive verify c
says "all is there, folded" 'sound, 350 evaluations.*archive.h5 current'
[ "$(rows c evaluations)" = 350 ] && pass || fail "evaluations"
[ "$(rows b migrations)" -gt 0 ] && [ "$(rows c migrations)" = $(($(rows a migrations) + $(rows b migrations))) ] && pass || fail "migrations"
best() { "$ATOLL" archive best "$1" --json | sed -n 's/^  "lower": \(.*\),/\1/p'; }
[ "$(best c)" = "$(printf '%s\n' "$(best a)" "$(best b)" | sort -g | tail -n 1)" ] && pass || fail "best of both"
"$ATOLL" archive export c --table events >events.csv
grep -q "a: content hash $(hash_of a), islands 0-7 -> 0-7, 150" events.csv && grep -q "b: content hash $(hash_of b)" events.csv &&
    pass || fail "events name the sources"
expect 0 "report" "$ATOLL" report c
expect 2 "resume" "$ATOLL" resume c
says "resume" 'merged from several runs'
for run in a b c killed; do
    [ -n "$(hash_of $run)" ] && [ "$(hash_of $run)" = "$(python_hash $run)" ] && pass || fail "$run: the Python reader's hash is another"
done
[ "$(hash_of a)" != "$(hash_of b)" ] && pass || fail "two seeds, one hash"

cp -r a damaged
printf '\377' | dd of=damaged/journal/0-0.atj bs=1 seek=$(($(stat -c %s damaged/journal/0-0.atj) / 2)) conv=notrunc status=none
expect 0 "a damaged source" "$ATOLL" archive merge damaged b -o d
says "a damaged source" 'warning: damaged is damaged, the rest is merged: 0-0\.atj'
expect 0 "what is merged is sound" "$ATOLL" archive verify d
finish
