// SPDX-License-Identifier: Apache-2.0
// What the trees see of an operator's shape, and the roofline that they correct.
#pragma once

#include <string_view>
#include <vector>

namespace atl::plan {

/// Microseconds that one GPU might take, of no GPU in particular: the trees learn the rest.
double gemm_roofline_us(double m, double n, double k);
double attention_roofline_us(double batch, double sequence, double heads, double kv_heads, double head_dim);

/// Appends a shape's features: sizes, work, bytes, how full the last wave of tiles is. `multiprocessors` of the GPU.
void append_gemm_features(double m, double n, double k, double multiprocessors, std::vector<float>& out);
void append_attention_features(double batch, double sequence, double heads, double kv_heads, double head_dim,
                               double multiprocessors, std::vector<float>& out);

/// Of a measured table's GPU; 132 of a name that is not known.
double multiprocessors_of(std::string_view gpu);

}  // namespace atl::plan
