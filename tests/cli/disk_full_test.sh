#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Disk full: a run waits for space, says so once, and goes on when there is some; a run told to stop syncs into its reserve
# and is resumable; without a reserve it ends with exit code 5. A file size limit, which no waiting lifts, ends it at once.
. "$(dirname "$0")/expect.sh"
job=$SOURCE/data/problems/noop/job.toml

# all_acknowledged_are_there RUN LOG NAME
all_acknowledged_are_there() {
    "$ATOLL" archive export "$1" >"$work/rows.csv" 2>"$work/out" || fail "$3: export"
    tail -n +2 "$work/rows.csv" | cut -d, -f1-4 | tr , / | sort >"$work/rows"
    [ -s "$2" ] && pass || fail "$3: nothing was acknowledged"
    sort "$2" | comm -23 - "$work/rows" >"$work/out"
    [ ! -s "$work/out" ] && pass || fail "$3: acknowledged keys are missing"
    uniq -d "$work/rows" >"$work/out"
    [ ! -s "$work/out" ] && pass || fail "$3: keys recorded twice"
    [ "$(sort "$2" | uniq -d | wc -l)" = 0 ] && pass || fail "$3: keys acknowledged twice"
}

if [ "${1:-}" != inside ]; then
    # The failure that stays one, wherever this runs: EFBIG, at a size that leaves MPI its own files.
    run=$work/limited
    expect 5 "file size limit" bash -c "ulimit -f 6144; exec \"\$@\"" limited "$ATOLL" evolve "$job" --out "$run" --limits-seconds 100 \
        --limits-evaluations 0 --quiet --journal-acknowledgement-log "$work/limited.log"
    says_once "file size limit" '^atoll: .*File too large.*ulimit -f.*atoll resume'
    all_acknowledged_are_there "$run" "$work/limited.log" "file size limit"
    expect 0 "verify after the file size limit" "$ATOLL" archive verify "$run"
    [ -z "$(find "$run/journal" -name 'reserve-*')" ] && pass || fail "file size limit: the reserve is left behind"
    finish || exit 1
    if [ "$(id -u)" != 0 ]; then echo "skipped the rest: needs root to mount a small file system"; exit 77; fi
    if ! unshare --mount true 2>/dev/null; then echo "skipped the rest: no mount namespaces here"; exit 77; fi
    rm -rf "$work"
    exec unshare --mount "$0" inside
fi
mkdir "$work/small"
mount -t tmpfs -o size=4m none "$work/small" || { echo "skipped the rest: can not mount a tmpfs"; exit 77; }

# wait_for SECONDS COMMAND...
wait_for() { local deadline=$((SECONDS + $1)); shift; until "$@"; do [ "$SECONDS" -lt "$deadline" ] || return 1; sleep 0.1; done; }
waits() { grep -q 'waits for space' "$work/terminal"; }
# begin NAME COMMAND...: starts a run in the background and waits until its disk is full
begin() {
    local name=$1; shift
    : >"$work/terminal" # before the first look at it
    "$@" >>"$work/terminal" 2>&1 </dev/null &
    pid=$!
    if wait_for 120 waits; then pass; else cp "$work/terminal" "$work/out"; fail "$name: does not say that it waits"; fi
}
# ended CODE NAME: the run that was begun ends with this code
ended() { wait "$pid"; local got=$?; cp "$work/terminal" "$work/out"; [ "$got" = "$1" ] && pass || fail "$2: exit code $got, not $1"; }

# Fills, waits, is given room, goes on.
run=$work/small/run
log=$work/small/acknowledged
begin "waiting" ranks 2 evolve "$job" --out "$run" --limits-evaluations 40000 --limits-seconds 0 --quiet --journal-acknowledgement-log "$log"
sleep 2 # several tries later it still waits, and holds the run
kill -0 "$pid" && pass || fail "waiting: it did not stay up"
expect 0 "status" "$ATOLL" status "$run"
says "status" 'state +waiting for space'
expect 3 "a second process" "$ATOLL" resume "$run"
before=$(wc -l <"$log")
mount -o remount,size=64m "$work/small"
ended 0 "room again"
says "room again" 'File system|file system mounted at'
says "room again" 'there is space again'
for rank in 0 1; do
    [ "$(grep -c "waits for space.*(rank $rank)" "$work/out")" -le 1 ] && pass || fail "rank $rank says more than once that it waits"
done
[ "$(wc -l <"$log")" = 40000 ] && [ "$before" -lt 40000 ] && pass || fail "40000 evaluations are acknowledged, $before of them while it waited"
all_acknowledged_are_there "$run" "$log" "room again"
expect 0 "verify" "$ATOLL" archive verify "$run"
says "verify" 'sound, 40000 evaluations'
says "verify" 'archive.h5 current'
[ "$(ls "$run/journal" | wc -l)" = 2 ] && pass || fail "something is left beside the segments"

# Fills, waits, is told to stop: the reserve takes the last records.
rm -rf "$run" "$log"
mount -o remount,size=4m "$work/small"
begin "stopping" "$ATOLL" evolve "$job" --out "$run" --limits-seconds 300 --limits-evaluations 0 --quiet --journal-acknowledgement-log "$work/stopped.log"
kill -TERM "$pid"
ended 75 "stopped on a full disk"
all_acknowledged_are_there "$run" "$work/stopped.log" "stopped on a full disk"
[ "$(wc -l <"$work/rows")" = "$(wc -l <"$work/stopped.log")" ] && pass || fail "every record is acknowledged"
expect 0 "verify" "$ATOLL" archive verify "$run"
mount -o remount,size=64m "$work/small"
expect 0 "resume with room" ranks 2 resume "$run" --limits-evaluations $(($(wc -l <"$work/rows") + 500)) --limits-seconds 200 --quiet

# The same without a reserve: after a grace it gives up and says what is safe.
rm -rf "$run"
mount -o remount,size=3m "$work/small"
begin "no reserve" "$ATOLL" evolve "$job" --out "$run" --limits-seconds 300 --limits-evaluations 0 --quiet --journal-reserve 0 \
    --journal-acknowledgement-log "$work/unreserved.log"
kill -TERM "$pid"
ended 5 "no reserve"
says_once "no reserve" '^atoll: .*cannot write the journal.*No space left.*records of this rank are safe.*atoll resume'
all_acknowledged_are_there "$run" "$work/unreserved.log" "no reserve"
expect 0 "verify" "$ATOLL" archive verify "$run"

# A disk too full for the reserve is said before anything is searched.
rm -rf "$run"
mount -o remount,size=512k "$work/small"
expect 5 "no room for the reserve" "$ATOLL" evolve "$job" --out "$run" --quiet
says_once "no room for the reserve" '^atoll: .*1048576 bytes.*journal\.reserve'
umount "$work/small"
finish
