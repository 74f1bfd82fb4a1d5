# SPDX-License-Identifier: Apache-2.0
"""Runs one command and meters all of its processes: wall and CPU seconds, peak memory."""

import ctypes
import os
import signal
import subprocess
import time

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.1
PATIENCE_SECONDS = 10.0  # with processes that outlive the command


def adopt_orphans():
    """Makes this process the parent of descendants whose own has ended, so that their CPU time is counted, too."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def descendants(spared):
    """{process id: resident bytes} of all processes below this one, but for those of `spared`."""
    children, resident = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(") ")[2].split()
        except OSError:  # it has ended
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
        resident[int(name)] = int(fields[21]) * PAGE_BYTES
    found, ahead = {}, [os.getpid()]
    while ahead:
        below = [process for process in children.get(ahead.pop(), []) if process not in spared]
        found.update((process, resident[process]) for process in below)
        ahead += below
    return found


def signal_all(processes, number):
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def reap(spared):
    """[(process id, exit code, CPU seconds, peak bytes)] of children that have ended; the CPU time of theirs is in it."""
    ended = []
    for process in descendants(spared):
        try:
            got, status, usage = os.wait4(process, os.WNOHANG)
        except ChildProcessError:  # the child of another, who waits for it
            continue
        if got:
            code = os.waitstatus_to_exitcode(status)
            ended.append((got, code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024))
    return ended


def run(command, folder, environment, limit_seconds, spared):
    """Runs `command` in `folder`, its output to `folder`/output. After the limit all its processes are killed."""
    begin = time.monotonic()
    result = {"cpu_seconds": 0.0, "peak_rss_mib": 0.0, "peak_processes": 0, "exit_code": None, "in_time": True}
    with open(folder / "output", "wb") as output:
        child = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                 stderr=subprocess.STDOUT, start_new_session=True)
    ended_at = None
    while True:
        alive = descendants(spared)
        result["peak_rss_mib"] = max(result["peak_rss_mib"], sum(alive.values()) / 2**20)
        result["peak_processes"] = max(result["peak_processes"], len(alive))
        for process, code, cpu_seconds, peak_bytes in reap(spared):
            result["cpu_seconds"] += cpu_seconds
            result["peak_rss_mib"] = max(result["peak_rss_mib"], peak_bytes / 2**20)
            if process == child.pid:
                child.returncode = result["exit_code"] = code
                ended_at = time.monotonic()
                result["wall_seconds"] = ended_at - begin
        if ended_at is not None and not descendants(spared):
            return result
        now = time.monotonic()
        if ended_at is None and now - begin > limit_seconds:
            result["in_time"] = False
            signal_all(alive, signal.SIGKILL)
        elif ended_at is not None and now - ended_at > PATIENCE_SECONDS:
            signal_all(alive, signal.SIGKILL)
        time.sleep(SAMPLE_SECONDS)
