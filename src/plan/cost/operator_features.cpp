// SPDX-License-Identifier: Apache-2.0
// Features of matrix products and attention.
#include "plan/cost/operator_features.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace atl::plan {

namespace {

constexpr double multiplications_per_us = 1e8;  ///< 200 TFLOP/s
constexpr double elements_per_us = 1e6;         ///< 2 TB/s of two bytes each
constexpr double launch_us = 4;
constexpr std::array<std::pair<double, double>, 4> tiles{{{128, 128}, {128, 256}, {256, 128}, {64, 64}}};

void push(std::vector<float>& out, double value) { out.push_back(static_cast<float>(value)); }

/// Time lost because the last wave of blocks is not full, as a factor.
double wave_factor(double blocks, double multiprocessors) {
    return std::ceil(blocks / multiprocessors) * multiprocessors / blocks;
}

}  // namespace

double gemm_roofline_us(double m, double n, double k) {
    return m * n * k / multiplications_per_us + (m * n + m * k + n * k) / elements_per_us + launch_us;
}

double attention_roofline_us(double batch, double sequence, double heads, double kv_heads, double head_dim) {
    return batch * heads * sequence * sequence * head_dim / multiplications_per_us +
           batch * sequence * (heads + kv_heads) * head_dim / elements_per_us + launch_us;
}

void append_gemm_features(double m, double n, double k, double multiprocessors, std::vector<float>& out) {
    for (const double value : {m, n, k, m * n, n * k, m * k, m * n * k, m * n * k / (m * n + m * k + n * k)}) {
        push(out, std::log2(value));
    }
    for (const auto& [tile_m, tile_n] : tiles) {
        const double blocks = std::ceil(m / tile_m) * std::ceil(n / tile_n);
        push(out, std::log2(blocks));
        push(out, wave_factor(blocks, multiprocessors));
        push(out, m * n / (blocks * tile_m * tile_n));
    }
    push(out, std::fmod(m, 256));
    push(out, std::fmod(n, 128));
    push(out, std::fmod(k, 128));
}

void append_attention_features(double batch, double sequence, double heads, double kv_heads, double head_dim,
                               double multiprocessors, std::vector<float>& out) {
    const double rows = batch * heads;
    const double bytes = batch * sequence * (heads + kv_heads) * head_dim;
    for (const double value : {batch, sequence, heads, kv_heads, head_dim, rows, heads / kv_heads, bytes,
                               rows * sequence * sequence * head_dim, batch * kv_heads}) {
        push(out, std::log2(value));
    }
    for (const double tile : {64., 128., 256.}) {
        const double blocks = rows * std::ceil(sequence / tile);
        push(out, std::log2(blocks));
        push(out, wave_factor(blocks, multiprocessors));
    }
}

double multiprocessors_of(std::string_view gpu) {
    constexpr std::array<std::pair<std::string_view, double>, 9> known{{{"a100_sxm", 108},
                                                                        {"h100_sxm", 132},
                                                                        {"h200_sxm", 132},
                                                                        {"b200_sxm", 148},
                                                                        {"b300_sxm", 148},
                                                                        {"gb200", 152},
                                                                        {"gb300", 152},
                                                                        {"l40s", 142},
                                                                        {"rtx_pro_6000_server", 188}}};
    for (const auto& [name, count] : known) {
        if (name == gpu) return count;
    }
    return 132;
}

}  // namespace atl::plan
