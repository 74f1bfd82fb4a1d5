// SPDX-License-Identifier: Apache-2.0
// The files of users' own problems: what a run keeps of them, and what is refused.
#include "atoll/app/own_problem.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "app/message_of.hpp"
#include "app/temporary_folder.hpp"
#include "atoll/app/job.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/hash.hpp"

namespace atl::app {
namespace {

constexpr const char* job_text = R"(
problem = "mine"
[own]
kind = "program-python"
verifier = "verifier.py"
driver = "driver.py"
program = "program.py"
instances = ["a/1.txt", "b/1.txt"]
hidden_instances = ["a/2.txt"]
[limits]
evaluations = 10
)";

/// A folder with all that the job names.
class OwnFiles : public ::testing::Test {
protected:
    void SetUp() override { write_problem(folder("mine")); }

    std::filesystem::path folder(const std::string& name) const { return temporary_.path / name; }

    static void write_problem(const std::filesystem::path& to) {
        for (const char* name : {"verifier.py", "driver.py", "program.py", "a/1.txt", "b/1.txt", "a/2.txt"}) {
            std::filesystem::create_directories((to / name).parent_path());
            write_file_atomically(to / name, std::string("text of ") + name);
        }
    }

    static ResolvedOptions options(const FlagValues& flags = {}) {
        return resolve_options(job_options(), JobFile{"job.toml", job_text}, {}, flags);
    }

    std::string refusal(const FlagValues& flags = {}) const {
        return testing::message_of([&] { read_own_problem(options(flags), folder("mine")); });
    }

    testing::TemporaryFolder temporary_;
};

TEST_F(OwnFiles, AreReadFromTheJobsFolder) {
    const evolve::OwnProblem own = read_own_problem(options(), folder("mine"));
    EXPECT_EQ(own.kind, evolve::OwnKind::program_python);
    EXPECT_EQ(own.verifier.bytes, "text of verifier.py");
    ASSERT_EQ(own.instances.size(), 2U);
    EXPECT_EQ(own.instances[1].bytes, "text of b/1.txt");
    ASSERT_EQ(own.hidden_instances.size(), 1U);
    EXPECT_EQ(own.hidden_instances[0].bytes, "text of a/2.txt");
}

TEST_F(OwnFiles, KeptWithTheRunAreTheSameFilesUnderTheSameHashes) {
    const evolve::OwnProblem own = read_own_problem(options(), folder("mine"));
    const RunDirectory run{folder("run")};
    const ResolvedOptions kept = keep_own_problem(options(), own, run);
    std::filesystem::remove_all(folder("mine"));
    const ResolvedOptions stored = resolve_options(job_options(), JobFile{"RUN/job.toml", kept.to_toml()}, {}, {});
    const evolve::OwnProblem again = read_own_problem(stored, run.root);
    EXPECT_EQ(again.verifier.bytes, own.verifier.bytes);
    EXPECT_EQ(again.driver.bytes, own.driver.bytes);
    EXPECT_EQ(again.program.bytes, own.program.bytes);
    ASSERT_EQ(again.instances.size(), 2U);  // two files of one name, from two folders
    EXPECT_EQ(again.instances[0].bytes, "text of a/1.txt");
    EXPECT_EQ(again.instances[1].bytes, "text of b/1.txt");
    EXPECT_EQ(again.hidden_instances[0].bytes, "text of a/2.txt");
    const std::vector<std::string>& hashes = stored.texts("own.sha256");
    ASSERT_EQ(hashes.size(), 6U);
    EXPECT_EQ(hashes[0], to_hex(sha256("text of verifier.py")));
    EXPECT_EQ(hashes[5], to_hex(sha256("text of a/2.txt")));
}

TEST_F(OwnFiles, AStatementIsKeptLikeTheOthersAndMayBeMissing) {
    EXPECT_EQ(read_own_problem(options(), folder("mine")).statement.bytes, "");
    write_file_atomically(folder("mine") / "what.md", "Place points.");
    const FlagValues flags{{"--own-statement", "what.md"}};
    const evolve::OwnProblem own = read_own_problem(options(flags), folder("mine"));
    EXPECT_EQ(own.statement.bytes, "Place points.");
    const RunDirectory run{folder("run")};
    const ResolvedOptions kept = keep_own_problem(options(flags), own, run);
    EXPECT_EQ(kept.texts("own.sha256").size(), 7U);
    const ResolvedOptions stored = resolve_options(job_options(), JobFile{"RUN/job.toml", kept.to_toml()}, {}, {});
    EXPECT_EQ(read_own_problem(stored, run.root).statement.bytes, "Place points.");
    write_file_atomically(run.root / "problem" / "statement.md", "Place other points.");
    EXPECT_NE(testing::message_of([&] { read_own_problem(stored, run.root); }).find("not the file that the run began"),
              std::string::npos);
    EXPECT_NE(refusal({{"--own-statement", "no_such.md"}}).find("there is no such file"), std::string::npos);
}

TEST_F(OwnFiles, TheContentHashCoversWhatIsInThemAndNotWhereTheyLay) {
    const auto content = [&](const std::string& from, const std::string& run) {
        const evolve::OwnProblem own = read_own_problem(options(), folder(from));
        return keep_own_problem(options(), own, RunDirectory{folder(run)}).content_toml();
    };
    const std::string first = content("mine", "run1");
    write_problem(folder("elsewhere"));
    EXPECT_EQ(content("elsewhere", "run2"), first);
    write_file_atomically(folder("elsewhere") / "a/2.txt", "another text");
    EXPECT_NE(content("elsewhere", "run3"), first);
}

TEST_F(OwnFiles, TooMuchTogetherIsRefused) {
    std::ofstream(folder("mine") / "a/1.txt").close();
    std::filesystem::resize_file(folder("mine") / "a/1.txt", own_files_max_bytes);
    EXPECT_NE(refusal().find("larger than 64 MiB together"), std::string::npos) << refusal();
}

TEST_F(OwnFiles, ALinkToWhereProgramsMayReadIsRefused) {
    const std::filesystem::path readable = folder("readable");
    std::filesystem::create_directories(readable);
    std::filesystem::rename(folder("mine") / "a/2.txt", readable / "2.txt");
    std::filesystem::create_symlink(readable / "2.txt", folder("mine") / "a/2.txt");
    EXPECT_EQ(read_own_problem(options(), folder("mine")).hidden_instances[0].bytes, "text of a/2.txt");
    const std::string text = refusal({{"--sandbox-read-paths", readable.string()}});
    EXPECT_NE(text.find("'own.hidden_instances' names"), std::string::npos) << text;
    EXPECT_NE(text.find("where every program may read it"), std::string::npos) << text;
}

TEST_F(OwnFiles, APathThatOnlyBeginsAlikeIsNotBelow) {
    EXPECT_EQ(refusal({{"--sandbox-read-paths", folder("min").string()}}), "");
    EXPECT_NE(refusal({{"--sandbox-read-paths", folder("mine").string()}}), "");
    EXPECT_NE(refusal({{"--sandbox-read-paths", folder("mine/a/1.txt").string()}}), "");
}

TEST_F(OwnFiles, WhatASystemReadPathHoldsIsRefused) {
    const std::string text = refusal({{"--own-verifier", "/usr/bin/env"}});
    EXPECT_NE(text.find("lies below /usr"), std::string::npos) << text;
}

}  // namespace
}  // namespace atl::app
