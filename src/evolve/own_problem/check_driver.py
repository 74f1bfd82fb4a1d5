# SPDX-License-Identifier: Apache-2.0
"""Looks whether a user's driver can be read at all, with the driver in the place of a candidate."""


class NoFunction(Exception):
    pass


def result_of(module, given=None):
    if not callable(getattr(module, "run", None)):
        raise NoFunction("it defines no function run(program, instance)")
    return b""
