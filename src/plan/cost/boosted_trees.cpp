// SPDX-License-Identifier: Apache-2.0
// Gradient-boosted trees through XGBoost's C interface; the only file that knows whether it is there.
#include "plan/cost/boosted_trees.hpp"

#include <utility>

#include "atoll/core/error.hpp"

#ifdef ATOLL_XGBOOST
#include <xgboost/c_api.h>

#include <limits>
#include <memory>
#include <type_traits>
#endif

namespace atl::plan {

#ifdef ATOLL_XGBOOST

namespace {

void require(int status, const std::string& what) {
    if (status != 0) throw InputError(what + ": " + XGBGetLastError());
}

struct FreeMatrix {
    void operator()(void* matrix) const { XGDMatrixFree(matrix); }
};
struct FreeBooster {
    void operator()(void* booster) const { XGBoosterFree(booster); }
};
using Matrix = std::unique_ptr<std::remove_pointer_t<DMatrixHandle>, FreeMatrix>;
using Booster = std::unique_ptr<std::remove_pointer_t<BoosterHandle>, FreeBooster>;

Matrix matrix_of(const FeatureRows& rows) {
    DMatrixHandle handle = nullptr;
    require(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.width, std::numeric_limits<float>::quiet_NaN(),
                                   &handle),
            "rows for XGBoost");
    return Matrix(handle);
}

Booster make_booster(const DMatrixHandle* matrices, bst_ulong count) {
    BoosterHandle handle = nullptr;
    require(XGBoosterCreate(matrices, count, &handle), "a model of XGBoost");
    Booster booster(handle);
    require(XGBoosterSetParam(handle, "nthread", "1"), "nthread");
    return booster;
}

}  // namespace

bool has_boosted_trees() { return true; }

std::string train_trees(const FeatureRows& rows, const std::vector<float>& targets, const TreeSettings& settings) {
    const Matrix matrix = matrix_of(rows);
    require(XGDMatrixSetFloatInfo(matrix.get(), "label", targets.data(), targets.size()), "targets for XGBoost");
    const DMatrixHandle handle = matrix.get();
    const Booster booster = make_booster(&handle, 1);
    const std::string leaves = std::to_string(settings.leaves);
    const std::string step = std::to_string(settings.step);
    const std::pair<const char*, const char*> parameters[] = {
        {"objective", "reg:squarederror"},
        {"tree_method", "hist"},
        {"grow_policy", "lossguide"},
        {"max_depth", "0"},
        {"max_leaves", leaves.c_str()},
        {"max_bin", "512"},
        {"eta", step.c_str()},
        {"min_child_weight", "2"},
        {"seed", "0"},
        {"verbosity", "0"},
    };
    for (const auto& [key, value] : parameters) require(XGBoosterSetParam(booster.get(), key, value), key);
    for (int tree = 0; tree < settings.trees; ++tree) {
        require(XGBoosterUpdateOneIter(booster.get(), tree, matrix.get()), "training");
    }
    const char* bytes = nullptr;
    bst_ulong size = 0;
    require(XGBoosterSaveModelToBuffer(booster.get(), R"({"format": "ubj"})", &size, &bytes), "a trained model");
    return {bytes, size};
}

struct BoostedTrees::Loaded {
    std::string name;
    Booster booster;
};

BoostedTrees::BoostedTrees(std::string_view model, std::string name)
    : loaded_(std::make_unique<Loaded>(Loaded{std::move(name), make_booster(nullptr, 0)})) {
    require(XGBoosterLoadModelFromBuffer(loaded_->booster.get(), model.data(), model.size()), loaded_->name);
}

std::vector<double> BoostedTrees::predict(const FeatureRows& rows) const {
    if (rows.rows() == 0) return {};
    const Matrix matrix = matrix_of(rows);
    const char* settings =
        R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    require(XGBoosterPredictFromDMatrix(loaded_->booster.get(), matrix.get(), settings, &shape, &dimensions, &values),
            loaded_->name);
    return {values, values + rows.rows()};
}

#else

namespace {
constexpr const char* absent = "this atoll was built without XGBoost; install libxgboost-dev and build again";
}

bool has_boosted_trees() { return false; }

std::string train_trees(const FeatureRows& /*rows*/, const std::vector<float>& /*targets*/,
                        const TreeSettings& /*settings*/) {
    throw InputError(absent);
}

struct BoostedTrees::Loaded {};

BoostedTrees::BoostedTrees(std::string_view /*model*/, std::string name) {
    throw InputError(std::move(name) + ": " + absent);
}

std::vector<double> BoostedTrees::predict(const FeatureRows& /*rows*/) const { return {}; }

#endif

BoostedTrees::~BoostedTrees() = default;
BoostedTrees::BoostedTrees(BoostedTrees&&) noexcept = default;
BoostedTrees& BoostedTrees::operator=(BoostedTrees&&) noexcept = default;

}  // namespace atl::plan
