// SPDX-License-Identifier: Apache-2.0
// Tests of what a verdict keeps of compilers' and Python's words.
#include "evolve/genomes/failure_detail.hpp"

#include <gtest/gtest.h>

namespace atl::evolve {
namespace {

TEST(FailureDetail, FurtherErrorsFollowTheFirst) {
    EXPECT_EQ(with_diagnostics("p.cpp:2: error: 'x'",
                               "p.cpp: In function 'f':\np.cpp:2: error: \xE2\x80\x98x\xE2\x80\x99\n"
                               "    2 | x;\n      | ^\np.cpp:3: error: y\n"),
              "p.cpp:2: error: 'x'\n    2 | x;\n      | ^\np.cpp:3: error: y");
    EXPECT_EQ(with_diagnostics("no such file", "cannot open it\n"), "no such file");
}

TEST(FailureDetail, TheLinkersTemporaryFilesAndFoldersAreNotNamed) {
    EXPECT_EQ(with_diagnostics(
                  "p.cpp:(.text+0x1): undefined reference to `h'",
                  "/usr/bin/ld: /scratch/ccXYVAEc.o: in function `f':\np.cpp:(.text+0x1): undefined reference "
                  "to `h'\n/usr/bin/ld: /scratch/ccXYVAEc.o: in function `g':\ncollect2: error: ld returned 1\n"),
              "p.cpp:(.text+0x1): undefined reference to `h'\nld: program.o: in function `g':");
}

TEST(FailureDetail, IsBounded) {
    std::string said = "p.cpp:1: error: x\n";
    for (int i = 0; i < 1000; ++i) said += std::string(500, 'y') + "\n";
    const std::string text = with_diagnostics("p.cpp:1: error: x", said);
    EXPECT_GT(text.size(), 1000U);
    EXPECT_LE(text.size(), 20 + failure_detail_bytes);
}

TEST(FailureDetail, TheExceptionComesFirstWhateverTheProgramPrinted) {
    EXPECT_EQ(with_traceback("hello",
                             "Traceback (most recent call last):\n  File \"program.py\", line 6, in run\n"
                             "    return inner()\nValueError: no: value\nhello\n"),
              "ValueError: no: value\n  File \"program.py\", line 6, in run\n    return inner()");
    EXPECT_EQ(with_traceback("SyntaxError: x", "  File \"program.py\", line 1\n    def\n       ^\nSyntaxError: x\n"),
              "SyntaxError: x\n  File \"program.py\", line 1\n    def\n       ^");
    EXPECT_EQ(with_traceback("ended by SIGSEGV", "hello\n"), "ended by SIGSEGV");
}

}  // namespace
}  // namespace atl::evolve
