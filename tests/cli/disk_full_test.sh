#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Disk full: one message, exit code 5 on all ranks, nothing acknowledged is lost, and resume goes on once there is room.
. "$(dirname "$0")/expect.sh"
if [ "$(id -u)" != 0 ]; then echo "skipped: needs root to mount a small file system"; exit 77; fi
if [ -z "${ATOLL_DISK_FULL_INSIDE:-}" ]; then
    unshare --mount true 2>/dev/null || { echo "skipped: no mount namespaces here"; exit 77; }
    ATOLL_DISK_FULL_INSIDE=1 exec unshare --mount "$0"
fi
unset ATOLL_DISK_FULL_INSIDE
mkdir "$work/small"
mount -t tmpfs -o size=3m none "$work/small" || { echo "skipped: can not mount a tmpfs"; exit 77; }
run=$work/small/run
expect 5 "disk full" ranks 2 evolve "$SOURCE/data/problems/noop/job.toml" --out "$run" --limits-seconds 100 --limits-evaluations 0 --quiet \
    --journal-acknowledgement-log "$work/acknowledged"
says "disk full" '^atoll: .*(No space left|disk).*'
says "disk full" 'atoll resume'
[ -s "$work/acknowledged" ] && pass || fail "something was acknowledged before"
"$ATOLL" archive export "$run" >"$work/rows.csv" 2>"$work/out" || fail "export"
tail -n +2 "$work/rows.csv" | cut -d, -f1-4 | tr , / | sort >"$work/rows"
sort "$work/acknowledged" | comm -23 - "$work/rows" >"$work/out"
[ ! -s "$work/out" ] && pass || fail "acknowledged keys are missing"
mount -o remount,size=64m "$work/small"
before=$(wc -l <"$work/rows")
expect 0 "resume with room" ranks 2 resume "$run" --limits-evaluations $((before + 500)) --limits-seconds 200 --quiet
"$ATOLL" archive export "$run" >"$work/rows.csv"
[ $(($(wc -l <"$work/rows.csv") - 1)) -ge $((before + 500)) ] && pass || fail "resumed"
umount "$work/small"
finish
