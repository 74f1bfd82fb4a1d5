# SPDX-License-Identifier: Apache-2.0
"""Judges points on a sphere: what they are worth, or which rule they break.

atoll calls verify() in a process of its own, with an instance's bytes and the numbers that the driver returned. It
returns the score, or the score and a dictionary of further numbers.
"""
import numpy

from atoll_verifier import Wrong


def verify(instance: bytes, answer: list):
    n = int(instance)
    if len(answer) != 3 * n:
        raise Wrong("wrong_length", f"expected {n} points, got {len(answer) / 3:g}")
    points = numpy.reshape(answer, (n, 3))
    off = numpy.abs(numpy.linalg.norm(points, axis=1) - 1.0)
    if off.max() > 1e-9:
        raise Wrong("off_the_sphere", f"point {off.argmax()} is off the sphere by {off.max():.3g}")
    nearest = numpy.linalg.norm(points[:, None] - points[None, :], axis=2)[numpy.triu_indices(n, 1)].min()
    return nearest * n**0.5, {"nearest": nearest}
