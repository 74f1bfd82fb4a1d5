# SPDX-License-Identifier: Apache-2.0
"""tools/check_layers.py refuses includes that go up, sideways, into private headers or to another module's library."""

import unittest

from small_tree import SmallTreeTest, source

CHECK = "check_layers.py"


class LayersTest(SmallTreeTest):
    def setUp(self):
        super().setUp()
        self.write("tools/layers.txt", "# from the top\napp\nevolve plan\narchive\nllm device transport\ncore\n")

    def test_includes_that_go_down_pass(self):
        self.write("include/atoll/app/job.hpp", source('#include "atoll/core/ids.hpp"', "#include <vector>"))
        self.write("src/app/job.cpp", source('#include "atoll/app/job.hpp"', '#include "app/own.hpp"', "#include <fmt/format.h>"))
        self.write("src/transport/mpi.cpp", source("#include <mpi.h>"))
        self.write("tests/core/x_test.cpp", source("#include <mpi.h>", '#include "atoll/app/job.hpp"'))
        self.assert_passes(CHECK)

    def test_an_include_that_goes_up_fails(self):
        self.write("src/core/ids.cpp", source("", '#  include "atoll/app/job.hpp"'))
        self.assert_refuses(CHECK, "src/core/ids.cpp:4: 'core' may not include 'atoll/app/job.hpp'")

    def test_a_neighbour_on_the_same_line_fails(self):
        self.write("include/atoll/plan/x.hpp", source("#include <atoll/evolve/y.hpp>"))
        self.assert_refuses(CHECK, "'plan' may not include 'atoll/evolve/y.hpp'")

    def test_a_private_header_of_a_lower_module_fails(self):
        self.write("src/app/x.cpp", source('#include "core/toml.hpp"'))
        self.assert_refuses(CHECK, "'core/toml.hpp' is private to 'core'")

    def test_a_public_header_that_shows_a_private_one_fails(self):
        self.write("include/atoll/core/x.hpp", source('#include "core/toml.hpp"'))
        self.assert_refuses(CHECK, "may not include the private 'core/toml.hpp'")

    def test_an_unknown_module_fails(self):
        self.write("src/extra/x.cpp", source())
        self.assert_refuses(CHECK, "module 'extra' is not in tools/layers.txt")
        self.write("src/app/x.cpp", source('#include "atoll/other/x.hpp"'))
        self.assert_refuses(CHECK, "module 'other' is not in tools/layers.txt")

    def test_another_modules_library_fails(self):
        for header, owner in [
            ("mpi.h", "transport"), ("hdf5.h", "archive"), ("H5Ipublic.h", "archive"), ("zlib.h", "archive, core"), ("curl/curl.h", "llm"),
            ("cuda.h", "device"), ("cuda_runtime.h", "device"), ("nccl.h", "device"), ("nvml.h", "device"),
            ("nlopt.h", "optimize"), ("CLI/CLI.hpp", "cli"), ("toml++/toml.h", "core"),
            ("nlohmann/json.hpp", "core"), ("spdlog/logger.h", "core"),
        ]:
            with self.subTest(header=header):
                self.write("src/evolve/x.cpp", source(f"#include <{header}>"))
                self.assert_refuses(CHECK, f"('{header}') is only for {owner}, not for 'evolve'")

    def test_hdf5_beside_the_modules_is_for_bench_alone(self):
        self.write("bench/x.cpp", source("#include <hdf5.h>"))
        self.assert_passes(CHECK)
        self.write("tests/archive/x_test.cpp", source("#include <hdf5.h>"))
        self.assert_refuses(CHECK, "HDF5 ('hdf5.h') is not for tests")

    def test_a_library_in_a_public_header_fails_even_in_its_own_module(self):
        self.write("include/atoll/transport/x.hpp", source("#include <mpi.h>"))
        self.assert_refuses(CHECK, "a public header may not include MPI")

    def test_a_third_file_that_includes_a_slow_library_fails(self):
        for name in "ab":
            self.write(f"src/core/{name}.cpp", source("#include <nlohmann/json.hpp>"))
        self.assert_passes(CHECK)
        self.write("src/core/c.cpp", source("#include <nlohmann/json.hpp>"))
        self.assert_refuses(CHECK, "nlohmann-json is included by 3 files, at most 2 may")

    def test_a_slow_library_in_a_private_header_fails(self):
        self.write("src/core/x.hpp", source("#include <toml++/toml.h>"))
        self.assert_refuses(CHECK, "toml++ ('toml++/toml.h') is slow to compile: include it in a .cpp file")


if __name__ == "__main__":
    unittest.main()
