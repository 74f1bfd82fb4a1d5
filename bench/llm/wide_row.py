# SPDX-License-Identifier: Apache-2.0
"""One line of bench/llm/wide.sh: rates from the archive's own times, between the first reply and the last."""

import json
import sys

import h5py
import numpy

folder, name, latency, width, evaluations, load = sys.argv[1:]
with h5py.File(f"{folder}/run/archive.h5") as archive:
    calls = archive["llm_calls"]
    times = numpy.sort(calls["elapsed_seconds"][:][calls["status"][:] == b"ok"])[-int(evaluations):]
ideal = float(width) / float(latency)


def rate(part):
    """Replies a second; the first `width` come one latency after the first question, and end the count's beginning."""
    return (len(part) - 1) / (part[-1] - part[0])


# Whole rounds of `width` replies, so that neither end of the count lies inside a burst.
rounds = len(times) // int(width)
ends = times[int(width) - 1 : rounds * int(width) : int(width)]
overall = (len(ends) - 1) * int(width) / (ends[-1] - ends[0])
quarter = len(times) // 4
user, system, rss = map(float, open(f"{folder}/time").read().split()[-3:])
mock = json.load(open(f"{folder}/mock.json"))
print("\t".join([name, latency, width, evaluations, f"{overall:.1f}", f"{overall / ideal:.1%}",
                 f"{rate(times[:quarter]):.1f}", f"{rate(times[-quarter:]):.1f}",
                 f"{(user + system) / int(evaluations) * 1e3:.2f}", f"{rss / 1024:.0f}", f"{mock['cpu_seconds']:.2f}", load]))
