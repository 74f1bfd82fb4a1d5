#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of docs/failure-model.md: what can fail, what is promised, which test shows it, and what the long form last came to.

Usage: table.py write                       writes the table between its marks
       table.py check [CTEST_FOLDER]        fails when it is not as written; with a build folder, when a test is not there
       table.py record PART FAILED SECONDS  reads a part's output and adds its result to results.jsonl.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
REPOSITORY = FOLDER.parent.parent
RESULTS = FOLDER / "results.jsonl"
DOCUMENT = REPOSITORY / "docs/failure-model.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

# (failure, promise, tests, part of run.sh or None where the test is the whole of it)
ROWS = [
    ("All ranks killed at once (`kill -9`)",
     "nothing acknowledged is lost or recorded twice, `archive.h5` opens at once, `resume` goes on",
     ["faults.kill_all_ranks"], "kill_all"),
    ("One rank killed", "the same, and the job ends", ["faults.kill_one_rank"], "kill_one"),
    ("A rank is lost or hangs under mpirun", "the supervisor (`--restarts N`) names it and goes on; without one the job ends",
     ["cli.supervisor", "mpi.one_failing_rank_ends_the_job"], None),
    ("A signal, `atoll stop`, the end of the walltime",
     "no new evaluations, those in flight finished or dropped by the time left, all synced, exit code 75",
     ["cli.stop", "cli.stop_and_resume", "cli.slow_evaluations"], None),
    ("A system call fails once: write, fsync, rename, close, open, ftruncate, mkdir",
     "exit code 0, 5 or 75 with one message; nothing acknowledged is lost; `resume` reaches the end",
     ["faults.nth_write", "faults.nth_fsync", "faults.nth_rename", "faults.nth_close", "faults.nth_open",
      "faults.nth_write_of_fold", "faults.nth_truncate_of_fold"], "nth_call"),
    ("The disk is full from some write on", "the run waits, says so, and goes on when space is freed; nothing acknowledged is lost",
     ["faults.disk_full_from_the_nth_write", "cli.disk_full"], "disk_full"),
    ("A deterministic run interrupted: killed, signalled, stopped; resumed on 1, 2, 3 or 7 ranks",
     "`atoll archive hash` is that of the uninterrupted run", ["faults.interruptions"], "interruptions"),
    ("Two processes want one run directory; a writer is stopped, its run taken over, the writer continued",
     "one has it, the other exits with 3 and names the holder; a dead holder's run is taken over at once; the old writer "
     "commits nothing more", ["faults.two_writers", "faults.stopped_writer"], "two_writers"),
    ("A journal cut at any byte, any bit flipped, any stretch overwritten",
     "a cut end is a note; other damage is reported (exit code 6); all other records are read, none is read wrong",
     ["journal.Damage.CutAtEveryByteLeavesACleanBeginningAndANote",
      "journal.Damage.AnyFlippedBitIsReportedAndAllOtherRecordsAreKept",
      "journal.Damage.OverwrittenStretchesNeverMakeAWrongRecord"], None),
    ("A snapshot of an island damaged behind a right checksum", "refused, or the island goes on from other numbers",
     ["evolve.SnapshotDamage.CutAtAnyByteItIsRefused",
      "evolve.SnapshotDamage.WithAnyBitFlippedItIsRefusedOrTheIslandGoesOn"], None),
    ("`archive.h5` cut or with bits flipped",
     "`verify` says so, or it reads as before; HDF5 dying of it is an answer, too; `fold` makes it anew",
     ["faults.damaged_archive"], "damaged_archive"),
    ("Files of an older or a newer version", "older ones are read for ever; a newer MAJOR is refused with exit code 4",
     ["golden.1.0", "golden.1.1"], None),
    ("Slurm signals, requeues or cancels the job; a rank, `srun`, the supervisor or a daemon of Slurm is killed",
     "the job is requeued and goes on from its journals until done", ["slurm.requeue", "slurm.stop", "slurm.lost"], "slurm"),
    ("Any bytes at all as journal, archive, job file, candidate, message or JSON", "read or refused with a message",
     ["fuzz.fuzz_archive", "fuzz.fuzz_candidate", "fuzz.fuzz_journal", "fuzz.fuzz_json", "fuzz.fuzz_messages",
      "fuzz.fuzz_toml"], "fuzz"),
    ("A rank or the launcher killed, or a rank suspended, under `--restarts`",
     "the job is gone within 30 s, one line names rank, host and signal, the run goes on by itself, no process is left",
     ["cli.supervisor"], None),
    ("A Slurm job: signals, requeueing, its time limit; rank, srun, supervisor or slurmstepd killed",
     "nothing acknowledged is lost or recorded twice; the job, its next life or the next job of a chain goes on until done",
     ["slurm.requeue", "slurm.stop", "slurm.lost"], "slurm"),
]


def results():
    """The last result of each part."""
    lines = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []
    return {result["part"]: result for result in map(json.loads, lines)}


def table():
    last = results()
    lines = ["| failure | promise | tested by | long form and what it last came to |", "|---|---|---|---|"]
    for failure, promise, tests, part in ROWS:
        long_form = "the test is the whole of it"
        if part is not None:
            result = last.get(part)
            came_to = f"{result['text']} ({result['date']}, {result['commit']})" if result else "not run yet"
            long_form = f"`run.sh {part}`: {came_to}"
        lines.append(f"| {failure} | {promise} | {', '.join(f'`{test}`' for test in tests)} | {long_form} |")
    return "\n".join(lines) + "\n"


def document_with_table():
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def known_tests(folder):
    listed = subprocess.run(["ctest", "--test-dir", folder, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^ *Test +#\d+: (\S+)", listed, re.M))


def check(folder):
    errors = []
    if document_with_table() != DOCUMENT.read_text(encoding="utf-8"):
        errors.append(f"{DOCUMENT.name}: the table is not what bench/reliability/run.sh table writes")
    if folder is not None:
        known = known_tests(folder)
        errors += [f"{DOCUMENT.name}: there is no test {test}" for row in ROWS for test in row[2] if test not in known]
    for error in errors:
        print(error)
    return 1 if errors else 0


def record(part, failed, seconds):
    said = [line.strip() for line in sys.stdin if line.strip()]
    text = next((line for line in reversed(said) if not re.match(r"\d+ checks passed", line)), "")
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=REPOSITORY, capture_output=True, text=True,
                            check=True).stdout.strip()
    result = {"part": part, "failed": failed, "seconds": seconds, "commit": commit,
              "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"), "text": ("FAILED: " if failed else "") + text}
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")
    return 0


def main():
    words = sys.argv[1:]
    if words == ["write"]:
        DOCUMENT.write_text(document_with_table(), encoding="utf-8")
        return 0
    if words[:1] == ["check"] and len(words) <= 2:
        return check(words[1] if len(words) == 2 else None)
    if words[:1] == ["record"] and len(words) == 4:
        return record(words[1], int(words[2]), int(words[3]))
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
