// SPDX-License-Identifier: Apache-2.0
// A child's answer comes back whole; its death is an error that names the signal.
#include "archive/in_child.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

#include "atoll/core/error.hpp"

namespace atl::archive {
namespace {

TEST(InChild, TheAnswerComesBackWhole) {
    const std::string large(300'000, 'x');  // more than a pipe holds
    EXPECT_EQ(in_child([&] { return large + "y"; }), large + "y");
    EXPECT_EQ(in_child([] { return std::string(); }), "");
}

TEST(InChild, ASignalThatEndsItIsNamed) {
    try {
        (void)in_child([]() -> std::string {
            std::signal(SIGSEGV, SIG_DFL);  // a sanitizer's handler would make an exit of it
            std::raise(SIGSEGV);
            return "never";
        });
        FAIL() << "no error";
    } catch (const DamageError& error) {
        EXPECT_NE(std::string(error.what()).find("signal 11"), std::string::npos) << error.what();
    }
}

TEST(InChild, AnExceptionInItIsNoAnswer) {
    EXPECT_THROW((void)in_child([]() -> std::string { throw std::runtime_error("x"); }), DamageError);
}

}  // namespace
}  // namespace atl::archive
