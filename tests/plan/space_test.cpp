// SPDX-License-Identifier: Apache-2.0
// Files of spaces: what they say, what is refused, how many plans the shipped ones have.
#include "atoll/plan/space.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "atoll/plan/search.hpp"

namespace atl::plan {
namespace {

std::string message(std::string_view toml) {
    try {
        parse_space(toml, "mine.toml");
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(Space, a_file_sets_the_axes_it_names_and_leaves_the_others) {
    const Space space = parse_space(
        "name = \"mine\"\ntensor = [4, 1]\nsequence_parallel = [true]\nschedule = [\"zero-bubble\", \"1f1b\"]\n"
        "virtual_stages = []\n",
        "mine.toml");
    EXPECT_EQ(space.name, "mine");
    EXPECT_EQ(space.tensor, (std::vector<std::uint32_t>{1, 4}));
    EXPECT_EQ(space.sequence_parallel, std::vector<bool>{true});
    EXPECT_EQ(space.schedule, (std::vector<Schedule>{Schedule::one_f_one_b, Schedule::zero_bubble}));
    EXPECT_TRUE(space.virtual_stages.empty());
    EXPECT_EQ(space.context, std::vector<std::uint32_t>{1});
}

TEST(Space, a_mistake_is_named_with_its_place) {
    EXPECT_EQ(message("name = \"x\"\ntensr = [1]\n"), "mine.toml:2:1: unknown key 'tensr'; did you mean 'tensor'?");
    EXPECT_EQ(message("tensor = 4\n"), "mine.toml:1:1: 'tensor' must be a list of integers, not an integer");
    EXPECT_EQ(message("tensor = [0]\n"), "mine.toml:1:1: 'tensor' must hold numbers between 1 and 65535, not 0");
    EXPECT_EQ(message("zero_stage = [4]\n"), "mine.toml:1:1: 'zero_stage' must hold numbers between 0 and 3, not 4");
    EXPECT_EQ(message("tensor = []\n"), "mine.toml:1:1: 'tensor' must hold a value at least");
    EXPECT_EQ(message("overlap_p2p = [true, true]\n"),
              "mine.toml:1:1: 'overlap_p2p' lists a value twice; a plan must count once");
    EXPECT_EQ(message("recompute = [\"ful\"]\n"),
              "mine.toml:1:1: 'recompute' must hold 'none', 'selective', 'full', not 'ful'; did you mean 'full'?");
    EXPECT_EQ(message("tensor = [1]\n"), "mine.toml: the space has no 'name'; give it one");
}

TEST(Space, the_default_space_has_about_two_and_a_half_million_plans_at_any_size) {
    const Space astra = shipped_space("astra");
    for (const std::uint32_t gpus : {64U, 256U, 1024U, 4096U}) {
        const std::uint64_t plans = count_plans(astra, {gpus, 80, 0});
        EXPECT_GE(plans, 2'250'000U) << gpus;
        EXPECT_LE(plans, 2'550'000U) << gpus;
    }
}

TEST(Space, every_shipped_space_is_read_and_no_other) {
    for (const std::string& name : shipped_space_names()) EXPECT_EQ(shipped_space(name).name, name);
    try {
        shipped_space("astro");
        FAIL();
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("did you mean 'astra'"), std::string::npos);
    }
}

}  // namespace
}  // namespace atl::plan
