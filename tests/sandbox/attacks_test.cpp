// SPDX-License-Identifier: Apache-2.0
// Every attack in every mode: the verdict is the expected one, nothing was reached, nothing survives, and programs that
// do no harm are judged as ever beside it. Run as root and as nobody (as_nobody_test.sh).
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <future>

#include "atoll/core/error.hpp"
#include "sandbox/compiling.hpp"
#include "sandbox/native_attacks.hpp"
#include "sandbox/processes.hpp"
#include "sandbox/python_attacks.hpp"
#include "sandbox/test_warden.hpp"

namespace atl::sandbox {
namespace {

constexpr std::size_t most_in_flight = 6;

/// Those that are to meet the deadline meet it soon; for the others it is far off, however busy the machine.
Limits limits_for(const std::string& expected) {
    Limits limits;
    limits.wall_seconds = expected.find("timeout") != std::string::npos ? 0.3 : 60;
    limits.cpu_seconds = 60;
    limits.memory_bytes = std::uint64_t{384} << 20;
    limits.scratch_bytes = std::uint64_t{8} << 20;
    limits.output_bytes = 256 << 10;
    limits.result_bytes = 64 << 10;
    limits.processes = 40;
    return limits;
}

std::string expectation(const Attack& attack, const std::string& layer_off) {
    const auto found = attack.without.find(layer_off);
    return found == attack.without.end() ? attack.expected : found->second;
}

/// Runs a list of requests, a few at a time and harmless programs between them.
class Rounds {
public:
    explicit Rounds(Warden& warden) : warden_(warden) {}

    void add(const Attack& attack, ExecutionRequest request, const std::string& expected) {
        if (expected.empty()) return;
        request.limits = limits_for(expected);
        if (flights_.size() >= most_in_flight) take();
        flights_.push_back({&attack, request, expected, warden_.start(request)});
        if (++added_ % 4 == 0) harmless_.push_back(warden_.start(harmless_program()));
    }
    void finish() {
        while (!flights_.empty()) take();
        for (auto& each : harmless_) {
            const Execution execution = each.get();
            EXPECT_EQ(execution.end, ExecutionEnd::exited) << execution.error;
            EXPECT_EQ(execution.result, harmless_result()) << execution.output_head;
        }
    }

private:
    struct Waiting {
        const Attack* attack;
        ExecutionRequest request;
        std::string expected;
        std::future<Execution> execution;
    };

    void take() {
        Waiting waiting = std::move(flights_.front());
        flights_.pop_front();
        const Execution execution = waiting.execution.get();
        const Verdict verdict = verdict_of(execution, waiting.request);
        const Attack& attack = *waiting.attack;
        EXPECT_TRUE(is_expected(waiting.expected, said(verdict)))
            << attack.name << ": " << said(verdict) << " (" << verdict.text << "), expected " << waiting.expected
            << "\n"
            << execution.output_head;
        // at the start of a line: a traceback quotes the program's text further in
        EXPECT_EQ(("\n" + execution.output_head + "\n" + execution.output_tail).find("\nESCAPED"), std::string::npos)
            << attack.name << ": " << execution.output_head;
        if (verdict.ok() && waiting.expected == "ok/") {
            EXPECT_TRUE(execution.result_file == attack.result || execution.result_file == ResultFile::read)
                << attack.name;
        }
    }

    Warden& warden_;
    std::deque<Waiting> flights_;
    std::vector<std::future<Execution>> harmless_;
    int added_ = 0;
};

/// The parameter is the layer that is off; "none" for the whole.
class Attacks : public ::testing::TestWithParam<std::string> {
protected:
    Attacks() {
        setenv("ATOLL_TEST_SECRET", "must not be seen", 1);
        adopt_orphans();
        if (GetParam() != "none") options_.disabled_layers = {GetParam()};
        if (GetParam() == "system_calls") options_.required = {"files"};
        chmod(scratch_.path().c_str(), 0711);  // candidates pass through, to their own folders
        options_.scratch_root = scratch_.path();
    }
    void SetUp() override {
        try {
            warden_ = std::make_unique<Warden>(options_);
        } catch (const InfrastructureError& error) {
            // this site lacks the one layer that would have to do alone
            if (std::string(error.what()).find("unavailable") == std::string::npos) throw;
            GTEST_SKIP() << error.what();
        }
    }
    void TearDown() override {
        if (!warden_) return;
        EXPECT_TRUE(settles_to(3)) << "more than the warden and its two nurseries: " << describe(descendants());
        warden_.reset();
        EXPECT_TRUE(settles_to(0)) << describe(descendants());
        EXPECT_TRUE(std::filesystem::is_empty(scratch_.path())) << "a scratch folder was left";
        for (const char* trace : {"/tmp/atoll-was-here", "/usr/atoll-was-here", "/atoll-was-here"}) {
            EXPECT_FALSE(std::filesystem::exists(trace)) << trace;
        }
    }
    const std::string& off() const { return GetParam(); }

    TemporaryFolder scratch_;
    WardenOptions options_ = test_warden();
    std::unique_ptr<Warden> warden_;
};

TEST_P(Attacks, PythonProgramsAreContained) {
    ASSERT_EQ(warden_->python_error(), "");
    Rounds rounds(*warden_);
    for (const Attack& attack : python_attacks()) {
        rounds.add(attack, python_program(attack.text), expectation(attack, off()));
    }
    rounds.finish();
}

TEST_P(Attacks, NativeProgramsAreContained) {
    const ProgramFile program = compiled(*warden_, native_attack_program());
    Rounds rounds(*warden_);
    for (const Attack& attack : native_attacks()) {
        ExecutionRequest request;
        request.profile = Profile::native;
        request.files = {program};
        request.words = {"./attack", attack.name};
        rounds.add(attack, request, expectation(attack, off()));
    }
    rounds.finish();
}

std::vector<std::string> modes() {
    std::vector<std::string> all = layer_names();
    all.insert(all.begin(), "none");
    return all;
}

INSTANTIATE_TEST_SUITE_P(WithoutLayer, Attacks, ::testing::ValuesIn(modes()),
                         [](const auto& mode) { return mode.param; });

}  // namespace
}  // namespace atl::sandbox
