// SPDX-License-Identifier: Apache-2.0
// Shapes of transformers from config.json as Hugging Face's transformers library writes it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

namespace {

constexpr std::array known_types{"llama",     "mistral",  "mixtral",     "qwen2",       "qwen3",
                                 "qwen3_moe", "gpt_neox", "deepseek_v2", "deepseek_v3", "gpt2"};

/// Members of one config, with the file's name in every error.
class Config {
public:
    Config(const Json& json, std::string_view file_name) : json_(json), file_name_(file_name) {}

    [[noreturn]] void refuse(const std::string& why) const { throw InputError(fmt::format("{}: {}", file_name_, why)); }

    std::uint32_t width(const char* member) const {
        const Json& value = json_[member];
        if (value.is_null()) refuse(fmt::format("the member '{}' is missing", member));
        if (!value.is_integer() || value.as_integer() < 0 || value.as_integer() > 1'000'000'000) {
            refuse(fmt::format("'{}' must be a whole number, not {}", member, value.dump()));
        }
        return static_cast<std::uint32_t>(value.as_integer());
    }
    std::uint32_t width_or(const char* member, std::uint32_t otherwise) const {
        return json_[member].is_null() ? otherwise : width(member);
    }
    bool flag_or(const char* member, bool otherwise) const {
        const Json& value = json_[member];
        if (value.is_null()) return otherwise;
        if (!value.is_bool()) refuse(fmt::format("'{}' must be true or false", member));
        return value.as_bool();
    }
    std::string type() const {
        const Json& value = json_["model_type"];
        if (!value.is_string()) refuse("the member 'model_type' is missing: is this a model's config.json?");
        return value.as_string();
    }

private:
    const Json& json_;
    std::string_view file_name_;
};

void read_gpt2(const Config& config, Transformer& model) {
    model.layers = config.width("n_layer");
    model.hidden = config.width("n_embd");
    model.heads = model.kv_heads = config.width("n_head");
    model.ffn = config.width_or("n_inner", 4 * model.hidden);
    model.gated_ffn = false;
    model.tied_embeddings = config.flag_or("tie_word_embeddings", true);
}

void read_experts(const Config& config, const std::string& type, Transformer& model) {
    if (type == "mixtral") {
        model.experts = config.width("num_local_experts");
        model.experts_per_token = config.width("num_experts_per_tok");
        model.expert_ffn = model.ffn;
    } else if (type == "qwen3_moe") {
        model.experts = config.width("num_experts");
        model.experts_per_token = config.width("num_experts_per_tok");
        model.expert_ffn = config.width("moe_intermediate_size");
    } else if (type.starts_with("deepseek")) {
        model.experts = config.width("n_routed_experts");
        model.experts_per_token = config.width("num_experts_per_tok");
        model.expert_ffn = config.width("moe_intermediate_size");
        model.shared_expert_ffn = config.width_or("n_shared_experts", 0) * model.expert_ffn;
        model.dense_layers = config.width_or("first_k_dense_replace", 0);
        model.query_rank = config.width_or("q_lora_rank", 0);
        model.kv_rank = config.width("kv_lora_rank");
        model.rope_head_dim = config.width("qk_rope_head_dim");
        model.value_head_dim = config.width("v_head_dim");
        model.head_dim = config.width("qk_nope_head_dim");
    }
}

}  // namespace

Transformer parse_hugging_face_config(std::string_view json, std::string_view file_name) {
    const Json parsed = parse_json(json, file_name);
    if (!parsed.is_object()) throw InputError(fmt::format("{}: must be one JSON object", file_name));
    const Config config(parsed, file_name);
    const std::string type = config.type();
    if (std::find(known_types.begin(), known_types.end(), type) == known_types.end()) {
        config.refuse(fmt::format("model_type '{}' is not known; there are {}; or write the shape as a TOML file", type,
                                  fmt::join(known_types, ", ")));
    }
    Transformer model;
    model.name = type;
    model.vocabulary = config.width("vocab_size");
    if (type == "gpt2") {
        read_gpt2(config, model);
    } else {
        model.layers = config.width("num_hidden_layers");
        model.hidden = config.width("hidden_size");
        model.heads = config.width("num_attention_heads");
        model.kv_heads = config.width_or("num_key_value_heads", model.heads);
        model.ffn = config.width("intermediate_size");
        model.gated_ffn = type != "gpt_neox";
        model.tied_embeddings = config.flag_or("tie_word_embeddings", false);
    }
    if (model.heads == 0) config.refuse("the number of attention heads must be at least 1");
    model.head_dim = config.width_or("head_dim", model.hidden / model.heads);
    read_experts(config, type, model);
    check(model, file_name);
    return model;
}

}  // namespace atl::plan
