// SPDX-License-Identifier: Apache-2.0
// Asks the trees for each shape once.
#include "atoll/plan/tree_operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

#include "atoll/core/error.hpp"
#include "plan/cost/boosted_trees.hpp"
#include "plan/cost/collective_table.hpp"
#include "plan/cost/operator_features.hpp"

namespace atl::plan {

namespace {

const EfficiencyModel* find_model(const std::vector<EfficiencyModel>& models, const std::string& name) {
    const auto found = std::find_if(models.begin(), models.end(), [&](const auto& one) { return one.name == name; });
    return found == models.end() ? nullptr : &*found;
}

BoostedTrees load(const std::vector<EfficiencyModel>& models, const std::string& name) {
    const EfficiencyModel* model = find_model(models, name);
    if (!model) throw InputError(fmt::format("there is no model '{}' of operator times", name));
    return {model->bytes, model->name};
}

class TreeOperators final : public OperatorTimes {
public:
    TreeOperators(const std::vector<EfficiencyModel>& models, std::string_view collectives, const Gpu& gpu,
                  const Gpu& measured)
        : flops_(measured.bf16_tflops / gpu.bf16_tflops),
          fp8_flops_(gpu.fp8_tflops > 0 && measured.fp8_tflops > 0 ? measured.fp8_tflops / gpu.fp8_tflops : 1),
          links_(measured.scale_up_gb_per_second / gpu.scale_up_gb_per_second),
          multiprocessors_(multiprocessors_of(gpu.operators)),
          gemm_(load(models, tree_names_of(gpu).gemm)),
          attention_(load(models, tree_names_of(gpu).attention)),
          collectives_(collectives, gpu.operators) {
        const std::string fp8 = tree_names_of(gpu).gemm_fp8;
        if (find_model(models, fp8)) gemm_fp8_.emplace(load(models, fp8));
    }

    double gemm_seconds(const GemmShape& shape) override {
        const auto [place, is_new] = gemm_seconds_.try_emplace(shape);
        if (is_new) {
            const bool fp8 = shape.fp8 && gemm_fp8_;
            FeatureRows row;
            append_gemm_features(shape.m, shape.n, shape.k, multiprocessors_, row.values);
            row.width = row.values.size();
            place->second = (fp8 ? fp8_flops_ : flops_) * 1e-6 * gemm_roofline_us(shape.m, shape.n, shape.k) *
                            std::exp((fp8 ? *gemm_fp8_ : gemm_).predict(row).front());
        }
        return place->second;
    }

    double attention_forward_seconds(const AttentionShape& shape) override {
        const auto [place, is_new] = attention_seconds_.try_emplace(shape);
        if (is_new) {
            FeatureRows row;
            append_attention_features(shape.batch, shape.sequence, shape.heads, shape.kv_heads, shape.head_dim,
                                      multiprocessors_, row.values);
            row.width = row.values.size();
            place->second =
                flops_ * 1e-6 *
                attention_roofline_us(shape.batch, shape.sequence, shape.heads, shape.kv_heads, shape.head_dim) *
                std::exp(attention_.predict(row).front());
        }
        return place->second;
    }

    double collective_seconds(Collective collective, std::uint32_t gpus, double bytes) override {
        return links_ * collectives_.seconds(collective, gpus, bytes);
    }

private:
    double flops_ = 1;  ///< factors from the measured GPU to this one
    double fp8_flops_ = 1;
    double links_ = 1;
    double multiprocessors_ = 1;
    BoostedTrees gemm_;
    BoostedTrees attention_;
    std::optional<BoostedTrees> gemm_fp8_;
    CollectiveTable collectives_;
    std::map<GemmShape, double> gemm_seconds_;
    std::map<AttentionShape, double> attention_seconds_;
};

}  // namespace

TreeNames tree_names_of(const Gpu& gpu) {
    return {.gemm = gpu.operators + "_gemm_bfloat16",
            .gemm_fp8 = gpu.fp8_tflops > 0 ? gpu.operators + "_gemm_fp8" : "",
            .attention = gpu.operators + "_attention_bfloat16"};
}

std::unique_ptr<OperatorTimes> make_tree_operators(const std::vector<EfficiencyModel>& models,
                                                   std::string_view collectives, const Gpu& gpu,
                                                   const Gpu& measured_gpu) {
    return std::make_unique<TreeOperators>(models, collectives, gpu, measured_gpu);
}

}  // namespace atl::plan
