# SPDX-License-Identifier: Apache-2.0
"""Calls the program. What run() returns is the answer: numbers, in any shape, judged by verifier.py.

It runs in the program's process, so nothing here can be relied on: the verifier checks everything again.
"""


def run(program, instance: bytes):
    return program.construct(int(instance))
