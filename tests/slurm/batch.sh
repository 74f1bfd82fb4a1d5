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

write_job() { # FILE SECONDS
    printf 'problem = "circles_26"\nseed = 7\nislands = 2\n[limits]\nseconds = %s\n' "$2" >"$1"
}
