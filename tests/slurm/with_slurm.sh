#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command inside a Slurm of its own: starts munged, slurmctld and slurmd on loopback, runs it, stops them.
# Usage: with_slurm.sh COMMAND [ARGUMENT...]
# Exits with the command's code, or with 77 (skipped, the reason printed) where Slurm cannot be started.
# The daemons' state lies in a folder of their own under TMPDIR; nothing of the system's configuration is touched.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cpus=8 # claimed, whatever the machine has

skip() {
    echo "SKIPPED: $*"
    exit 77
}

[ "$(id -u)" = 0 ] || skip "starting Slurm's daemons needs root"
missing=
for program in munged munge slurmctld slurmd srun sbatch squeue scontrol sinfo setpriv; do
    command -v "$program" >/dev/null || missing+=" $program"
done
[ -z "$missing" ] || skip "not installed:$missing (Debian packages slurm-wlm and munge)"
for daemon in slurmctld slurmd; do
    for pid in $(pgrep -x "$daemon" || true); do
        case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1) in
            '' | Z) ;; # gone, or dead and not yet reaped
            *) skip "another $daemon is running (process $pid)" ;;
        esac
    done
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/atoll-slurm.XXXXXX")
pids=() # slurmd, slurmctld, munged: the order in which they stop

stop() {
    local code=$?
    trap - EXIT INT TERM
    if [ -n "${SLURM_CONF:-}" ]; then
        scancel --state=RUNNING,PENDING,SUSPENDED -u root 2>/dev/null || true
        for _ in $(seq 100); do
            [ -n "$(squeue -h 2>/dev/null || true)" ] || break
            sleep 0.1
        done
    fi
    for pid in ${pids[@]+"${pids[@]}"}; do
        kill "$pid" 2>/dev/null || continue
        for _ in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    # what a killed slurmstepd has left behind
    for process in /proc/[0-9]*; do
        grep -qsz "^SLURM_CONF=$dir/" "$process/environ" && [ "${process#/proc/}" != "$$" ] && kill -9 "${process#/proc/}" 2>/dev/null
    done
    rm -rf "$dir"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

failed_to_start() {
    tail -n 8 "$dir"/*.log 2>/dev/null || true
    skip "$* did not start"
}

# Children of this shell, ended by the kernel should the shell be killed: nothing is ever left behind.
start() { # NAME COMMAND...
    local name=$1
    shift
    setpriv --pdeathsig KILL "$@" >"$dir/$name.log.out" 2>&1 &
    pids=($! ${pids[@]+"${pids[@]}"})
}

chmod 755 "$dir"
mkdir -m 1777 "$dir/tmp"
mkdir "$dir/state" "$dir/spool"
(umask 077 && head -c 128 /dev/urandom >"$dir/munge.key")
memory_mb=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
ctld_port=$((20000 + $$ % 10000 * 2))
sed -e "s|@DIR@|$dir|g; s|@CPUS@|$cpus|; s|@MEM_MB@|$memory_mb|" \
    -e "s|@CTLD_PORT@|$ctld_port|; s|@SLURMD_PORT@|$((ctld_port + 1))|" "$here/slurm.conf" >"$dir/slurm.conf"
touch "$dir"/h100_{0..3} "$dir"/a100_{0..1} # Slurm wants to see a file for each GPU it gives out
printf 'AutoDetect=off\nName=gpu Type=h100 File=%s/h100_[0-3]\nName=gpu Type=a100 File=%s/a100_[0-1]\n' "$dir" "$dir" >"$dir/gres.conf"

start munged munged --foreground --force --socket="$dir/munge.socket" --key-file="$dir/munge.key" \
    --seed-file="$dir/munge.seed" --pid-file="$dir/munged.pid" --log-file="$dir/munged.log"
for _ in $(seq 50); do
    munge -n --socket="$dir/munge.socket" </dev/null >/dev/null 2>&1 && break
    sleep 0.1
done
munge -n --socket="$dir/munge.socket" </dev/null >/dev/null 2>&1 || failed_to_start munged

export SLURM_CONF=$dir/slurm.conf
start slurmctld slurmctld -D -i -f "$SLURM_CONF"
start slurmd slurmd -D -f "$SLURM_CONF"
state=
for _ in $(seq 150); do
    state=$(sinfo -h -o %T 2>/dev/null | head -n 1 || true)
    case $state in
        idle) break ;;
        down* | drain*) scontrol update nodename=localhost state=resume 2>/dev/null || true ;;
    esac
    sleep 0.1
done
[ "$state" = idle ] || failed_to_start "the node (state '$state')"

"$@"
