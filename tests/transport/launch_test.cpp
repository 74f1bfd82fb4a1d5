// SPDX-License-Identifier: Apache-2.0
// Only tasks that srun meant to be one job and that do not see each other are refused.
#include "atoll/transport/launch.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "atoll/core/error.hpp"

namespace atl::transport {
namespace {

const Environment two_tasks_in_a_step = {{"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_NTASKS", "2"}};

Environment with(Environment environment, const std::string& name, const std::string& value) {
    environment[name] = value;
    return environment;
}

TEST(MayHavePeers, only_what_a_launcher_leaves_counts) {
    EXPECT_FALSE(may_have_peers({}));
    EXPECT_FALSE(may_have_peers({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "8"}})) << "a batch script is in no step";
    EXPECT_TRUE(may_have_peers(two_tasks_in_a_step));
    EXPECT_TRUE(may_have_peers({{"OMPI_COMM_WORLD_SIZE", "2"}}));
    EXPECT_TRUE(may_have_peers({{"PMIX_RANK", "0"}}));
}

TEST(SingletonMismatch, two_srun_tasks_that_are_alone_are_refused_with_the_remedy) {
    try {
        detect_singleton_mismatch(1, two_tasks_in_a_step);
        FAIL() << "not refused";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("srun --mpi=pmix"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("2 tasks"), std::string::npos) << error.what();
    }
}

TEST(SingletonMismatch, a_step_told_of_pmix_that_still_gives_singletons_is_refused) {
    EXPECT_THROW(detect_singleton_mismatch(1, with(two_tasks_in_a_step, "PMIX_RANK", "1")), InputError);
}

TEST(SingletonMismatch, an_older_slurm_without_the_step_count_is_judged_by_its_task_count) {
    EXPECT_THROW(detect_singleton_mismatch(1, {{"SLURM_STEPID", "3"}, {"SLURM_NTASKS", "4"}}), InputError);
}

TEST(SingletonMismatch, ranks_that_see_each_other_pass) {
    EXPECT_NO_THROW(detect_singleton_mismatch(2, two_tasks_in_a_step));
}

TEST(SingletonMismatch, one_rank_outside_slurm_passes) { EXPECT_NO_THROW(detect_singleton_mismatch(1, {})); }

TEST(SingletonMismatch, one_task_of_srun_passes) {
    EXPECT_NO_THROW(detect_singleton_mismatch(1, {{"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}}));
}

TEST(SingletonMismatch, a_single_run_in_the_batch_script_of_a_larger_job_passes) {
    EXPECT_NO_THROW(detect_singleton_mismatch(1, {{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "8"}}));
}

TEST(SingletonMismatch, a_single_rank_of_mpirun_on_a_daemon_step_passes) {
    EXPECT_NO_THROW(detect_singleton_mismatch(1, with(two_tasks_in_a_step, "OMPI_COMM_WORLD_SIZE", "1")));
}

TEST(SingletonMismatch, a_garbled_task_count_is_no_reason_to_refuse) {
    EXPECT_NO_THROW(detect_singleton_mismatch(1, {{"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "2x"}}));
}

TEST(MissingProcessManager, open_mpi_under_plain_srun_is_refused_before_it_ends_the_process) {
    EXPECT_THROW(detect_missing_process_manager("Open MPI v4.1.4 (MPI 3.1)", two_tasks_in_a_step), InputError);
}

TEST(MissingProcessManager, tasks_told_how_to_meet_pass) {
    for (const char* name : {"PMIX_RANK", "PMI_RANK", "OMPI_COMM_WORLD_SIZE"}) {
        EXPECT_NO_THROW(
            detect_missing_process_manager("Open MPI v4.1.4 (MPI 3.1)", with(two_tasks_in_a_step, name, "0")))
            << name;
    }
}

TEST(MissingProcessManager, other_libraries_are_left_to_try) {
    EXPECT_NO_THROW(detect_missing_process_manager("MPICH Version: 4.0.2 (MPI 4.0)", two_tasks_in_a_step));
}

TEST(CurrentEnvironment, holds_what_was_set_and_splits_at_the_first_equals_sign) {
    ASSERT_EQ(setenv("ATOLL_LAUNCH_TEST", "a=b", 1), 0);
    EXPECT_EQ(current_environment().at("ATOLL_LAUNCH_TEST"), "a=b");
    unsetenv("ATOLL_LAUNCH_TEST");
}

}  // namespace
}  // namespace atl::transport
