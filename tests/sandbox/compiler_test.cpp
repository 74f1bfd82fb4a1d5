// SPDX-License-Identifier: Apache-2.0
// Candidates become executables once per content, whoever asks; errors are verdicts with a line.
#include "atoll/sandbox/compiler.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "atoll/core/error.hpp"
#include "sandbox/compiling.hpp"
#include "sandbox/processes.hpp"

namespace atl::sandbox {
namespace {

const std::string identity = "double value(double x) { return x; }";

class CompilerTest : public ::testing::Test {
protected:
    std::unique_ptr<Compiler> compiler() { return std::make_unique<Compiler>(warden_, options_); }

    TemporaryFolder folder_;
    std::filesystem::path cache_ = folder_.path() / "cache";
    CompilerOptions options_ = test_compiler(cache_);
    std::shared_ptr<Warden> warden_ = native_warden();
};

TEST_F(CompilerTest, TheSameContentIsCompiledOnce) {
    const auto first = compiler();
    const Compilation made = first->compile(candidate(identity));
    ASSERT_TRUE(made.verdict.ok()) << made.diagnostics;
    EXPECT_FALSE(made.cached);
    EXPECT_GT(made.seconds, 0);
    const Compilation again = first->compile(candidate(identity));
    EXPECT_TRUE(again.cached);
    EXPECT_EQ(again.executable, made.executable) << "from memory: not even copied";
    const Compilation other_rank = compiler()->compile(candidate(identity));
    EXPECT_TRUE(other_rank.cached);
    EXPECT_EQ(*other_rank.executable, *made.executable);
    EXPECT_FALSE(first->compile(candidate(identity + " ")).cached);
    options_.flags[1] = "-O1";
    EXPECT_FALSE(compiler()->compile(candidate(identity)).cached) << "other flags, another program";
}

TEST_F(CompilerTest, CompilationIsTheSameBytesEachTime) {
    options_.cache_folder.clear();
    const std::string text = "#include <vector>\ndouble value(double x) { return std::vector<double>(3, x)[1]; }";
    const Compilation first = compiler()->compile(candidate(text)), second = compiler()->compile(candidate(text));
    ASSERT_TRUE(first.verdict.ok()) << first.diagnostics;
    EXPECT_FALSE(second.cached);
    EXPECT_EQ(*first.executable, *second.executable);
}

TEST_F(CompilerTest, SeveralFilesMakeOneProgram) {
    const auto made =
        compiler()->compile({{"a.cpp", "#include \"b.hpp\"\ndouble value(double x) { return f(x); }", false},
                             {"b.hpp", "double f(double);", false},
                             {"b.cpp", "#include \"b.hpp\"\ndouble f(double x) { return exp(x); }", false}});
    EXPECT_TRUE(made.verdict.ok()) << made.diagnostics;
}

TEST_F(CompilerTest, TheStandardLibraryMayStandBesideTheHeaderOfCandidates) {
    const auto made = compiler()->compile(candidate(
        "#include <algorithm>\n#include <cmath>\n#include <cstdlib>\n#include <vector>\nusing namespace std;\n"
        "double value(double x) { vector<double> v{x, abs(x), max(x, 1.0), sqrt(x), isnan(x) ? INFINITY : M_PI};\n"
        "  return *min_element(v.begin(), v.end()) + std::max<double>(1, x) + std::abs(-3) + std::pow(x, 2); }"));
    EXPECT_TRUE(made.verdict.ok()) << made.diagnostics;
}

TEST_F(CompilerTest, AnErrorNamesItsFirstLineAndIsKept) {
    const auto first = compiler();
    const Compilation made = first->compile(candidate("double value(double x) { return y; }\nint z = w;"));
    EXPECT_EQ(made.verdict.kind, VerdictKind::compile_error);
    EXPECT_EQ(made.verdict.reason, "compiler");
    EXPECT_EQ(made.verdict.text, "program.cpp:1:33: error: 'y' was not declared in this scope");
    EXPECT_FALSE(made.executable);
    const Compilation again = compiler()->compile(candidate("double value(double x) { return y; }\nint z = w;"));
    EXPECT_TRUE(again.cached);
    EXPECT_EQ(again.verdict, made.verdict);
    EXPECT_EQ(again.diagnostics, made.diagnostics);
    const Compilation absent = first->compile(candidate("double other(double x) { return x; }"));
    EXPECT_EQ(absent.verdict.kind, VerdictKind::compile_error);
    EXPECT_NE(absent.verdict.text.find("undefined reference to `value(double)'"), std::string::npos)
        << absent.verdict.text;
}

TEST_F(CompilerTest, ACandidateCanNotTakeThePlaceOfTheRunner) {
    const auto own = compiler();
    EXPECT_EQ(own->compile(candidate(identity + "\nint main() {}")).verdict.kind, VerdictKind::compile_error);
    for (const char* name :
         {"result", "atoll_fixed.o", "atoll_program.hpp", "../x.cpp", ".x.cpp", "-x.cpp", "a b.cpp"}) {
        const Compilation made = own->compile({{"program.cpp", identity, false}, {name, "", false}});
        EXPECT_EQ(made.verdict.reason, "file_name") << name;
    }
    EXPECT_EQ(own->compile({{"a.cpp", "", false}, {"a.cpp", "", false}}).verdict.reason, "file_name");
    EXPECT_EQ(own->compile({{"a.hpp", "", false}}).verdict.reason, "no_source");
    EXPECT_EQ(own->compile(std::vector<ProgramFile>(30)).verdict.reason, "too_many_files");
}

TEST_F(CompilerTest, WhatTheMachineMayBeToBlameForIsNotKept) {
    const std::string bomb =
        "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(A(A(A(A(A(x))))))))\nconst char* s = B(\"xxxx\");\n";
    compiler();
    options_.limits.wall_seconds = 0.5;
    const auto hurried = compiler();
    EXPECT_EQ(hurried->compile(candidate(bomb)).verdict.kind, VerdictKind::timeout);
    const Compilation again = hurried->compile(candidate(bomb));
    EXPECT_EQ(again.verdict.reason, "compile_time");
    EXPECT_FALSE(again.cached);
    options_.limits = default_compile_limits();
    options_.limits.memory_bytes = std::uint64_t{200} << 20;
    const auto cramped = compiler();
    const Compilation large = cramped->compile(candidate(bomb));
    EXPECT_EQ(large.verdict.kind, VerdictKind::out_of_memory) << large.verdict.text;
    EXPECT_FALSE(cramped->compile(candidate(bomb)).cached);
}

TEST_F(CompilerTest, AnExecutableThatIsTooLargeIsAnError) {
    options_.limits.result_bytes = 1 << 20;
    const auto made = compiler()->compile(candidate(identity + "\nint table[1 << 20] = {1};"));
    EXPECT_EQ(made.verdict.kind, VerdictKind::compile_error);
    EXPECT_EQ(made.verdict.reason, "executable_size");
}

TEST_F(CompilerTest, ADriverThatDoesNotCompileIsTheProblemsFault) {
    options_.driver = "void atoll_run(";
    try {
        compiler();
        FAIL() << "it was taken";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("driver.cpp:1:"), std::string::npos) << error.what();
    }
    options_.compiler = "/usr/bin/no-such-compiler";
    EXPECT_THROW(compiler(), InputError);
}

TEST_F(CompilerTest, ADamagedEntryIsCompiledAnew) {
    ASSERT_FALSE(compiler()->compile(candidate(identity)).cached);
    for (const auto& entry : std::filesystem::directory_iterator(cache_)) {
        const auto middle = static_cast<std::streamoff>(entry.file_size() / 2);
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(middle);
        const char changed = static_cast<char>(file.get() ^ 1);
        file.seekp(middle);
        file.put(changed);
    }
    const Compilation anew = compiler()->compile(candidate(identity));
    EXPECT_TRUE(anew.verdict.ok()) << anew.diagnostics;
    EXPECT_FALSE(anew.cached);
    EXPECT_TRUE(compiler()->compile(candidate(identity)).cached);
}

TEST_F(CompilerTest, OfThreadsThatAskForTheSameAtOnceOneCompiles) {
    const auto shared = compiler();
    std::vector<Compilation> made(6);
    std::vector<std::thread> threads;
    for (Compilation& each : made) {
        threads.emplace_back([&shared, &each] { each = shared->compile(candidate(identity)); });
    }
    for (std::thread& thread : threads) thread.join();
    int compiled = 0;
    for (const Compilation& each : made) {
        EXPECT_TRUE(each.verdict.ok()) << each.diagnostics;
        compiled += each.cached ? 0 : 1;
    }
    EXPECT_EQ(compiled, 1);
}

TEST_F(CompilerTest, OfProcessesThatAskForTheSameAtOnceOneCompiles) {
    warden_.reset();  // each process has its own, and this one no thread when it forks
    std::vector<pid_t> ranks;
    for (int i = 0; i < 3; ++i) {
        const pid_t rank = fork();
        ASSERT_GE(rank, 0);
        if (rank == 0) {
            int code = 2;
            try {
                const Compilation made = Compiler(native_warden(), options_).compile(candidate(identity));
                code = !made.verdict.ok() ? 3 : made.cached ? 0 : 1;
            } catch (const std::exception& error) {
                std::fprintf(stderr, "%s\n", error.what());
            }
            _exit(code);
        }
        ranks.push_back(rank);
    }
    int compiled = 0;
    for (const pid_t rank : ranks) {
        int status = -1;
        ASSERT_EQ(waitpid(rank, &status, 0), rank);
        ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= 1) << status;
        compiled += WEXITSTATUS(status);
    }
    EXPECT_EQ(compiled, 1);
}

TEST_F(CompilerTest, WithoutAFolderItGoesOnAndSaysSoOnce) {
    int notes = 0;
    options_.note = [&](const std::string& text) {
        ++notes;
        EXPECT_NE(text.find("not kept"), std::string::npos) << text;
    };
    options_.cache_folder = "/proc/no-such-folder/cache";
    const auto without = compiler();
    EXPECT_TRUE(without->compile(candidate(identity)).verdict.ok());
    EXPECT_TRUE(without->compile(candidate(identity)).cached) << "memory is left";
    EXPECT_EQ(notes, 1);
}

}  // namespace
}  // namespace atl::sandbox
