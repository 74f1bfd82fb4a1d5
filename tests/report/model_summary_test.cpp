// SPDX-License-Identifier: Apache-2.0
// Sums over calls, by model and in one sentence.
#include "atoll/report/model_summary.hpp"

#include <gtest/gtest.h>

namespace atl::report {
namespace {

LlmCallRecord call(const std::string& model, const std::string& status, double seconds = 0) {
    LlmCallRecord made;
    made.model = model;
    made.status = status;
    made.prompt_tokens = 1000;
    made.completion_tokens = status == "ok" ? 100 : 0;
    made.reserved_tokens = status == "ok" ? 0 : 7;
    made.usd = 0.25;
    made.requests = status == "ok" ? 1 : 3;
    made.faults = status == "ok" ? 0 : 3;
    made.wall_seconds = seconds;
    return made;
}

std::vector<LlmCallRecord> calls() {
    std::vector<LlmCallRecord> all{call("small", "ok", 9),    call("large", "budget_usd"), call("large", "http_503"),
                                   call("large", "ok", 1),    call("large", "ok", 3),      call("large", "ok", 2),
                                   call("large", "http_503"), call("large", "ok", 99),     call("large", "ok", 98)};
    all[7].reused = true;
    all[8].origin = Origin::replayed;
    return all;
}

TEST(ModelSummary, sums_by_model_the_most_asked_first) {
    const std::vector<ModelSummary> models = summarize_models(calls());
    ASSERT_EQ(models.size(), 2U);
    const ModelSummary& large = models[0];
    EXPECT_EQ(large.model, "large");
    EXPECT_EQ(large.questions, 8U);
    EXPECT_EQ(large.answered, 5U);
    EXPECT_EQ(large.reused, 1U);
    EXPECT_EQ(large.requests, 14U);
    EXPECT_EQ(large.faults, 9U);
    EXPECT_EQ(large.prompt_tokens, 8000U);
    EXPECT_EQ(large.completion_tokens, 500U);
    EXPECT_EQ(large.reserved_tokens, 21U);
    EXPECT_EQ(large.usd, 2.0);
    EXPECT_EQ(large.median_seconds, 2) << "of replies that a server gave";
    EXPECT_EQ(large.unanswered,
              (std::vector<std::pair<std::string, std::uint64_t>>{{"http_503", 2}, {"budget_usd", 1}}));
    EXPECT_EQ(models[1].model, "small");
    EXPECT_EQ(models[1].questions, 1U);
    EXPECT_EQ(models[1].median_seconds, 9);
    EXPECT_TRUE(models[1].unanswered.empty());
    EXPECT_TRUE(summarize_models({}).empty());
}

TEST(ModelSummary, one_sentence_over_all_models) {
    EXPECT_EQ(model_sentence(summarize_models(calls()), 0),
              "9 questions, 6 answered (not: http_503 2, budget_usd 1), 9,621 tokens, 2.25 USD");
    LlmCallRecord free = call("small", "ok");
    free.usd = 0;
    EXPECT_EQ(model_sentence(summarize_models({free}), 0), "1 question, 1 answered, 1,100 tokens");
    EXPECT_EQ(model_sentence({}, 0), "0 questions, 0 answered, 0 tokens");
    EXPECT_EQ(model_sentence(summarize_models({free}), 725),
              "1 question, 1 answered, 1,100 tokens; none could be asked for 12 min 05 s, operators went on alone");
}

}  // namespace
}  // namespace atl::report
