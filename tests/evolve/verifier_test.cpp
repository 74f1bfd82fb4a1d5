// SPDX-License-Identifier: Apache-2.0
// What a verifier says is taken at its word only where it keeps to the form.
#include "atoll/evolve/verifier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "atoll/core/error.hpp"
#include "atoll/core/random.hpp"

namespace atl::evolve {
namespace {

std::string bytes_of(const std::vector<double>& values) {
    std::string bytes(values.size() * sizeof(double), '\0');
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

void push_text(std::vector<double>& values, const std::string& text) {
    values.push_back(static_cast<double>(text.size()));
    for (const char c : text) values.push_back(static_cast<double>(static_cast<unsigned char>(c)));
}

std::string refusal(const std::string& reason, const std::string& text) {
    std::vector<double> values{1};
    push_text(values, reason);
    push_text(values, text);
    return bytes_of(values);
}

std::string scored(double score, const std::vector<std::pair<std::string, double>>& metrics) {
    std::vector<double> values{0, score, static_cast<double>(metrics.size())};
    for (const auto& [name, value] : metrics) {
        push_text(values, name);
        values.push_back(value);
    }
    return bytes_of(values);
}

/// What parse_findings() says against it; empty when it takes it.
std::string objection(const std::string& bytes, std::size_t count = 1) {
    try {
        parse_findings(bytes, count);
        return {};
    } catch (const InputError& error) {
        return error.what();
    }
}

TEST(Findings, AScoreIsTakenToTheBitWithItsMetrics) {
    const auto judgements = parse_findings(scored(0.1 + 0.2, {{"late", 3}, {"mean-x.y", -0.0}}), 1);
    ASSERT_EQ(judgements.size(), 1U);
    EXPECT_TRUE(judgements[0].verdict.ok());
    EXPECT_EQ(judgements[0].score.lower, 0.1 + 0.2);
    EXPECT_EQ(judgements[0].score.upper, 0.1 + 0.2);
    ASSERT_EQ(judgements[0].metrics.size(), 2U);
    EXPECT_EQ(judgements[0].metrics[0], (Metric{"late", 3, ""}));
    EXPECT_TRUE(std::signbit(judgements[0].metrics[1].value));
}

TEST(Findings, ARefusalHasItsReasonAndItsText) {
    const auto judgements = parse_findings(refusal("job_twice", "job 3 comes twice") + scored(7, {}), 2);
    ASSERT_EQ(judgements.size(), 2U);
    EXPECT_EQ(judgements[0].verdict, (Verdict{VerdictKind::wrong, "job_twice", "job 3 comes twice"}));
    EXPECT_FALSE(judgements[0].score.scored());
    EXPECT_EQ(judgements[1].score.lower, 7);
}

TEST(Findings, WhatIsNotPrintableBecomesABlank) {
    EXPECT_EQ(parse_findings(refusal("r", "a\nb\x1b[0m\xff"), 1)[0].verdict.text, "a b [0m ");
}

TEST(Findings, WhatIsAgainstTheRulesIsRefusedWithTheRule) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_NE(objection("").find("in the middle"), std::string::npos);
    EXPECT_NE(objection("0.5").find("8-byte"), std::string::npos);
    EXPECT_NE(objection(scored(nan, {})).find("the score is not finite"), std::string::npos);
    EXPECT_NE(objection(scored(infinity, {})).find("the score is not finite"), std::string::npos);
    EXPECT_NE(objection(scored(1, {{"late", nan}})).find("'late' is not finite"), std::string::npos);
    EXPECT_NE(objection(scored(1, {{"two words", 1}})).find("'two words'"), std::string::npos);
    EXPECT_NE(objection(scored(1, {{"", 1}})).find("1 to 60"), std::string::npos);
    EXPECT_NE(objection(scored(1, {{std::string(61, 'a'), 1}})).find("1 to 60"), std::string::npos);
    EXPECT_NE(objection(refusal("", "text")).find("1 to 40"), std::string::npos);
    EXPECT_NE(objection(refusal("Overlap", "text")).find("'Overlap'"), std::string::npos);
    EXPECT_NE(objection(refusal(std::string(41, 'a'), "")).find("1 to 40"), std::string::npos);
    EXPECT_NE(objection(refusal("a", std::string(301, 'a'))).find("count of 0 to 300"), std::string::npos);
    EXPECT_NE(objection(bytes_of({0, 1, 65})).find("number of metrics"), std::string::npos);
    EXPECT_NE(objection(bytes_of({0, 1, 0.5})).find("number of metrics"), std::string::npos);
    EXPECT_NE(objection(bytes_of({2, 1, 0})).find("finding's kind"), std::string::npos);
    EXPECT_NE(objection(bytes_of({nan, 1, 0})).find("finding's kind"), std::string::npos);
    EXPECT_NE(objection(bytes_of({1, -1})).find("length of a reason code"), std::string::npos);
    EXPECT_NE(objection(bytes_of({1, 1e300})).find("length of a reason code"), std::string::npos);
}

TEST(Findings, TooFewAndTooManyAreRefused) {
    const std::string one = scored(1, {});
    EXPECT_EQ(objection(one + one, 2), "");
    EXPECT_EQ(objection("", 0), "");
    EXPECT_NE(objection(one, 2).find("in the middle"), std::string::npos);
    EXPECT_NE(objection(one + one, 1).find("more than one finding"), std::string::npos);
}

TEST(Findings, NoBytesDoMoreThanBeRefused) {
    RandomStream random(5, 0, 0, 0, StreamPurpose::test);
    const std::string good = scored(1, {{"a", 2}}) + refusal("r", "text") + scored(2, {});
    int taken = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = good.substr(0, random.below(good.size() + 1));
        for (int change = 0; change < 3 && !bytes.empty(); ++change) {
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        }
        try {
            for (const problems::Judgement& each : parse_findings(bytes, 3)) {
                EXPECT_TRUE(!each.verdict.ok() || std::isfinite(each.score.lower));
            }
            ++taken;
        } catch (const InputError&) {
        }
    }
    EXPECT_GT(taken, 0);
}

TEST(Cases, AreWholeNumbersAroundTheInstancesBytes) {
    const std::vector<double> answer{1.5, -2};
    const VerifierCase asked[] = {{"abc", answer}, {"", {}}};
    std::vector<double> head{2, 3};
    const std::string bytes = encode_cases(asked);
    EXPECT_EQ(bytes, bytes_of(head) + std::string("abc\0\0\0\0\0", 8) + bytes_of({2, 1.5, -2, 0, 0}));
}

}  // namespace
}  // namespace atl::evolve
