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

TEST(HuggingFaceConfig, gives_the_shapes_that_ship) {
    const Transformer llama = parse_hugging_face_config(
        R"({"model_type": "llama", "num_hidden_layers": 80, "hidden_size": 8192, "num_attention_heads": 64,
            "num_key_value_heads": 8, "intermediate_size": 28672, "vocab_size": 32000, "rope_theta": 10000.0})",
        "config.json");
    EXPECT_EQ(parameter_count(llama), parameter_count(find_transformer("llama2-70b")));
    const Transformer mixtral = parse_hugging_face_config(
        R"({"model_type": "mixtral", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32,
            "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 32000, "num_local_experts": 8,
            "num_experts_per_tok": 2})",
        "config.json");
    EXPECT_EQ(parameter_count(mixtral), parameter_count(find_transformer("mixtral-8x7b")));
    const Transformer deepseek = parse_hugging_face_config(
        R"({"model_type": "deepseek_v3", "num_hidden_layers": 61, "hidden_size": 7168, "num_attention_heads": 128,
            "num_key_value_heads": 128, "intermediate_size": 18432, "vocab_size": 129280, "n_routed_experts": 256,
            "num_experts_per_tok": 8, "moe_intermediate_size": 2048, "n_shared_experts": 1, "first_k_dense_replace": 3,
            "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "v_head_dim": 128,
            "qk_nope_head_dim": 128})",
        "config.json");
    EXPECT_EQ(parameter_count(deepseek), parameter_count(find_transformer("deepseek-v3")));
    const Transformer gpt2 = parse_hugging_face_config(
        R"({"model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12, "vocab_size": 50257})", "config.json");
    EXPECT_NEAR(parameter_count(gpt2), 123.6e6, 1e6);
}

TEST(HuggingFaceConfig, a_missing_member_or_an_unknown_type_is_named) {
    const auto refusal_of = [](const char* json) -> std::string {
        try {
            parse_hugging_face_config(json, "c.json");
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_NE(refusal_of(R"({"model_type": "llama", "vocab_size": 5})").find("num_hidden_layers"), std::string::npos);
    EXPECT_NE(refusal_of(R"({"model_type": "bert"})").find("bert"), std::string::npos);
    EXPECT_NE(refusal_of("[]").find("c.json"), std::string::npos);
    EXPECT_NE(refusal_of("{").find("c.json"), std::string::npos);
    EXPECT_NE(refusal_of(R"({"model_type": "gpt2", "n_layer": 1.5, "n_embd": 8, "n_head": 2, "vocab_size": 9})")
                  .find("n_layer"),
              std::string::npos);
}

}  // namespace
}  // namespace atl::plan
