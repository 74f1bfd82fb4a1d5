// SPDX-License-Identifier: Apache-2.0
// Shapes of transformers: files, checks, counts of weights.
#include "atoll/plan/transformer.hpp"

#include <fmt/format.h>

#include <array>

#include "atoll/core/error.hpp"
#include "plan/space/model_file.hpp"

namespace atl::plan {

namespace {

struct Width {
    const char* key;
    std::uint32_t Transformer::*field;
    bool required;
};

constexpr std::array widths{
    Width{"layers", &Transformer::layers, true},
    Width{"hidden", &Transformer::hidden, true},
    Width{"heads", &Transformer::heads, true},
    Width{"kv_heads", &Transformer::kv_heads, true},
    Width{"head_dim", &Transformer::head_dim, true},
    Width{"ffn", &Transformer::ffn, true},
    Width{"vocabulary", &Transformer::vocabulary, true},
    Width{"experts", &Transformer::experts, false},
    Width{"experts_per_token", &Transformer::experts_per_token, false},
    Width{"expert_ffn", &Transformer::expert_ffn, false},
    Width{"shared_expert_ffn", &Transformer::shared_expert_ffn, false},
    Width{"dense_layers", &Transformer::dense_layers, false},
    Width{"query_rank", &Transformer::query_rank, false},
    Width{"kv_rank", &Transformer::kv_rank, false},
    Width{"rope_head_dim", &Transformer::rope_head_dim, false},
    Width{"value_head_dim", &Transformer::value_head_dim, false},
};

OptionTable keys() {
    std::vector<Option> rows{model_key(OptionType::text, "name"), model_key(OptionType::text, "source", "\"\""),
                             model_key(OptionType::boolean, "gated_ffn", "true"),
                             model_key(OptionType::boolean, "tied_embeddings", "false")};
    for (const Width& width : widths)
        rows.push_back(model_key(OptionType::integer, width.key, width.required ? "" : "0", 1e9));
    return OptionTable(std::move(rows));
}

}  // namespace

Transformer parse_transformer(std::string_view toml, std::string_view file_name) {
    static const OptionTable table = keys();
    const ResolvedOptions options = read_model_file(table, toml, file_name);
    Transformer model;
    model.name = options.text("name");
    model.gated_ffn = options.boolean("gated_ffn");
    model.tied_embeddings = options.boolean("tied_embeddings");
    for (const Width& width : widths) model.*width.field = static_cast<std::uint32_t>(options.integer(width.key));
    check(model, file_name);
    return model;
}

void check(const Transformer& model, std::string_view file_name) {
    const auto refuse = [&](const std::string& why) { throw InputError(fmt::format("{}: {}", file_name, why)); };
    for (const Width& width : widths) {
        if (width.required && model.*width.field == 0) refuse(fmt::format("'{}' must be at least 1", width.key));
    }
    if (model.heads % model.kv_heads != 0) {
        refuse(fmt::format("'heads' ({}) must be a multiple of 'kv_heads' ({})", model.heads, model.kv_heads));
    }
    if (model.experts > 0) {
        if (model.experts_per_token == 0 || model.experts_per_token > model.experts) {
            refuse(fmt::format("'experts_per_token' ({}) must lie between 1 and 'experts' ({})",
                               model.experts_per_token, model.experts));
        }
        if (model.expert_ffn == 0) refuse("'expert_ffn' must be at least 1 in a model with experts");
        if (model.dense_layers > model.layers) refuse("'dense_layers' must be at most 'layers'");
    } else if (model.experts_per_token + model.expert_ffn + model.shared_expert_ffn + model.dense_layers > 0) {
        refuse("keys of experts are given, but 'experts' is 0");
    }
    if (model.kv_rank > 0 && (model.rope_head_dim == 0 || model.value_head_dim == 0)) {
        refuse("with 'kv_rank', 'rope_head_dim' and 'value_head_dim' must be given");
    }
}

LayerParameters layer_parameters(const Transformer& model) {
    const double hidden = model.hidden;
    const double heads = model.heads;
    const double matrices = model.gated_ffn ? 3 : 2;
    LayerParameters parameters;
    if (model.kv_rank > 0) {
        const double query_width = heads * (model.head_dim + model.rope_head_dim);
        const double queries =
            model.query_rank > 0 ? hidden * model.query_rank + model.query_rank * query_width : hidden * query_width;
        const double down = hidden * (model.kv_rank + model.rope_head_dim);
        const double up = model.kv_rank * heads * (model.head_dim + model.value_head_dim);
        parameters.attention = queries + down + up + heads * model.value_head_dim * hidden;
    } else {
        parameters.attention = hidden * model.head_dim * (2.0 * heads + 2.0 * model.kv_heads);
    }
    parameters.dense_ffn = matrices * hidden * model.ffn;
    parameters.expert = matrices * hidden * model.expert_ffn;
    parameters.shared_experts = matrices * hidden * model.shared_expert_ffn;
    parameters.router = hidden * model.experts;
    parameters.norms = 2 * hidden;
    return parameters;
}

namespace {

double count(const Transformer& model, double experts_counted) {
    const LayerParameters layer = layer_parameters(model);
    const double embedding = static_cast<double>(model.vocabulary) * model.hidden;
    const double dense_layers = model.experts > 0 ? model.dense_layers : model.layers;
    const double expert_layers = model.layers - dense_layers;
    return model.layers * (layer.attention + layer.norms) + dense_layers * layer.dense_ffn +
           expert_layers * (experts_counted * layer.expert + layer.shared_experts + layer.router) +
           embedding * (model.tied_embeddings ? 1 : 2) + model.hidden;
}

}  // namespace

double parameter_count(const Transformer& model) { return count(model, model.experts); }
double active_parameter_count(const Transformer& model) { return count(model, model.experts_per_token); }

}  // namespace atl::plan
