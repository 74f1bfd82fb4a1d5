// SPDX-License-Identifier: Apache-2.0
// Which faults are tried again, and when.
#include "llm/retry_policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace atl::llm {
namespace {

TEST(RetryPolicy, WhatIsRetriedAndWhatItSaysAboutTheEndpoint) {
    for (const int status : {408, 500, 502, 503, 504, 529}) {
        EXPECT_TRUE(fault_of_status(status, "").is_retried) << status;
        EXPECT_EQ(fault_of_status(status, "").health, Health::failing) << status;
    }
    for (const int status : {425, 429}) {
        EXPECT_TRUE(fault_of_status(status, "").is_retried) << status;
        EXPECT_EQ(fault_of_status(status, "").health, Health::limited) << status;
    }
    EXPECT_TRUE(fault_of_status(409, "").is_retried);
    for (const int status : {401, 402, 403}) {
        EXPECT_FALSE(fault_of_status(status, "").is_retried) << status;
        EXPECT_EQ(fault_of_status(status, "").health, Health::refusing) << status;
    }
    for (const int status : {400, 413, 422}) {
        EXPECT_FALSE(fault_of_status(status, "").is_retried) << status;
        EXPECT_EQ(fault_of_status(status, "").health, Health::alive) << "it is about the request: " << status;
    }
    for (const int status : {301, 404}) {
        EXPECT_FALSE(fault_of_status(status, "").is_retried) << status;
        EXPECT_EQ(fault_of_status(status, "").health, Health::failing) << "it is about the address: " << status;
    }
}

TEST(RetryPolicy, AnErrorCostsNothing) {
    EXPECT_FALSE(fault_of_status(500, "").may_be_charged);
    EXPECT_FALSE(fault_of_status(429, "").may_be_charged);
}

TEST(RetryPolicy, NoMoneyIsNotLoad) {
    const Fault fault = fault_of_status(429, R"({"error":{"message":"pay!","code":"insufficient_quota"}})");
    EXPECT_EQ(fault.reason, "http_429_quota");
    EXPECT_EQ(fault.text, "HTTP status 429: pay!");
    EXPECT_EQ(fault.health, Health::refusing);
    EXPECT_FALSE(fault.is_retried);
}

TEST(RetryPolicy, WaitsDoubleUpToALimitAndAreSpreadOut) {
    const BackOff back_off{0.5, 4};
    std::set<double> waits;
    for (std::uint32_t slot = 0; slot < 100; ++slot) {
        const EvaluationKey key{1, 2, slot, 0};
        double most = 0.5;
        for (std::uint32_t faults = 1; faults < 80; ++faults) {
            const double wait = wait_seconds(back_off, 7, key, faults);
            EXPECT_GE(wait, most / 2);
            EXPECT_LE(wait, most);
            EXPECT_EQ(wait, wait_seconds(back_off, 7, key, faults)) << "the same for the same question";
            most = std::min(most * 2, 4.0);
        }
        waits.insert(wait_seconds(back_off, 7, key, 1));
    }
    EXPECT_EQ(waits.size(), 100U);
}

}  // namespace
}  // namespace atl::llm
