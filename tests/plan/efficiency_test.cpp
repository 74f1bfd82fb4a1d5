// SPDX-License-Identifier: Apache-2.0
// Models of operator times: what they learn of a small table, what they never read, what they refuse.
#include "atoll/plan/efficiency.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "atoll/core/error.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/tree_operators.hpp"

namespace atl::plan {
namespace {

const std::string collectives =
    "gpu,nccl,op,gpus,bytes,latency_us\n"
    "h100_sxm,2,all_reduce,8,1024,10\nh100_sxm,2,all_reduce,8,4096,40\nh100_sxm,2,all_reduce,8,16384,160\n";

/// Products whose time is 5 us and 1 us for each 1e8 multiplications.
std::string small_gemm(bool measured) {
    std::string text = "gpu,dtype,m,n,k,latency_us\n";
    for (const double m : {256, 512, 1024, 2048, 4096}) {
        for (const double n : {512, 1024, 2048, 3072}) {
            for (const double k : {256, 512, 1024, 2048, 8192}) {
                text += fmt::format("h100_sxm,bfloat16,{},{},{},", m, n, k);
                if (measured) text += fmt::format("{}", 5 + m * n * k / 1e8);
                text += '\n';
            }
        }
    }
    return text;
}

std::vector<double> last_column(const std::string& csv) {
    std::istringstream in(csv);
    std::string line;
    std::getline(in, line);
    std::vector<double> values;
    while (std::getline(in, line)) values.push_back(std::stod(line.substr(line.rfind(',') + 1)));
    return values;
}

TEST(Efficiency, ModelsLearnATableAndNeverReadLatency) {
    if (!can_train_efficiency()) GTEST_SKIP() << "built without XGBoost";
    const auto models = train_efficiency(small_gemm(true), "gemm.csv");
    ASSERT_EQ(models.size(), 1U);
    EXPECT_EQ(models[0].name, "h100_sxm_gemm_bfloat16");
    EXPECT_EQ(models[0].bytes, train_efficiency(small_gemm(true), "gemm.csv")[0].bytes);
    const auto full = last_column(predict_operator_rows(small_gemm(true), "gemm.csv", models, collectives, {}));
    const auto blank = last_column(predict_operator_rows(small_gemm(false), "gemm.csv", models, collectives, {}));
    EXPECT_EQ(full, blank);
    ASSERT_EQ(full.size(), 100U);
    EXPECT_NEAR(full[0], 5 + 256. * 512 * 256 / 1e8, 1.5);
    EXPECT_NEAR(full.back() / (5 + 4096. * 3072 * 8192 / 1e8), 1, 0.15);
}

std::string small_attention() {
    std::string text = "gpu,dtype,batch,seq,heads,kv_heads,head_dim,latency_us\n";
    for (const double batch : {1, 2, 4}) {
        for (const double sequence : {512, 1024, 2048, 4096}) {
            for (const double heads : {8, 16, 32}) {
                text += fmt::format("h100_sxm,bfloat16,{},{},{},8,128,{}\n", batch, sequence, heads,
                                    5 + batch * heads * sequence * sequence * 128 / 1e8);
            }
        }
    }
    return text;
}

std::string four_collectives() {
    std::string text = "gpu,nccl,op,gpus,bytes,latency_us\n";
    for (const char* name : {"all_reduce", "all_gather", "reduce_scatter", "alltoall"}) {
        text += fmt::format("h100_sxm,2,{0},8,1024,10\nh100_sxm,2,{0},8,4096,40\n", name);
    }
    return text;
}

std::vector<EfficiencyModel> small_models() {
    std::vector<EfficiencyModel> models = train_efficiency(small_gemm(true), "gemm.csv");
    for (EfficiencyModel& model : train_efficiency(small_attention(), "attention.csv")) models.push_back(model);
    return models;
}

TEST(TreeOperators, AnswerAsTheTreesPredictATable) {
    if (!can_train_efficiency()) GTEST_SKIP() << "built without XGBoost";
    const auto models = small_models();
    const Gpu& gpu = shipped_gpus().find("h100_sxm");
    const auto times = make_tree_operators(models, four_collectives(), gpu, gpu);
    const auto us = last_column(predict_operator_rows(small_gemm(false), "gemm.csv", models, collectives, {}));
    EXPECT_NEAR(1e6 * times->gemm_seconds({.m = 256, .n = 512, .k = 256}) / us.front(), 1, 1e-4);
    EXPECT_NEAR(1e6 * times->gemm_seconds({.m = 4096, .n = 3072, .k = 8192}) / us.back(), 1, 1e-4);
    EXPECT_EQ(times->gemm_seconds({.m = 4096, .n = 3072, .k = 8192, .fp8 = true}),
              times->gemm_seconds({.m = 4096, .n = 3072, .k = 8192}))
        << "no model of fp8";
    const AttentionShape attention{.batch = 4, .sequence = 4096, .heads = 32, .kv_heads = 8, .head_dim = 128};
    EXPECT_NEAR(1e6 * times->attention_forward_seconds(attention) / (5 + 4. * 32 * 4096 * 4096 * 128 / 1e8), 1, 0.15);
    EXPECT_NEAR(times->collective_seconds(Collective::all_gather, 8, 2048), 20e-6, 1e-9);
}

TEST(TreeOperators, OfASiblingAreScaledByPeakAndBandwidth) {
    if (!can_train_efficiency()) GTEST_SKIP() << "built without XGBoost";
    const auto models = small_models();
    const Gpu& measured = shipped_gpus().find("h100_sxm");
    Gpu half = measured;
    half.bf16_tflops /= 2;
    half.scale_up_gb_per_second /= 4;
    const auto whole = make_tree_operators(models, four_collectives(), measured, measured);
    const auto scaled = make_tree_operators(models, four_collectives(), half, measured);
    const GemmShape shape{.m = 1024, .n = 1024, .k = 1024};
    EXPECT_NEAR(scaled->gemm_seconds(shape) / whole->gemm_seconds(shape), 2, 1e-9);
    EXPECT_NEAR(scaled->collective_seconds(Collective::all_reduce, 8, 2048), 80e-6, 1e-9);
}

TEST(TreeOperators, AMissingOrBrokenModelIsNamed) {
    const Gpu& gpu = shipped_gpus().find("h100_sxm");
    const auto message = [&](const std::vector<EfficiencyModel>& models) -> std::string {
        try {
            make_tree_operators(models, four_collectives(), gpu, gpu);
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_NE(message({}).find("h100_sxm_gemm_bfloat16"), std::string::npos);
    EXPECT_NE(message({{"h100_sxm_gemm_bfloat16", "no trees"}}).find("h100_sxm_gemm_bfloat16"), std::string::npos);
}

TEST(Efficiency, CollectivesAreInterpolatedInLogarithmsAndContinuedByTheLastSlope) {
    const std::string asked =
        "gpu,nccl,op,gpus,bytes,latency_us\nh100_sxm,2,all_reduce,8,2048,\n\nh100_sxm,2,all_reduce,8,32768,\n";
    const std::string answer = predict_operator_rows(asked, "c.csv", {}, collectives, {});
    EXPECT_EQ(answer.substr(0, answer.find('\n')), "gpu,nccl,op,gpus,bytes,latency_us,predicted_us");
    const auto us = last_column(answer);
    ASSERT_EQ(us.size(), 2U);
    EXPECT_NEAR(us[0], 20, 1e-3);
    EXPECT_NEAR(us[1], 320, 1e-2);
}

TEST(Efficiency, BadTablesAndMissingModelsAreNamed) {
    const auto message = [](const auto& call) -> std::string {
        try {
            call();
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_NE(message([] { predict_operator_rows("a,b\n1,2\n", "x.csv", {}, collectives, {}); }).find("x.csv:1"),
              std::string::npos);
    EXPECT_NE(
        message([] { predict_operator_rows(small_gemm(false), "g.csv", {}, "", {}); }).find("h100_sxm_gemm_bfloat16"),
        std::string::npos);
    EXPECT_NE(message([] { score_operators("gpu,dtype,m,n,k,latency_us\ng,fp8,1,x,3,4\n", "g.csv"); }).find("g.csv:2"),
              std::string::npos);
    EXPECT_NE(message([] { train_efficiency(collectives, "c.csv"); }).find("not trained"), std::string::npos);
}

}  // namespace
}  // namespace atl::plan
