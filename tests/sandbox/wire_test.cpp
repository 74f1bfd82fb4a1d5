// SPDX-License-Identifier: Apache-2.0
// The words between rank and warden read back, and a message that is cut anywhere is refused.
#include "sandbox/wire.hpp"

#include <gtest/gtest.h>

namespace atl::sandbox {
namespace {

ExecutionRequest sample_request() {
    ExecutionRequest request;
    request.profile = Profile::compile;
    request.files = {{"a.cpp", std::string("int\0main", 8), false}, {"run", "x", true}};
    request.words = {"/usr/bin/g++", "a.cpp"};
    request.result_name = "out";
    request.limits.wall_seconds = 1.5;
    request.limits.processes = 7;
    return request;
}

TEST(Wire, ARequestReadsBack) {
    ExecutionRequest read;
    EXPECT_EQ(decode(encode(17, sample_request()), read), 17U);
    EXPECT_EQ(encode(17, read), encode(17, sample_request()));
    EXPECT_EQ(read.files[0].bytes.size(), 8U);
    EXPECT_EQ(read.limits.wall_seconds, 1.5);
}

TEST(Wire, AnExecutionReadsBack) {
    Execution execution;
    execution.end = ExecutionEnd::signalled;
    execution.signal = 9;
    execution.output_tail = "tail";
    execution.result = std::string(3, '\0');
    Execution read;
    EXPECT_EQ(decode(encode(3, execution), read), 3U);
    EXPECT_EQ(encode(3, read), encode(3, execution));
}

TEST(Wire, AMessageCutAnywhereIsRefused) {
    const std::string whole = encode(17, sample_request());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        ExecutionRequest read;
        EXPECT_THROW(decode(std::string_view(whole).substr(0, size), read), InfrastructureError) << size;
    }
}

TEST(Wire, AnotherVersionIsRefused) {
    std::string bytes = encode(17, sample_request());
    bytes[0] = 99;
    ExecutionRequest read;
    EXPECT_THROW(decode(bytes, read), InfrastructureError);
}

}  // namespace
}  // namespace atl::sandbox
