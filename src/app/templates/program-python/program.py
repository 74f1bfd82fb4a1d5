# SPDX-License-Identifier: Apache-2.0
"""Points on a sphere along a spiral from pole to pole."""
import numpy


def construct(n):
    # EVOLVE-BLOCK-START
    offset = 0.2
    turn = 2.3
    i = numpy.arange(n)
    z = 1.0 - 2.0 * (i + offset) / (n - 1.0 + 2.0 * offset)
    angle = turn * i
    # EVOLVE-BLOCK-END
    z = numpy.clip(z, -1.0, 1.0)
    radius = numpy.sqrt(1.0 - z * z)
    return numpy.column_stack((radius * numpy.cos(angle), radius * numpy.sin(angle), z))
