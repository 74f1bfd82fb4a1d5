# SPDX-License-Identifier: Apache-2.0
"""Makes a copy of a run look newer: newer.py journal|snapshot RUN raises a version and mends the checksums over it."""

import pathlib
import struct
import sys

PREAMBLE, FRAME_HEADER, SNAPSHOT = 16, 9, 5


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 & -(crc & 1))
    return crc ^ 0xFFFFFFFF


def raise_journal(segment):
    """MAJOR of the preamble becomes 2."""
    head = segment[:8] + struct.pack("<HH", 2, 0)
    return head + struct.pack("<I", crc32c(head)) + segment[PREAMBLE:]


def skip_varint(payload, at):
    while payload[at] & 0x80:
        at += 1
    return at + 1


def raise_snapshots(segment):
    """The version each island's state begins with becomes 99."""
    out, at, found = bytearray(segment), PREAMBLE, 0
    while at + FRAME_HEADER <= len(segment):
        length, _, kind = struct.unpack_from("<IIB", segment, at)
        if kind == SNAPSHOT:
            state = at + FRAME_HEADER
            for _ in range(3):  # island, step, length of the state
                state = skip_varint(out, state)
            out[state : state + 4] = struct.pack("<I", 99)
            place = struct.pack("<QI", at, length)
            struct.pack_into("<I", out, at + 4, crc32c(out[at + 8 : at + FRAME_HEADER + length], crc32c(place)))
            found += 1
        at += FRAME_HEADER + length
    return bytes(out), found


def main():
    what, run = sys.argv[1:]
    segments = sorted(pathlib.Path(run, "journal").glob("*.atj"))
    if what == "journal":
        segments[-1].write_bytes(raise_journal(segments[-1].read_bytes()))
        return
    total = 0
    for path in segments:
        changed, found = raise_snapshots(path.read_bytes())
        path.write_bytes(changed)
        total += found
    assert total > 0, "the run has no snapshot"


main()
