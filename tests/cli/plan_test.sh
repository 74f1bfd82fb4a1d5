#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The planner as users start it: one process or ranks, the same answer, kept in an archive; bad input is named.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1
plan=("$ATOLL" plan --model llama2-7b --gpu h100_sxm --gpus 16 --seq 4096 --global-batch 128)

expect 0 "flags alone" "${plan[@]}" --json
cp out bounded.json
expect 0 "brute force" "${plan[@]}" --search brute-force --json
cp out brute.json
holds() { "$PYTHON" -c "import json,sys; a,b=(json.load(open(f)) for f in sys.argv[2:4]); assert eval(sys.argv[1]), (a,b)" "$@"; }
expect 0 "bounded finds what brute force finds" holds "a['plans'] == b['plans'] and len(a['plans']) == 5" bounded.json brute.json
expect 0 "the certificate adds up to the space" holds "sum(c['plans'] for c in a['certificate']) == a['funnel']['generated'] == b['funnel']['generated']" bounded.json brute.json
expect 0 "bounds leave work out" holds "a['funnel']['simulated'] < b['funnel']['simulated'] == b['funnel']['after_memory']" bounded.json brute.json
for ranks in 2 3; do
    expect 0 "$ranks ranks" ranks "$ranks" plan --model llama2-7b --gpu H100-SXM-80 --gpus 16 --sequence 4096 --global-batch 128 --json
    cp out ranks.json
    expect 0 "$ranks ranks find the same" holds "a['plans'] == b['plans'] and a['funnel']['generated'] == b['funnel']['generated']" bounded.json ranks.json
done

cat >job.toml <<'TOML'
model = "llama2-7b"
gpu = "a100_sxm"
gpus = 8
global_batch = 64
TOML
expect 0 "a job and a run directory" "$ATOLL" plan job.toml --out run
says "a job and a run directory" 'simulated'
expect 0 "the archive is sound" "$ATOLL" archive verify run
expect 0 "plans are a table" "$ATOLL" archive export run --table plans
says "plans are a table" '^1,tp'
expect 0 "h5py reads the plans" "$PYTHON" -c "
import h5py
f = h5py.File('run/archive.h5')
assert list(f['plans/place']) == [1, 2, 3, 4, 5]
assert sum(f['plan_counts/plans']) > 1000"
expect 3 "a second search into the same folder" "$ATOLL" plan job.toml --out run
expect 2 "runs with plans are not merged" "$ATOLL" archive merge run run --out merged

expect 2 "an unknown model" "$ATOLL" plan --model llama2-7c --gpu h100_sxm --gpus 8
says "an unknown model" "llama2-7b"
expect 2 "an unknown model on ranks" ranks 2 plan --model llama2-7c --gpu h100_sxm --gpus 8
says_once "an unknown model on ranks" '^atoll: .*llama2-7c'
expect 0 "a kind of nodes" "$ATOLL" plan --model llama2-7b --cluster dgx-a100 --gpus 16 --global-batch 128
says "a kind of nodes" "A100-SXM-80 .8 a node, 25 GB/s"
expect 2 "a kind of nodes and a GPU" "$ATOLL" plan --model llama2-7b --cluster dgx-a100 --gpu h100_sxm --gpus 16
says "a kind of nodes and a GPU" "gpu"
expect 2 "neither nodes nor a GPU" "$ATOLL" plan --model llama2-7b --gpus 16
says "neither nodes nor a GPU" "cluster"
expect 2 "an unknown GPU" "$ATOLL" plan --model llama2-7b --gpu h100_smx --gpus 8
says "an unknown GPU" "--gpu.*h100"
expect 2 "no whole nodes" "$ATOLL" plan --model llama2-7b --gpu h100_sxm --gpus 12
says "no whole nodes" "--gpus"
expect 2 "no GPUs" "$ATOLL" plan --model llama2-7b --gpu h100_sxm
says "no GPUs" "gpus"
expect 2 "nothing fits into memory" "$ATOLL" plan --model llama3-405b --gpu h100_sxm --gpus 8 --global-batch 64
says "nothing fits into memory" "memory"
printf '[rule.none]\ndrop_if = "$tensor_parallel >= 1"\nwhy = "a test"\n' >none.toml
expect 2 "a rule that drops all" "${plan[@]}" --rules none.toml
says "a rule that drops all" "none.*[0-9]"
printf '[rule.bad]\ndrop_if = "$tensor_parallel >= * 1"\nwhy = "a test"\n' >bad.toml
expect 2 "a rule with an error" "${plan[@]}" --rules bad.toml
says "a rule with an error" "bad.toml:2"
printf 'name = "x"\nlayrs = 3\n' >model.toml
expect 2 "a wrong model file" "$ATOLL" plan --model ./model.toml --gpu h100_sxm --gpus 8
says "a wrong model file" "model.toml:2.*layers"

printf 'rows = 1\n[shared]\ngem = 1.0\n' >wrong.toml
expect 2 "constants with a wrong key" "${plan[@]}" --parameters wrong.toml
says "constants with a wrong key" "wrong.toml:3:.*'gemm'"
expect 2 "an unknown family" "${plan[@]}" --family "NeMo 25.05"
says "an unknown family" "NeMo 25.04"
expect 0 "a known family" "${plan[@]}" --family "NeMo 25.04" --json

for target in megatron torchtitan deepspeed; do
    expect 0 "a plan for $target" "${plan[@]}" --space full --emit "$target" --emit-to "for-$target"
    says "a plan for $target" "for-$target"
    expect 0 "the batch script for $target is sound bash" bash -n "for-$target/train.sbatch"
    expect 2 "a second plan into the same folder" "${plan[@]}" --emit "$target" --emit-to "for-$target"
    says "a second plan into the same folder" "for-$target"
done
expect 0 "Megatron-LM's arguments" grep -qx -- '--num-layers 32' for-megatron/arguments.txt
expect 0 "DeepSpeed's file is JSON" "$PYTHON" -c "import json; assert json.load(open('for-deepspeed/ds_config.json'))['train_batch_size'] == 128"
expect 0 "torchtitan's file is TOML" "$PYTHON" -c "import tomllib; assert tomllib.load(open('for-torchtitan/job.toml','rb'))['training']['global_batch_size'] == 128"

expect 0 "why, with stages and pictures" "${plan[@]}" --explain --stages --pictures pictures
says "why, with stages and pictures" "Why plan 1"
says "why, with stages and pictures" "What more of one resource would buy"
says "why, with stages and pictures" "Memory of plan 1's stages"
for picture in memory timeline; do
    expect 0 "$picture.svg is well formed" "$PYTHON" -c "import sys, xml.dom.minidom as x; assert x.parse(sys.argv[1]).documentElement.tagName == 'svg'" "pictures/$picture.svg"
done
expect 0 "stages and gains as JSON" "${plan[@]}" --explain --json
cp out explain.json
expect 0 "the fullest stage is the plan's peak" holds "abs(max(s['total_gib'] for s in a['stages']) - a['plans'][0]['peak_gib']) < 1e-9 and len(a['resource_gains']) == 5" explain.json explain.json
expect 0 "more of anything is never slower" holds "all(g['seconds_after'] <= g['seconds_before'] * (1 + 1e-12) for g in a['resource_gains'])" explain.json explain.json

mixed=("$ATOLL" plan --model llama2-7b --pools h100_sxm:16,a100_sxm:16 --global-batch 64)
expect 0 "two types of GPU" "${mixed[@]}" --json
cp out mixed.json
expect 0 "two types, brute force" "${mixed[@]}" --search brute-force --json
cp out mixed_brute.json
expect 0 "mixed pipelines are bounded as brute force" holds "a['plans'] == b['plans'] and a['even_plans'] == b['even_plans'] and len(a['plans']) == 5" mixed.json mixed_brute.json
expect 0 "every pipeline is accounted for" holds "sum(v for k, v in a['certificate'].items() if k != 'generated') == a['certificate']['generated'] == b['certificate']['generated'] > 1000" mixed.json mixed_brute.json
expect 0 "free splits are no slower than even ones" holds "a['plans'][0]['iteration_seconds'] <= a['even_plans'][0]['iteration_seconds']" mixed.json mixed.json
expect 0 "speed against money" "${mixed[@]}" --prices aws-on-demand --tokens 1e9 --budget-dollars 400 --deadline-hours 3 --json
cp out money.json
expect 0 "no plan of the front beats another" holds "all(p['iteration_seconds'] < q['iteration_seconds'] and p['dollars_per_iteration'] > q['dollars_per_iteration'] for p, q in zip(a['front'], a['front'][1:])) and len(a['front']) > 2" money.json money.json
expect 0 "the fastest of the front is the fastest plan" holds "a['front'][0]['iteration_seconds'] <= b['plans'][0]['iteration_seconds'] * (1 + 1e-12)" money.json mixed.json
expect 0 "speed against money as a table" "${mixed[@]}" --prices aws-on-demand --tokens 1e9 --budget-dollars 1
says "speed against money as a table" "fastest within the budget: none; the cheapest plan takes"
expect 2 "a budget without tokens" "${mixed[@]}" --prices aws-on-demand --budget-dollars 10
says "a budget without tokens" "tokens"
expect 2 "prices that nobody knows" "${mixed[@]}" --prices aws
says "prices that nobody knows" "aws-on-demand"
expect 2 "a type without a price" "$ATOLL" plan --model llama2-7b --pools h100_sxm:8,V100-SXM-32:8 --prices runpod-spot
says "a type without a price" "V100-SXM-32"
expect 2 "pools without counts" "$ATOLL" plan --model llama2-7b --pools h100_sxm,a100_sxm:8
says "pools without counts" "h100_sxm:32"
expect 2 "pools of nothing" "$ATOLL" plan --model llama2-7b --pools h100_sxm:0
says "pools of nothing" "0"
expect 0 "no type alone is faster than the fastest offer" holds "all(p['iteration_seconds'] >= a['front'][0]['iteration_seconds'] for p in a['one_type_plans']) and len(a['one_type_plans']) == 2" money.json money.json
for number in 2 3; do
    expect 0 "two types on $number ranks" ranks "$number" "${mixed[@]:1}" --prices aws-on-demand --tokens 1e9 --budget-dollars 400 --deadline-hours 3 --json
    cp out money_ranks.json
    expect 0 "$number ranks find the same" holds "all(a[k] == b[k] for k in ('plans', 'even_plans', 'front', 'one_type_plans', 'fastest_within_budget', 'cheapest_within_deadline'))" money.json money_ranks.json
    expect 0 "$number ranks account for the same" holds "a['certificate']['generated'] == b['certificate']['generated'] == sum(v for k, v in b['certificate'].items() if k != 'generated') and len(b['split_by_rank']) == $number and sum(b['split_by_rank']) == b['certificate']['split']" money.json money_ranks.json
done
expect 2 "a mistake on two ranks" ranks 2 plan --model llama3-405b --pools h100_sxm:8,a100_sxm:8 --global-batch 16
says "a mistake on two ranks" "memory"
expect 0 "two types with stages, pictures and a run" "${mixed[@]}" --prices aws-on-demand --stages --pictures mixed_pictures --out mixed_run
says "two types with stages, pictures and a run" "milliseconds of a micro-batch"
for picture in memory timeline money; do
    expect 0 "$picture of two types is XML" "$PYTHON" -c "import sys, xml.etree.ElementTree as e; assert e.parse(sys.argv[1]).getroot().tag.endswith('svg')" "mixed_pictures/$picture.svg"
done
expect 0 "interrupted runs" "${mixed[@]}" --prices aws-on-demand --tokens 1e12 --interruption-gpu-hours 5000 --budget-dollars 200000 --explain --json
cp out interrupted.json
expect 0 "interruptions cost time and money" holds "all(p['p90_dollars'] > p['dollars'] > p['dollars_per_iteration'] * 1e12 / (64 * 4096) and p['interruptions'] > 1 for p in a['front'])" interrupted.json interrupted.json
expect 0 "the budget holds for expected dollars" holds "a['fastest_within_budget']['dollars'] <= 200000" interrupted.json interrupted.json
expect 0 "every price and fabric is moved" holds "[m['what'] for m in a['sensitivity']] == ['price of H100-SXM-80', 'fabric of H100-SXM-80', 'price of A100-SXM-80', 'fabric of A100-SXM-80'] and all((m['down'] or 0.3) < 1 < (m['up'] or 3) for m in a['sensitivity'])" interrupted.json interrupted.json
for fabric in "--oversubscription 8" "--rails 1"; do
    # shellcheck disable=SC2086
    expect 0 "a slower fabric ($fabric)" "${mixed[@]}" $fabric --json
    cp out slower.json
    expect 0 "a slower fabric ($fabric) is never faster" holds "b['plans'][0]['iteration_seconds'] > a['plans'][0]['iteration_seconds'] and b['one_type_plans'][0]['iteration_seconds'] >= a['one_type_plans'][0]['iteration_seconds']" mixed.json slower.json
done
expect 2 "a fabric that carries more than is sent" "${mixed[@]}" --oversubscription 0.5
says "a fabric that carries more than is sent" "oversubscription"
expect 2 "interruptions without tokens" "${mixed[@]}" --prices aws-on-demand --interruption-gpu-hours 5000
says "interruptions without tokens" "tokens"
expect 2 "an allocation outside Slurm" env -u SLURM_JOB_ID "$ATOLL" plan --model llama2-7b --from-slurm
says "an allocation outside Slurm" "SLURM_JOB_ID"
expect 2 "mixed plans written for a framework" "${mixed[@]}" --emit megatron
says "mixed plans written for a framework" "one type only"
expect 0 "the archive holds the mixed plans" "$ATOLL" archive ls mixed_run --json
expect 2 "pools that are too small" "$ATOLL" plan --model llama3-405b --pools h100_sxm:8,a100_sxm:8 --global-batch 16
says "pools that are too small" "memory"
finish
