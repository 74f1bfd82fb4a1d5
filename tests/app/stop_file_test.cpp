// SPDX-License-Identifier: Apache-2.0
// A request to stop is seen once, and looked for at most once a second.
#include "atoll/app/stop_file.hpp"

#include <gtest/gtest.h>

#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "temporary_folder.hpp"

namespace atl::app {
namespace {

TEST(StopFile, IsSeenOnce) {
    const testing::TemporaryFolder folder;
    const RunDirectory run{folder.path};
    int seen = 0;
    StopFile file(run, [&](const std::string& text) {
        ++seen;
        EXPECT_EQ(text, "SIGUSR1");
    });
    file.poll(0);
    EXPECT_EQ(seen, 0);
    EXPECT_EQ(file.wake_at(), from_seconds(1));
    ask_to_stop(run, "SIGUSR1");
    file.poll(from_seconds(0.5));
    EXPECT_EQ(seen, 0) << "looked again within a second";
    file.poll(from_seconds(1));
    file.poll(from_seconds(2));
    file.poll(from_seconds(3));
    EXPECT_EQ(seen, 1);
}

TEST(StopFile, SaysWhoAsked) {
    const testing::TemporaryFolder folder;
    const RunDirectory run{folder.path};
    ask_to_stop(run, "SIGUSR1");
    const Json request = parse_json(read_text_file(run.stop(), 4096), "stop");
    EXPECT_EQ(request["host"].as_string(), host_name());
    EXPECT_TRUE(request["pid"].is_integer());
    EXPECT_TRUE(request["time"].is_string());
}

TEST(StopFile, AnEmptyFileIsARequestToo) {
    const testing::TemporaryFolder folder;
    const RunDirectory run{folder.path};
    write_file_atomically(run.stop(), "");
    std::string seen;
    StopFile file(run, [&](const std::string& text) { seen = text; });
    file.poll(0);
    EXPECT_EQ(seen, "RUN/stop");
}

TEST(StopFile, ClearingLeavesNothingAndMayBeDoneTwice) {
    const testing::TemporaryFolder folder;
    const RunDirectory run{folder.path};
    ask_to_stop(run, "SIGUSR1");
    clear_stop_request(run);
    clear_stop_request(run);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

}  // namespace
}  // namespace atl::app
