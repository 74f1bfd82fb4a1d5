# SPDX-License-Identifier: Apache-2.0
"""Calls a user's driver in the candidate's process: its text, driver_text, stands in front of this one."""
import array

try:
    import numpy
except ImportError:
    numpy = None


class NoFunction(Exception):
    pass


class NoNumbers(Exception):
    pass


def numbers_of(answer):
    try:
        return numpy.ascontiguousarray(answer, dtype="<f8").ravel() if numpy else array.array("d", answer)
    except (TypeError, ValueError) as error:
        raise NoNumbers("the driver's run() must return numbers: %s" % error) from None


def result_of(module, given=None):
    try:
        with open("input", "rb") as file:
            given = file.read()
    except FileNotFoundError:
        given = b""  # an instance of no bytes
    names = {"__name__": "driver"}
    exec(compile(driver_text, "driver.py", "exec"), names)
    try:
        answer = names["run"](module, given)
    except AttributeError as error:
        if getattr(error, "obj", None) is not module:
            raise
        raise NoFunction("the program defines no '%s'" % error.name) from None
    return numbers_of(answer).tobytes()
