// SPDX-License-Identifier: Apache-2.0
// The words between rank and warden read back, and a message that is cut anywhere is refused.
#include "sandbox/wire.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "sandbox/bundle.hpp"

namespace atl::sandbox {
namespace {

ExecutionRequest sample_request() {
    ExecutionRequest request;
    request.profile = Profile::compile;
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
    EXPECT_EQ(read.words, sample_request().words);
    EXPECT_EQ(read.limits.wall_seconds, 1.5);
}

TEST(Wire, ADescriptorComesWithTheFirstByteOfItsFrame) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const Descriptor near(ends[0]), far(ends[1]);
    const Descriptor first = bundle_of({{"a", "first", false}}), second = bundle_of({{"b", "second", true}});
    ASSERT_TRUE(send_with_descriptors(near.get(), "one", std::array{first.get()}));
    ASSERT_TRUE(send_with_descriptors(near.get(), "two", std::array{second.get()}));
    ASSERT_TRUE(write_fully(near.get(), "three"));
    std::string seen;
    std::vector<std::string> bundles;
    char part[64];
    int descriptor = no_descriptor;
    for (ssize_t got = 0; (got = receive_with_descriptor(far.get(), part, descriptor)) > 0;) {
        seen.append(part, static_cast<std::size_t>(got));
        if (descriptor == no_descriptor) continue;
        const Descriptor taken(descriptor);
        const ssize_t size = pread(taken.get(), part, sizeof part, 0);
        bundles.emplace_back(part, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
    EXPECT_EQ(seen, "onetwothree");
    ASSERT_EQ(bundles.size(), 2U);
    EXPECT_TRUE(bundles[0].ends_with("afirst"));
    EXPECT_TRUE(bundles[1].ends_with("bsecond"));
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
