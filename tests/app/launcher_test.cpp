// SPDX-License-Identifier: Apache-2.0
// Launchers' command lines are split as a shell would, and their last words name what was lost.
#include "atoll/app/launcher.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"

namespace atl::app {
namespace {

using Words = std::vector<std::string>;

std::string loss_in(const std::string& text) {
    LossWitness witness;
    witness.read(text);
    return witness.loss() ? to_string(*witness.loss()) : "";
}

TEST(SplitWords, BlanksQuotesAndBackslashes) {
    EXPECT_EQ(split_words("mpirun -n 4  --bind-to none "), (Words{"mpirun", "-n", "4", "--bind-to", "none"}));
    EXPECT_EQ(split_words(R"(sh -c 'echo "a b"' "it's" c\ d "q\"q")"),
              (Words{"sh", "-c", R"(echo "a b")", "it's", "c d", R"(q"q)"}));
    EXPECT_EQ(split_words(R"(--tag='' "")"), (Words{"--tag=", ""}));
    EXPECT_EQ(split_words(" \t\n"), Words{});
}

TEST(SplitWords, OpenQuoteIsBadInput) {
    EXPECT_THROW(split_words("mpirun '-n 4"), InputError);
    EXPECT_THROW(split_words("mpirun \"-n 4'"), InputError);
}

TEST(DefaultLauncher, IsTheAllocationsOwn) {
    EXPECT_EQ(default_launcher({}), (Words{"mpirun", "--bind-to", "none"}));
    EXPECT_EQ(default_launcher({{"SLURM_JOB_ID", "7"}}), (Words{"srun", "--mpi=pmix", "--kill-on-bad-exit=1"}));
    EXPECT_EQ(default_launcher({{"SLURM_JOB_ID", "7"}, {"SLURM_CPUS_PER_TASK", "4"}}).back(), "--cpus-per-task=4");
}

TEST(Ranks, KnowThatALauncherStartedThem) {
    EXPECT_FALSE(is_a_rank({{"SLURM_JOB_ID", "7"}}));
    EXPECT_TRUE(is_a_rank({{"OMPI_COMM_WORLD_RANK", "1"}}));
    EXPECT_FALSE(is_rank_0({{"OMPI_COMM_WORLD_RANK", "1"}}));
    EXPECT_TRUE(is_rank_0({{"PMIX_RANK", "0"}}));
}

// as Open MPI 4.1.4 writes it
TEST(LossWitness, MpirunNamesRankHostAndSignal) {
    EXPECT_EQ(loss_in("-----\nPrimary job  terminated normally, but 1 process returned\na non-zero exit code. Per "
                      "user-direction, the job has been aborted.\n-----\n-----\nmpirun noticed that process rank 1 "
                      "with PID 0 on node node7 exited on signal 9 (Killed).\n-----\n"),
              "rank 1 on node7 was killed by SIGKILL");
    EXPECT_EQ(loss_in("prterun noticed that process rank 12 with PID 834 on node n-1.cluster exited on signal 11 "
                      "(Segmentation fault).\n"),
              "rank 12 on n-1.cluster was killed by SIGSEGV");
}

TEST(LossWitness, MpirunNamesTheRankOfAnExitCodeInAnotherLine) {
    EXPECT_EQ(
        loss_in("mpirun detected that one or more processes exited with non-zero status, thus causing\nthe job to "
                "be terminated. The first process to do so was:\n\n  Process name: [[56214,1],2]\n  Exit code:    "
                "134\n"),
        "rank 2 ended with exit code 134");
}

// as Slurm 22.05 writes it
TEST(LossWitness, SrunNamesTaskHostAndSignal) {
    EXPECT_EQ(loss_in("srun: error: node7: task 1: Killed\nsrun: error: node7: task 0: Terminated\n"),
              "rank 1 on node7 was killed by SIGKILL");
    EXPECT_EQ(loss_in("srun: error: node7: tasks 0,2-3: Aborted (core dumped)\n"),
              "ranks 0,2-3 on node7 were killed by SIGABRT");
    EXPECT_EQ(loss_in("srun: error: node7: task 0: Exited with exit code 5\n"),
              "rank 0 on node7 ended: Exited with exit code 5");
}

TEST(LossWitness, AtollNamesASilentRankBeforeTheLauncherSeesItsEnd) {
    EXPECT_EQ(
        loss_in(
            "atoll: rank 1 on node7 has been silent for 20 s and is taken for lost; nothing acknowledged is lost, go "
            "on with 'atoll resume'\nmpirun noticed that process rank 0 with PID 0 on node n exited on signal "
            "6 (Aborted).\n"),
        "rank 1 on node7 was silent for 20 s");
    EXPECT_EQ(loss_in("atoll: rank 0 has been silent for too long and is taken for lost; go on with 'atoll resume'\n"),
              "rank 0 was silent for too long");
    EXPECT_EQ(loss_in("atoll: rank 2: journal/0-2.atj: No space left on device\n"),
              "rank 2 failed: journal/0-2.atj: No space left on device");
}

TEST(LossWitness, ReadsAcrossPiecesAndIgnoresTheRest) {
    LossWitness witness;
    witness.read("12.3 s | 3,421 evaluations | 8 islands on 2 ranks\nsrun: error: no");
    EXPECT_FALSE(witness.loss());
    witness.read("de7: task 1: Ki");
    witness.read("lled\n");
    ASSERT_TRUE(witness.loss());
    EXPECT_EQ(witness.loss()->host, "node7");
    EXPECT_EQ(loss_in("srun: Job step creation temporarily disabled, retrying\n"), "");
    EXPECT_EQ(loss_in(std::string(1U << 20, 'x') + "\n"), "");
}

}  // namespace
}  // namespace atl::app
