#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tables of runs: predicted without a look at what was measured, calibrated by three of them.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1
measured="$SOURCE/data/measured/training.csv"

expect 0 "every measured run" "$ATOLL" plan predict "$measured" -o predicted.csv
says "every measured run" "of 1327 rows predicted"
"$PYTHON" - "$measured" <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
for row in rows:
    for name in ("iter_s", "tokens_s_gpu", "tflops_gpu", "mfu", "peak_mem_gib", "oom"):
        row[name] = ""
with open("blank.csv", "w", newline="") as out:
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
PY
expect 0 "the same table without what was measured" "$ATOLL" plan predict blank.csv -o blank_predicted.csv
expect 0 "what was measured is never read" cmp predicted.csv blank_predicted.csv
expect 0 "at least 95 % of homogeneous rows have a prediction, inside its interval" "$PYTHON" -c "
import csv
rows = {r['id']: r for r in csv.DictReader(open('blank.csv'))}
out = list(csv.DictReader(open('predicted.csv')))
assert [r['id'] for r in out] == list(rows)
asked = [r for r in out if all(rows[r['id']][k] for k in ('layers', 'hidden', 'global_batch')) and not rows[r['id']]['hetero_plan'] and '+' not in rows[r['id']]['gpu']]
done = [r for r in asked if r['iter_s']]
assert len(done) >= 0.95 * len(asked), (len(done), len(asked))
for r in done:
    assert 0 < float(r['iter_s_low']) < float(r['iter_s']) < float(r['iter_s_high']), r
    assert float(r['peak_mem_gib']) > 0 and 0 <= float(r['oom_probability']) <= 1, r
for r in out:
    assert r['iter_s'] or r['note'].startswith('no prediction') or 'no prediction' in r['note'], r"
expect 0 "predictions are near what was measured" "$PYTHON" -c "
import csv, statistics
measured = {r['id']: r for r in csv.DictReader(open('$measured'))}
misses = [abs(float(r['iter_s']) / float(measured[r['id']]['iter_s']) - 1) for r in csv.DictReader(open('predicted.csv'))
          if r['iter_s'] and float(measured[r['id']]['iter_s'] or 0) > 0]
assert len(misses) > 1000 and statistics.median(misses) < 0.06, statistics.median(misses)"

{ head -1 "$measured"; grep -m 4 ',MegaScale,' "$measured"; } >mine.csv
expect 0 "four runs calibrate" "$ATOLL" plan calibrate --runs mine.csv -o mine.toml
says "four runs calibrate" "before .* %, after .* %"
expect 0 "a calibrated plan" "$ATOLL" plan --model llama2-7b --gpu a100_sxm --gpus 8 --global-batch 64 --parameters mine.toml
head -3 mine.csv >two.csv
expect 2 "two runs are too few" "$ATOLL" plan calibrate --runs two.csv -o no.toml
says "two runs are too few" "at least 3"
printf 'name,layers\nx,3\n' >noid.csv
expect 2 "a table without ids" "$ATOLL" plan predict noid.csv -o no.csv
says "a table without ids" "noid.csv.*id"
printf 'id,layers,hidden,gpu,gpu_count,global_batch\nx,three,4096,h100_sxm,8,8\n' >word.csv
expect 2 "a word for a number" "$ATOLL" plan predict word.csv -o no.csv
says "a word for a number" "word.csv:2"
expect 1 "nothing is left behind" test -e no.csv
ops="$SOURCE/data/measured/gpu-ops"
for table in gemm attention_forward_causal collective; do
    "$PYTHON" - "$ops/$table.csv.gz" <<'PY'
import csv, gzip, sys
rows = list(csv.reader(gzip.open(sys.argv[1], "rt")))
keep = [rows[0]] + rows[1::37]
at = rows[0].index("latency_us")
csv.writer(open("ops.csv", "w", newline="")).writerows(keep)
csv.writer(open("blank_ops.csv", "w", newline="")).writerows([keep[0]] + [r[:at] + [""] + r[at + 1:] for r in keep[1:]])
PY
    expect 0 "$table" "$ATOLL" plan predict-ops ops.csv -o ops_out.csv
    expect 0 "$table without what was measured" "$ATOLL" plan predict-ops blank_ops.csv -o blank_out.csv
    expect 0 "$table is predicted near what was measured, which is never read" "$PYTHON" -c "
import csv, statistics
a, b = (list(csv.DictReader(open(f))) for f in ('ops_out.csv', 'blank_out.csv'))
assert [r['predicted_us'] for r in a] == [r['predicted_us'] for r in b] and len(a) > 50
assert statistics.median(abs(float(r['predicted_us']) / float(r['latency_us']) - 1) for r in a) < 0.06"
done
printf 'gpu,dtype,m,n,k,latency_us\nH100-PCIe-80,bfloat16,4096,4096,4096,\n' >sibling.csv
expect 0 "a GPU with a sibling's tables" "$ATOLL" plan predict-ops sibling.csv -o sibling_out.csv
printf 'gpu,dtype,m,n,k,latency_us\nabacus,bfloat16,4096,4096,4096,\n' >nobody.csv
expect 2 "a GPU that nobody knows" "$ATOLL" plan predict-ops nobody.csv -o no.csv
says "a GPU that nobody knows" "abacus"
finish
