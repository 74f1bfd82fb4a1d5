// SPDX-License-Identifier: Apache-2.0
// What a job may demand of the layers, and what is demanded of every job.
#include "atoll/sandbox/layers.hpp"

#include <gtest/gtest.h>

namespace atl::sandbox {
namespace {

LayerReports all_on() {
    LayerReports reports;
    for (LayerReport& report : reports) report.state = LayerState::on;
    return reports;
}

void set(LayerReports& reports, Layer layer, LayerState state) {
    reports[static_cast<std::size_t>(layer)] = {state, "a reason"};
}

TEST(Layers, NamesReadBack) {
    for (std::size_t i = 0; i < layer_count; ++i) {
        EXPECT_EQ(parse_layer(to_string(static_cast<Layer>(i))), static_cast<Layer>(i));
    }
    EXPECT_FALSE(parse_layer("files"));
    EXPECT_EQ(requirement_names().size(), layer_count + 1);
}

TEST(Layers, NothingIsMissingWhenAllAreOn) { EXPECT_EQ(missing_isolation(all_on(), requirement_names()), ""); }

TEST(Layers, OneOfTheTwoThatHideFilesIsEnough) {
    for (const Layer off : {Layer::mount_namespace, Layer::landlock}) {
        LayerReports reports = all_on();
        set(reports, off, LayerState::unavailable);
        EXPECT_EQ(missing_isolation(reports, {"files"}), "");
        EXPECT_NE(missing_isolation(reports, {std::string(to_string(off))}), "");
    }
}

TEST(Layers, OpenFilesAreAcceptedOnlyWhenNothingIsRequired) {
    LayerReports reports = all_on();
    set(reports, Layer::mount_namespace, LayerState::unavailable);
    set(reports, Layer::landlock, LayerState::switched_off);
    EXPECT_NE(missing_isolation(reports, {"files"}).find("mount_namespace: unavailable, a reason"), std::string::npos);
    EXPECT_NE(missing_isolation(reports, {"system_calls"}), "");
    EXPECT_EQ(missing_isolation(reports, {}), "");
}

TEST(Layers, WithoutHoldOfProcessesNothingIsRunWhateverIsRequired) {
    LayerReports reports = all_on();
    set(reports, Layer::pid_namespace, LayerState::unavailable);
    EXPECT_EQ(missing_isolation(reports, {}), "");
    set(reports, Layer::system_calls, LayerState::unavailable);
    EXPECT_NE(missing_isolation(reports, {}), "");
}

TEST(Layers, WhatIsNotNeededIsNotMissing) {
    LayerReports reports = all_on();
    set(reports, Layer::user_namespace, LayerState::not_needed);
    EXPECT_EQ(missing_isolation(reports, {"user_namespace"}), "");
}

}  // namespace
}  // namespace atl::sandbox
