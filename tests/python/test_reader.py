# SPDX-License-Identifier: Apache-2.0
"""The reader on a real archive: python3 test_reader.py ARCHIVE_SAMPLE PYTHON_FOLDER."""

import hashlib
import importlib.util
import math
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SAMPLE, PACKAGE = sys.argv[1:3]
sys.path.insert(0, PACKAGE)
try:
    import h5py
    import numpy
    import pandas  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}; install python3-h5py python3-numpy python3-pandas")
    sys.exit(77)
import atoll_archive


class ReaderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="atoll-python-")
        cls.run_directory = os.path.join(cls.folder, "run")
        subprocess.run([SAMPLE, "write", cls.run_directory], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def open(self):
        archive = atoll_archive.open(self.run_directory)
        self.addCleanup(archive.close)
        return archive

    def verify(self, path):
        done = subprocess.run([SAMPLE, "verify", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stdout + done.stderr

    def copy_of_run(self, name):
        copy = os.path.join(self.folder, name)
        shutil.copytree(self.run_directory, copy)
        return copy

    def test_run_directory_and_file_are_the_same(self):
        with atoll_archive.open(os.path.join(self.run_directory, "archive.h5")) as archive:
            self.assertEqual(archive.tables, ["evaluations", "events", "llm_calls", "metrics", "migrations", "plan_counts", "plans",
                                              "segments"])
            self.assertEqual(archive.tables, self.open().tables)

    def test_evaluations_have_every_column_and_row(self):
        frame = self.open().frame("evaluations")
        self.assertEqual(len(frame), 120)
        expected = set(
            "island step slot attempt parent_1 parent_2 operator genome candidate_sha256 stage instance_set verdict "
            "reason reason_text score_lower score_upper objective_calls origin elapsed_seconds wall_seconds cpu_seconds "
            "peak_bytes rank usd cache_hit".split()
        )
        self.assertEqual(set(frame.columns), expected)
        self.assertEqual(frame.index[4], "2/1/1/0")
        row = frame.loc["2/7/1/0"]
        self.assertEqual(row.parent_1, "2/6/0/0")
        self.assertEqual(row.parent_2, "")
        self.assertEqual(row.operator, "crossover")
        self.assertEqual(row.score_lower, 7.1)
        self.assertEqual(row.score_upper, 7.5)
        self.assertEqual(row.objective_calls, 7)
        self.assertEqual(row.origin, "measured")
        wrong = frame.loc["2/7/2/0"]
        self.assertEqual(wrong.verdict, "wrong")
        self.assertEqual(wrong.reason_text, "r\u00e9sultat ? incorrect")
        self.assertTrue(math.isnan(wrong.score_lower))

    def test_best_candidate_by_pandas_is_its_vector(self):
        archive = self.open()
        frame = archive.frame("evaluations")
        key = frame[frame.verdict == "ok"].score_lower.idxmax()
        self.assertEqual(key, "2/39/1/0")
        numpy.testing.assert_array_equal(archive.vector(key), [39.0, 1.0, 0.1])
        self.assertEqual(archive.candidate((2, 39, 1, 0)), archive.candidate(key))

    def test_blobs_hash_to_their_names(self):
        archive = self.open()
        names = archive.frame("evaluations").candidate_sha256
        self.assertEqual(len(set(names)), 120)
        for name in names:
            self.assertEqual(hashlib.sha256(archive.blob(name)).hexdigest(), name)

    def test_other_tables(self):
        archive = self.open()
        metrics = archive.frame("metrics")
        self.assertEqual(len(metrics), 120)
        self.assertEqual(list(metrics.iloc[0][["key", "name", "value", "unit"]]), ["2/0/0/0", "gap", 0.25, "m"])
        migration = archive.frame("migrations").iloc[0]
        self.assertEqual((migration.epoch, migration.from_island, migration.to_island, migration.to_step), (1, 2, 0, 20))
        self.assertEqual(migration.key, "2/19/1/0")
        self.assertEqual(list(archive.frame("events").name), ["started"])

    def test_run_is_the_provenance(self):
        run = self.open().run
        self.assertEqual(run["problem"], "sample")
        self.assertEqual(run["direction"], "maximize")
        self.assertEqual(run["seed"], 7)
        self.assertEqual(run["slurm_job_id"], 12)
        self.assertEqual(run["hosts"], '["a","b"]')
        self.assertEqual(run["deterministic"], 1)
        self.assertEqual(run["temperature"], 0.5)
        self.assertNotIn("nothing", run)
        self.assertEqual(len(run["job_toml"]), 100022)

    def test_root_and_columns_describe_themselves(self):
        with h5py.File(os.path.join(self.run_directory, "archive.h5"), "r") as file:
            self.assertEqual(file.attrs["format"], b"1.3")
            self.assertEqual(file.attrs["software"], b"atoll")
            self.assertRegex(file.attrs["software_version"].decode(), r"^\d+\.\d+\.\d+")
            self.assertRegex(file.attrs["date"].decode(), r"^\d{4}-\d\d-\d\d")
            for table in file:
                if table == "run":
                    continue
                lengths = set()
                for name, column in file[table].items():
                    self.assertRegex(name, r"^[a-z0-9_]+$")
                    for attribute in ("unit", "description", "in_content_hash"):
                        self.assertIn(attribute, column.attrs, f"{table}/{name}")
                    self.assertEqual(column.compression, "gzip")
                    if name != "bytes":
                        lengths.add(len(column))
                self.assertEqual(len(lengths), 1, table)
            self.assertEqual(file["evaluations/score_lower"].attrs["in_content_hash"], 1)
            self.assertEqual(file["evaluations/wall_seconds"].attrs["in_content_hash"], 0)
            self.assertEqual(file["evaluations/wall_seconds"].attrs["unit"], b"s")

    def test_content_hash_is_the_one_of_the_program(self):
        empty = os.path.join(self.folder, "empty_hash")
        subprocess.run([SAMPLE, "write-empty", empty], check=True)
        hashes = set()
        for run in (self.run_directory, empty):
            done = subprocess.run([SAMPLE, "hash", run], check=True, stdout=subprocess.PIPE, text=True)
            self.assertEqual(atoll_archive.content_hash(run), done.stdout.strip())
            hashes.add(done.stdout)
        self.assertEqual(len(hashes), 2)

    def test_content_hash_moves_with_covered_columns_only(self):
        covered = {
            "evaluations": "island step slot attempt parent_1 parent_2 operator candidate_sha256 verdict reason score_lower "
                           "score_upper".split(),
            "llm_calls": "island step slot request_sha256 occurrence reply_sha256".split(),
            "plans": "place strategy tensor pipeline data context expert virtual_stages micro_batch schedule recompute zero_stage "
                     "switches iteration_seconds tokens_per_second peak_gib out_of_memory_probability origin".split(),
            "migrations": "epoch from_island to_island to_step key".split(),
        }
        before = atoll_archive.content_hash(self.run_directory)
        copy = os.path.join(self.folder, "changed.h5")
        with self.open() as archive:
            columns = [(table, name) for table in archive.tables for name in archive.file[table]]
        for table, name in columns:
            shutil.copy(os.path.join(self.run_directory, "archive.h5"), copy)
            with h5py.File(copy, "r+") as file:
                column = file[table][name]
                row = len(column) - 1
                column[row] = b"?" if column.dtype.kind == "S" else column[row] + 1
                if name.startswith("score"):
                    column[row - 1] = numpy.nextafter(column[row - 1], 99)
            moved = atoll_archive.content_hash(copy) != before
            self.assertEqual(moved, name in covered.get(table, []), f"{table}/{name}")
        shutil.copy(os.path.join(self.run_directory, "archive.h5"), copy)
        with h5py.File(copy, "r+") as file:
            self.assertEqual(file["run"].attrs["content_toml"], b'problem = "sample"\n')
            file["run"].attrs["content_toml"] = numpy.bytes_(b'problem = "other"\n')
        self.assertNotEqual(atoll_archive.content_hash(copy), before)
        with h5py.File(copy, "r+") as file:
            del file["run"].attrs["content_toml"]
        with self.assertRaisesRegex(ValueError, "fold it again"):
            atoll_archive.content_hash(copy)

    def test_wrong_names_say_so(self):
        archive = self.open()
        with self.assertRaisesRegex(KeyError, "evaluations, events"):
            archive.frame("evaluation")
        with self.assertRaisesRegex(KeyError, "9/9/9/9"):
            archive.candidate("9/9/9/9")
        with self.assertRaises(KeyError):
            archive.blob("00")

    def test_a_run_without_archive_says_how_to_make_it(self):
        copy = self.copy_of_run("unfolded")
        os.remove(os.path.join(copy, "archive.h5"))
        with self.assertRaisesRegex(FileNotFoundError, "atoll archive fold"):
            atoll_archive.open(copy)

    def test_an_empty_run_reads_as_empty_frames(self):
        empty = os.path.join(self.folder, "empty")
        subprocess.run([SAMPLE, "write-empty", empty], check=True)
        with atoll_archive.open(empty) as archive:
            for table in archive.tables:
                self.assertEqual(len(archive.frame(table)), 1 if table == "segments" else 0, table)
        self.assertEqual(self.verify(empty)[0], 0)

    def test_a_newer_format_is_refused_by_both_readers(self):
        copy = self.copy_of_run("newer")
        with h5py.File(os.path.join(copy, "archive.h5"), "r+") as file:
            file.attrs["format"] = numpy.bytes_("2.0")
        with self.assertRaisesRegex(ValueError, "format 2.0"):
            atoll_archive.open(copy)
        code, said = self.verify(copy)
        self.assertEqual(code, 4)
        self.assertIn("2.0", said)

    def test_verify_finds_changed_values_and_changed_contents(self):
        self.assertEqual(self.verify(self.run_directory), (0, "current\n"))

        copy = self.copy_of_run("changed_value")
        with h5py.File(os.path.join(copy, "archive.h5"), "r+") as file:
            file["evaluations/score_lower"][49] += 1e-12
        code, said = self.verify(copy)
        self.assertEqual(code, 6)
        self.assertIn("evaluations/score_lower differs in row 49", said)

        copy = self.copy_of_run("changed_content")
        with h5py.File(os.path.join(copy, "archive.h5"), "r+") as file:
            file["blobs/bytes"][100] ^= 1
        code, said = self.verify(copy)
        self.assertEqual(code, 6)
        self.assertIn("has another SHA-256", said)

        copy = self.copy_of_run("lost_column")
        with h5py.File(os.path.join(copy, "archive.h5"), "r+") as file:
            del file["evaluations/verdict"]
        self.assertEqual(self.verify(copy)[0], 6)

    def test_installs_from_its_folder(self):
        for needed in ("pip", "setuptools", "wheel"):
            if importlib.util.find_spec(needed) is None:
                self.skipTest(f"there is no {needed}")
        source = os.path.join(self.folder, "source")
        target = os.path.join(self.folder, "target")
        shutil.copytree(PACKAGE, source)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--no-index",
                   "--disable-pip-version-check", "--target", target, source]
        subprocess.run(command, check=True, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"})
        probe = "import atoll_archive, sys; print(len(atoll_archive.open(sys.argv[1]).frame('evaluations')))"
        done = subprocess.run([sys.executable, "-c", probe, self.run_directory], check=True, text=True, cwd=self.folder,
                              stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": target})
        self.assertEqual(done.stdout.strip(), "120")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
