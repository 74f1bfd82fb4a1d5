# SPDX-License-Identifier: Apache-2.0
"""Takes what a candidate's run_packing() returns and leaves 26 rows x, y, r.

The forms are those of OpenEvolve's and ShinkaEvolve's examples, (centers, radii, ...), or rows x, y, r. What a program
says its sum of radii is, is not looked at.
"""
import numpy


class NoFunction(Exception):
    pass


class NoNumbers(Exception):
    pass


def rows_of(answer):
    if isinstance(answer, (tuple, list)) and len(answer) >= 2 and numpy.ndim(answer[0]) == 2:
        centers = numpy.asarray(answer[0], dtype="<f8")
        radii = numpy.asarray(answer[1], dtype="<f8").reshape(-1, 1)
        return numpy.hstack((centers, radii))
    return numpy.asarray(answer, dtype="<f8")


def result_of(module):
    function = getattr(module, "run_packing", None)
    if not callable(function):
        raise NoFunction("the program defines no function run_packing()")
    answer = function()
    try:
        rows = rows_of(answer)
    except (TypeError, ValueError) as error:
        raise NoNumbers("run_packing() must return centers and radii, or rows x, y, r: %s" % error) from None
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise NoNumbers("run_packing() must return centers and radii, or rows x, y, r, not shape %s" % (rows.shape,))
    return numpy.ascontiguousarray(rows, dtype="<f8").tobytes()
