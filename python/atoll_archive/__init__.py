# SPDX-License-Identifier: Apache-2.0
"""Reads an atoll archive: a pandas frame per table, candidates by key, contents by SHA-256."""

import hashlib
import os
import struct

import h5py
import numpy
import pandas

FORMAT_MAJOR = 1  # newer ones are refused


class Archive:
    """One archive.h5, open for reading. Closes with close() or as a context manager."""

    def __init__(self, path):
        path = os.fspath(path)
        if os.path.isdir(path):
            run, path = path, os.path.join(path, "archive.h5")
            if not os.path.exists(path):
                raise FileNotFoundError(f"{path} does not exist: make it with `atoll archive fold {run}`")
        self.file = h5py.File(path, "r")
        self.format = _text(self.file.attrs.get("format", ""))
        if not self.format.split(".")[0].isdigit():
            raise ValueError(f"{path} is not an atoll archive: it has no format")
        if int(self.format.split(".")[0]) > FORMAT_MAJOR:
            raise ValueError(f"{path} is of format {self.format}, this reader knows {FORMAT_MAJOR}.x: update it")
        self._keys = None  # key -> row, made at first use
        self._blobs = None  # sha256 -> (offset, length)

    @property
    def tables(self):
        """Names of the tables, sorted."""
        return sorted(name for name in self.file if name not in ("run", "blobs"))

    @property
    def run(self):
        """What was run, where, and by what."""
        return {name: _text(value) for name, value in self.file["run"].attrs.items()}

    def frame(self, table):
        """The table as a DataFrame; evaluations are indexed by key, "island/step/slot/attempt"."""
        if table not in self.tables:
            raise KeyError(f"no table {table!r}; there are {', '.join(self.tables)}")
        frame = pandas.DataFrame({name: _values(column) for name, column in self.file[table].items()})
        if table == "evaluations":
            frame.index = pandas.Index(self._row_keys(), name="key")
        return frame

    def blob(self, sha256):
        """The content with this SHA-256, given in hexadecimal."""
        if self._blobs is None:
            blobs = self.file["blobs"]
            places = zip(blobs["offset"][:].tolist(), blobs["length"][:].tolist())
            self._blobs = dict(zip(_values(blobs["sha256"]), places))
        if sha256 not in self._blobs:
            raise KeyError(f"no content with SHA-256 {sha256}")
        offset, length = self._blobs[sha256]
        return self.file["blobs/bytes"][offset : offset + length].tobytes()

    def candidate(self, key):
        """The candidate's bytes. `key` is "island/step/slot/attempt" or a tuple of the four."""
        key = key if isinstance(key, str) else "/".join(str(part) for part in key)
        if self._keys is None:
            self._keys = {name: row for row, name in enumerate(self._row_keys())}
        if key not in self._keys:
            raise KeyError(f"no evaluation {key}")
        return self.blob(_text(self.file["evaluations/candidate_sha256"][self._keys[key]]))

    def vector(self, key):
        """The candidate's coordinates, where its genome is "vector"."""
        return numpy.frombuffer(self.candidate(key), dtype="<f8")

    def close(self):
        self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _row_keys(self):
        parts = [self.file["evaluations"][name][:].tolist() for name in ("island", "step", "slot", "attempt")]
        return ["%d/%d/%d/%d" % key for key in zip(*parts)]


def open(path):
    """Opens the archive of a run directory, or an archive.h5 itself."""
    return Archive(path)


def content_hash(path):
    """SHA-256 over what the run found, as `atoll archive hash` prints it; docs/archive-format.md has the bytes."""
    with Archive(path) as archive:
        if "content_toml" not in archive.file["run"].attrs:
            raise ValueError(f"{path} has no content_toml: an older atoll folded it, or its job is not known; fold it again")
        hasher = hashlib.sha256(b"atoll-content-hash/1\n")
        _add_text(hasher, archive.run["content_toml"])
        for table in archive.tables:
            columns = [(name, column) for name, column in sorted(archive.file[table].items())
                       if column.attrs["in_content_hash"]]
            if not columns or len(columns[0][1]) == 0:
                continue
            rows = _used_rows(archive.file[table]) if table == "llm_calls" else slice(None)
            _add_text(hasher, table)
            hasher.update(struct.pack("<QQ", len(columns[0][1][:][rows]), len(columns)))
            for name, column in columns:
                _add_text(hasher, name)
                _add_column(hasher, column[:][rows])
        return hasher.hexdigest()


def _add_text(hasher, text):
    text = text if isinstance(text, bytes) else text.encode("utf-8")
    hasher.update(struct.pack("<Q", len(text)) + text)


def _used_rows(calls):
    """Of several calls for one evaluation, which an interruption leaves, the last."""
    used = numpy.ones(len(calls["island"]), dtype=bool)
    used[:-1] = False
    for name in ("island", "step", "slot"):
        values = calls[name][:]
        used[:-1] |= values[1:] != values[:-1]
    return used


def _add_column(hasher, values):
    if values.dtype.kind == "S":
        hasher.update(b"t")
        for text in values.tolist():
            _add_text(hasher, text)
    elif values.dtype.kind == "f":
        hasher.update(b"r" + values.astype("<f8").view("<u8").tobytes())
    else:
        hasher.update(b"n" + values.astype("<u8").tobytes())


def _text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.item() if isinstance(value, numpy.generic) else value


def _values(column):
    values = column[:]
    return [text.decode("utf-8", "replace") for text in values.tolist()] if values.dtype.kind == "S" else values
