// SPDX-License-Identifier: Apache-2.0
// Shapes that ship have the sizes their papers print; wrong files are named with place.
#include "atoll/plan/transformer.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"

namespace atl::plan {
namespace {

struct Published {
    const char* name;
    double billions;
    double active_billions;
};

class PublishedSizes : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedSizes, are_reproduced_within_a_percent) {
    const Transformer model = find_transformer(GetParam().name);
    EXPECT_NEAR(parameter_count(model) / 1e9, GetParam().billions, 0.01 * GetParam().billions);
    EXPECT_NEAR(active_parameter_count(model) / 1e9, GetParam().active_billions, 0.02 * GetParam().active_billions);
}

INSTANTIATE_TEST_SUITE_P(Shipped, PublishedSizes,
                         ::testing::Values(Published{"llama2-7b", 6.74, 6.74}, Published{"llama2-70b", 68.98, 68.98},
                                           Published{"llama3-405b", 405.8, 405.8}, Published{"gpt3-175b", 174.6, 174.6},
                                           Published{"megatron-1t", 1008, 1008}, Published{"mixtral-8x7b", 46.7, 12.9},
                                           Published{"deepseek-v3", 671, 37.5}, Published{"deepseek-v2", 236, 21},
                                           Published{"qwen3-235b-a22b", 235, 22.2},
                                           Published{"qwen2.5-72b", 72.7, 72.7}),
                         [](const auto& published) {
                             std::string name = published.param.name;
                             for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                             return name;
                         });

TEST(ShippedTransformers, every_file_is_right_and_found_by_its_name) {
    EXPECT_GE(shipped_transformers().size(), 29U);
    for (const Transformer& model : shipped_transformers()) EXPECT_EQ(find_transformer(model.name).name, model.name);
    EXPECT_EQ(find_transformer("Llama2_70B").name, "llama2-70b");
}

std::string refusal(const std::string& toml) {
    try {
        parse_transformer(toml, "my.toml");
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

const std::string good =
    "name = \"x\"\nlayers = 2\nhidden = 8\nheads = 4\nkv_heads = 2\nhead_dim = 2\nffn = 16\nvocabulary = 100\n";

TEST(TransformerFile, a_wrong_key_is_named_with_line_and_nearest_key) {
    EXPECT_EQ(refusal(good), "");
    EXPECT_NE(refusal(good + "expert = 3\n").find("my.toml:9"), std::string::npos);
    EXPECT_NE(refusal(good + "expert = 3\n").find("experts"), std::string::npos);
}

TEST(TransformerFile, numbers_that_make_no_transformer_are_refused) {
    EXPECT_NE(refusal("name = \"x\"\nlayers = 2\nhidden = 8\nheads = 4\nkv_heads = 3\nhead_dim = 2\nffn = 16\n"
                      "vocabulary = 100\n")
                  .find("kv_heads"),
              std::string::npos);
    EXPECT_NE(refusal(good + "experts = 8\nexpert_ffn = 4\n").find("experts_per_token"), std::string::npos);
    EXPECT_NE(refusal(good + "expert_ffn = 4\n").find("experts"), std::string::npos);
    EXPECT_NE(refusal("name = \"x\"\n").find("layers"), std::string::npos);
}

}  // namespace
}  // namespace atl::plan
