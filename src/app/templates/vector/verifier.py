# SPDX-License-Identifier: Apache-2.0
"""Judges points on a disc: what they are worth, or which rule they break.

atoll calls verify() in a process of its own. It gets an instance's bytes (none here: the job names no instances) and
the candidate's coordinates, and returns the score, or the score and a dictionary of further numbers.
"""
import math

from atoll_verifier import Wrong


def verify(instance: bytes, answer: list):
    points = list(zip(answer[0::2], answer[1::2]))
    for i, (x, y) in enumerate(points):
        if x * x + y * y > 1.0:
            raise Wrong("outside", f"point {i} lies outside the disc")
    distances = [math.dist(p, q) for i, p in enumerate(points) for q in points[:i]]
    return min(distances), {"mean_distance": sum(distances) / len(distances)}
