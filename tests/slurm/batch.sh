# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For the batch tests, inside with_slurm.sh: submitting, waiting with a bound, and complaining with the log.

fail() {
    echo "FAILED: $*"
    tail -n 60 ./*.log 2>/dev/null || true
    exit 1
}

field() { # JOBID FIELD: one value of scontrol's record
    scontrol show job "$1" | grep -oE "(^| )$2=[^ ]*" | head -n 1 | cut -d= -f2
}

# Polls, as 'sbatch --wait' looks only every few seconds.
wait_for() { # SECONDS COMMAND...
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

ended() { # JOBID
    case $(field "$1" JobState) in
        COMPLETED | FAILED | CANCELLED | TIMEOUT | NODE_FAIL | OUT_OF_MEMORY) ;;
        *) return 1 ;;
    esac
}

expect_end() { # JOBID STATE EXITCODE
    local state code
    state=$(field "$1" JobState)
    code=$(field "$1" ExitCode)
    [ "$state $code" = "$2 $3" ] || fail "job $1 ended as $state with $code instead of $2 with $3"
}

write_job() { # FILE SECONDS [ACKNOWLEDGEMENT_LOG]
    printf 'problem = "circles_26"\nseed = 7\nislands = 2\n[limits]\nseconds = %s\n' "$2" >"$1"
    [ $# -lt 3 ] || printf '[journal]\nacknowledgement_log = "%s"\n' "$PWD/$3" >>"$1"
}

begun() { # RUN LIVES: rank 0 has begun to search so often
    [ "$(grep -hc '"event":"started"' "$1/log/rank-0.jsonl" 2>/dev/null)" = "$2" ]
}

step_daemon() { # JOBID STEP: process of the slurmstepd that holds it
    pgrep -f "^slurmstepd: \[$1\.$2\]"
}

# What was acknowledged is in the archive once, nothing is there twice, and every checksum holds.
expect_each_once() { # RUN, whose job logs acknowledgements in RUN.ack
    "$ATOLL" archive export "$1" | tail -n +2 | cut -d, -f1-4 | tr , / | sort >"$1.keys"
    [ -s "$1.ack" ] || fail "$1: nothing was acknowledged"
    [ -z "$(sort "$1.ack" | comm -23 - "$1.keys")" ] || fail "$1: acknowledged evaluations are not in the archive"
    [ -z "$(uniq -d "$1.keys")$(sort "$1.ack" | uniq -d)" ] || fail "$1: evaluations were recorded twice"
    "$ATOLL" archive verify "$1" >verify.log 2>&1 || fail "$1: verify: $(cat verify.log)"
}
