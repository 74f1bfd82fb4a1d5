// SPDX-License-Identifier: Apache-2.0
// docs/job-file.md lists exactly the options there are. ATOLL_UPDATE_DOCS=1 in the environment writes the list anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "atoll/app/job.hpp"
#include "atoll/core/file.hpp"

namespace atl::app {
namespace {

TEST(JobDocs, TableOfOptionsIsCurrent) {
    const std::filesystem::path file = std::filesystem::path(ATOLL_SOURCE_DIR) / "docs" / "job-file.md";
    const std::string begin = "<!-- options: begin -->\n";
    const std::string end = "<!-- options: end -->\n";
    std::string text = read_text_file(file, 1U << 20);
    const std::size_t first = text.find(begin);
    const std::size_t last = text.find(end);
    ASSERT_NE(first, std::string::npos);
    ASSERT_NE(last, std::string::npos);
    const std::string table = job_options().to_markdown();
    const std::size_t from = first + begin.size();
    if (std::getenv("ATOLL_UPDATE_DOCS") != nullptr) {
        text.replace(from, last - from, table);
        write_file_atomically(file, text);
        return;
    }
    EXPECT_EQ(text.substr(from, last - from), table) << "run this test with ATOLL_UPDATE_DOCS=1 to write the list anew";
}

}  // namespace
}  // namespace atl::app
