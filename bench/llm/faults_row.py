# SPDX-License-Identifier: Apache-2.0
"""What bench/llm/faults.sh came to: the archive's calls beside the server's own counts."""

import collections
import glob
import json
import sys

import h5py

out = sys.argv[1]
server = collections.Counter()
for path in glob.glob(f"{out}/mock-*.json"):
    server.update({name: value for name, value in json.load(open(path)).items() if isinstance(value, int)})
with h5py.File(f"{out}/run/archive.h5") as archive:
    calls = {name: column[:] for name, column in archive["llm_calls"].items()}
    verdicts = collections.Counter(
        zip(archive["evaluations/verdict"][:].tolist(), archive["evaluations/reason"][:].tolist()))
answered = int((calls["status"] == b"ok").sum())
requests = int(calls["requests"].sum())
print(f"questions                {len(calls['status'])}, answered {answered}, "
      f"others {dict(collections.Counter(calls['status'][calls['status'] != b'ok'].tolist()))}")
print(f"verdicts                 {dict(verdicts)}")
print(f"requests                 {requests}, hedges {int(calls['hedges'].sum())}; the server saw {server['requests']}")
print(f"requests / (successes + injected faults)   {requests / (answered + server['faults']):.4f}  (asked: at most 1.15)")
print(f"faults                   injected {server['faults']}, noticed {int(calls['faults'].sum())}")
for name in ("prompt_tokens", "completion_tokens"):
    print(f"{name:24} {int(calls[name].sum())}, the server says {server[name]}")
print(f"reserved_tokens          {int(calls['reserved_tokens'].sum())} in "
      f"{int((calls['reserved_tokens'] > 0).sum())} calls (requests whose server did not say)")
