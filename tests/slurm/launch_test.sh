#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# srun starts tasks; the transport works under --mpi=pmix; under --mpi=none lonely tasks are refused.
# Usage, inside with_slurm.sh: launch_test.sh MPI_TRANSPORT_SUITE
set -euo pipefail
suite=$1
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/launch.XXXX")"
[ "$(srun -n 3 hostname | wc -l)" = 3 ] || fail "srun -n 3 hostname did not print three lines"

srun --mpi=list 2>&1 | grep -qw pmix || {
    echo "SKIPPED: this Slurm has no pmix plugin"
    exit 77
}
srun --mpi=pmix -n 3 "$suite" 3 1 >pmix.log 2>&1 || fail "the transport suite fails under srun --mpi=pmix"
grep -q '3 ranks: all ok' pmix.log || fail "the transport suite did not say that all is well"

code=0
srun --mpi=none -n 2 "$suite" 2 >none.log 2>&1 || code=$?
[ "$code" = 2 ] || fail "two lonely tasks ended with $code instead of 2"
grep -q 'srun started 2 tasks.*srun --mpi=pmix' none.log || fail "the refusal does not name the remedy"
grep -q 'MPI_Init' none.log && fail "MPI complained before atoll did"
echo "launch: ok"
