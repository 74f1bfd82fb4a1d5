// SPDX-License-Identifier: Apache-2.0
// The build says what it is.
#include "atoll/core/build_info.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace atl {
namespace {

bool consists_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

TEST(BuildInfo, holds_what_configuration_saw) {
    const BuildInfo& info = build_info();
    EXPECT_TRUE(consists_of(info.version, "0123456789.")) << info.version;
    EXPECT_TRUE(info.git_commit == "unknown" ||
                (info.git_commit.size() == 40 && consists_of(info.git_commit, "0123456789abcdef")))
        << info.git_commit;
    EXPECT_NE(info.compiler.find(' '), std::string::npos) << info.compiler;
    EXPECT_FALSE(info.build_type.empty());
    EXPECT_NE(info.flags.find("-ffp-contract=off"), std::string::npos) << info.flags;
}

TEST(BuildInfo, the_id_is_short_and_stays) {
    EXPECT_EQ(build_id().size(), 16U);
    EXPECT_TRUE(consists_of(build_id(), "0123456789abcdef")) << build_id();
    EXPECT_EQ(build_id(), build_id());
    EXPECT_NE(build_line().find(build_id()), std::string::npos);
}

}  // namespace
}  // namespace atl
