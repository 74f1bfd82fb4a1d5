// SPDX-License-Identifier: Apache-2.0
// The shape of a transformer: what a training plan is searched for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atl::plan {

/// A decoder-only transformer. Counts and widths; a width that a model does not have is 0.
struct Transformer {
    std::string name;
    std::uint32_t layers = 0;
    std::uint32_t hidden = 0;
    std::uint32_t heads = 0;
    std::uint32_t kv_heads = 0;  ///< groups of grouped-query attention; equal to heads without it
    std::uint32_t head_dim = 0;
    std::uint32_t ffn = 0;  ///< width of the dense feed-forward part
    std::uint32_t vocabulary = 0;
    bool gated_ffn = true;         ///< three matrices (SwiGLU) instead of two
    bool tied_embeddings = false;  ///< the output projection is the embedding's matrix

    // Mixture of experts; experts = 0: a dense model.
    std::uint32_t experts = 0;
    std::uint32_t experts_per_token = 0;
    std::uint32_t expert_ffn = 0;
    std::uint32_t shared_expert_ffn = 0;  ///< width of the experts every token visits, all together
    std::uint32_t dense_layers = 0;       ///< leading layers without experts; only with experts > 0

    // Multi-head latent attention (DeepSeek-V2, section 2.1); kv_rank = 0: ordinary attention.
    std::uint32_t query_rank = 0;  ///< 0: queries are not compressed
    std::uint32_t kv_rank = 0;
    std::uint32_t rope_head_dim = 0;
    std::uint32_t value_head_dim = 0;

    bool mixture_of_experts() const { return experts > 0; }
};

/// Reads an exact-key TOML file of models/transformers. Throws InputError naming file, line and the nearest key.
Transformer parse_transformer(std::string_view toml, std::string_view file_name);
/// Reads a Hugging Face config.json (llama, mistral, mixtral, qwen2, qwen3, qwen3_moe, deepseek_v3, gpt2, gpt_neox).
/// Throws InputError naming the member that is missing or the model_type that is not known.
Transformer parse_hugging_face_config(std::string_view json, std::string_view file_name);
/// Throws InputError when the numbers do not make a transformer (heads not a multiple of kv_heads, a zero width).
void check(const Transformer& model, std::string_view file_name);

/// Those that come with the program (models/transformers), by name.
std::vector<Transformer> shipped_transformers();
/// One of them; case, '-', '_', '.' and blanks do not count. Throws InputError naming the nearest.
Transformer find_transformer(std::string_view name);

/// Weights of one attention block, one dense feed-forward block, one expert, the router, both norms of a layer.
struct LayerParameters {
    double attention = 0;
    double dense_ffn = 0;
    double expert = 0;          ///< of one routed expert
    double shared_experts = 0;  ///< all of them
    double router = 0;
    double norms = 0;
};
LayerParameters layer_parameters(const Transformer& model);
/// All weights, and those one token uses (equal in a dense model).
double parameter_count(const Transformer& model);
double active_parameter_count(const Transformer& model);

}  // namespace atl::plan
