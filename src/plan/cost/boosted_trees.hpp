// SPDX-License-Identifier: Apache-2.0
// Gradient-boosted trees over rows of numbers, by XGBoost where the build has it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atl::plan {

/// Rows of equal width, one after the other.
struct FeatureRows {
    std::size_t width = 0;
    std::vector<float> values;
    std::size_t rows() const { return width == 0 ? 0 : values.size() / width; }
};

/// False: the two functions below throw InputError that says so.
bool has_boosted_trees();

/// How many trees, how large, how much of its error each of them takes.
struct TreeSettings {
    int trees = 400;
    int leaves = 52;
    double step = 0.08;
};

/// Trees for the least squares of `targets`, as XGBoost's UBJSON. One thread: the same rows give the same bytes.
std::string train_trees(const FeatureRows& rows, const std::vector<float>& targets, const TreeSettings& settings);

/// A trained model in memory.
class BoostedTrees {
public:
    /// `name` is for the message of the InputError when `model` cannot be read.
    BoostedTrees(std::string_view model, std::string name);
    ~BoostedTrees();
    BoostedTrees(BoostedTrees&&) noexcept;
    BoostedTrees& operator=(BoostedTrees&&) noexcept;
    /// One value a row.
    std::vector<double> predict(const FeatureRows& rows) const;

private:
    struct Loaded;
    std::unique_ptr<Loaded> loaded_;
};

}  // namespace atl::plan
