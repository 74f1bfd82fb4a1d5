// SPDX-License-Identifier: Apache-2.0
// Reads the measured tables of one GPU and answers from them.
#include "atoll/plan/measured_operators.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "atoll/core/error.hpp"
#include "plan/cost/collective_table.hpp"
#include "plan/cost/csv_rows.hpp"
#include "plan/cost/curve.hpp"
#include "plan/cost/gemm_table.hpp"

namespace atl::plan {

namespace {

/// Multiplications of a causal attention: scores and weighted values, half of them.
double attention_work(double batch, double sequence, double heads, double head_dim) {
    return batch * heads * sequence * sequence * head_dim;
}

class MeasuredOperators final : public OperatorTimes {
public:
    MeasuredOperators(const OperatorTables& tables, const Gpu& gpu, const Gpu& measured)
        : flops_(measured.bf16_tflops / gpu.bf16_tflops),
          fp8_flops_(gpu.fp8_tflops > 0 && measured.fp8_tflops > 0 ? measured.fp8_tflops / gpu.fp8_tflops : 1),
          has_fp8_(gpu.fp8_tflops > 0),
          links_(measured.scale_up_gb_per_second / gpu.scale_up_gb_per_second) {
        read_gemm(tables.gemm, gpu.operators);
        read_attention(tables.attention, gpu.operators);
        collectives_.emplace(tables.collective, gpu.operators);
    }

    double gemm_seconds(const GemmShape& shape) override {
        const bool fp8 = shape.fp8 && has_fp8_ && fp8_.has_value();
        return fp8 ? fp8_flops_ * fp8_->seconds(shape.m, shape.n, shape.k)
                   : flops_ * bf16_->seconds(shape.m, shape.n, shape.k);
    }

    double attention_forward_seconds(const AttentionShape& shape) override {
        auto head = attention_.lower_bound(shape.head_dim);
        if (head == attention_.end()) --head;
        const double wanted = std::log2(shape.heads / shape.kv_heads);
        const auto group =
            std::min_element(head->second.begin(), head->second.end(), [wanted](const auto& left, const auto& right) {
                return std::abs(left.first - wanted) < std::abs(right.first - wanted);
            });
        std::vector<double> sequences;
        std::vector<const Curve*> curves;
        for (const auto& [sequence, curve] : group->second) {
            sequences.push_back(sequence);
            curves.push_back(&curve);
        }
        const Bracket place = bracket(sequences, std::log2(shape.sequence));
        const double rows = std::log2(shape.batch * shape.heads);
        const double per_work =
            (1 - place.share) * (*curves[place.below])(rows) + place.share * (*curves[place.above])(rows);
        return flops_ * std::exp(per_work) * attention_work(shape.batch, shape.sequence, shape.heads, shape.head_dim);
    }

    double collective_seconds(Collective collective, std::uint32_t gpus, double bytes) override {
        return links_ * collectives_->seconds(collective, gpus, bytes);
    }

private:
    void read_gemm(std::string_view text, const std::string& gpu) {
        CsvRows rows(text, "gemm.csv", {"gpu", "dtype", "m", "n", "k", "latency_us"});
        std::vector<GemmSample> bf16;
        std::vector<GemmSample> fp8;
        while (rows.next()) {
            if (rows.cells()[0] != gpu) continue;
            (rows.cells()[1] == "fp8" ? fp8 : bf16)
                .push_back({rows.number(2), rows.number(3), rows.number(4), 1e-6 * rows.number(5)});
        }
        if (bf16.empty()) throw InputError(fmt::format("gemm.csv has no rows of '{}'", gpu));
        bf16_.emplace(bf16);
        if (!fp8.empty()) fp8_.emplace(fp8);
    }

    void read_attention(std::string_view text, const std::string& gpu) {
        CsvRows rows(text, "attention_forward_causal.csv",
                     {"gpu", "batch", "seq", "heads", "head_dim", "latency_us", "kv_heads"});
        std::map<double, std::map<double, std::map<double, Points>>> points;
        while (rows.next()) {
            if (rows.cells()[0] != gpu) continue;
            const double batch = rows.number(1);
            const double sequence = rows.number(2);
            const double heads = rows.number(3);
            const double head_dim = rows.number(4);
            const double group = std::log2(heads / rows.number(6));
            add(points[head_dim][group][std::log2(sequence)], std::log2(batch * heads),
                std::log(1e-6 * rows.number(5) / attention_work(batch, sequence, heads, head_dim)));
        }
        if (points.empty()) throw InputError(fmt::format("attention_forward_causal.csv has no rows of '{}'", gpu));
        for (const auto& [head_dim, by_group] : points) {
            for (const auto& [group, by_sequence] : by_group) {
                for (const auto& [sequence, samples] : by_sequence) {
                    attention_[head_dim][group][sequence] = curve_of(samples);
                }
            }
        }
    }

    double flops_ = 1;  ///< factors from the measured GPU to this one
    double fp8_flops_ = 1;
    bool has_fp8_ = false;
    double links_ = 1;
    std::optional<CollectiveTable> collectives_;
    std::optional<GemmTable> bf16_;
    std::optional<GemmTable> fp8_;
    /// By head size, log2 of heads / kv_heads, log2 of sequence; over log2 of batch x heads.
    std::map<double, std::map<double, std::map<double, Curve>>> attention_;
};

}  // namespace

std::unique_ptr<OperatorTimes> make_measured_operators(const OperatorTables& tables, const Gpu& gpu,
                                                       const Gpu& measured_gpu) {
    return std::make_unique<MeasuredOperators>(tables, gpu, measured_gpu);
}

}  // namespace atl::plan
