// SPDX-License-Identifier: Apache-2.0
// Every spelling of a GPU in the tables is known; clusters are whole nodes.
#include "atoll/plan/machine.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"

namespace atl::plan {
namespace {

TEST(GpuCatalogue, knows_every_spelling_of_the_tables) {
    const GpuCatalogue& gpus = shipped_gpus();
    for (const char* own : {"a100_sxm", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm", "gb200", "gb300", "l40s",
                            "rtx_pro_6000_server"}) {
        EXPECT_EQ(gpus.find(own).operators, own);
        EXPECT_TRUE(gpus.find(own).operators_are_its_own) << own;
    }
    for (const char* spelling : {"A100-SXM", "A100-class (Ampere)", "A100-SXM-80"})
        EXPECT_EQ(gpus.find(spelling).name, "A100-SXM-80") << spelling;
    EXPECT_EQ(gpus.find("B200-SXM").name, "B200-SXM-180");
    for (const char* spelling :
         {"V100-SXM-32", "V100-SXM-16", "GH200-96", "RTX2080", "RTX3090", "TitanRTX", "A100-SXM-40"})
        EXPECT_NE(gpus.find_or_null(spelling), nullptr) << spelling;
}

TEST(GpuCatalogue, an_unknown_name_is_refused_with_the_nearest) {
    try {
        shipped_gpus().find("h100_smx");
        FAIL();
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("H100-SXM-80"), std::string::npos) << error.what();
    }
}

TEST(GpuCatalogue, one_spelling_of_two_gpus_is_refused) {
    std::vector<Gpu> two{shipped_gpus().find("H100"), shipped_gpus().find("H200")};
    EXPECT_THROW(GpuCatalogue(two, "H100-SXM-80 = [\"fast\"]\nH200-SXM-141 = [\"Fast\"]\n", "a.toml"), InputError);
}

TEST(UsualCluster, is_a_whole_number_of_nodes) {
    const Gpu& h100 = shipped_gpus().find("H100");
    EXPECT_EQ(usual_cluster(h100, 1024).gpus_per_node, 8U);
    EXPECT_EQ(usual_cluster(h100, 4).gpus_per_node, 4U);
    EXPECT_DOUBLE_EQ(usual_cluster(h100, 64).inter_node_gb_per_second, 50);
    EXPECT_EQ(usual_cluster(shipped_gpus().find("GB200"), 144).gpus_per_node, 72U);
    EXPECT_THROW(usual_cluster(h100, 12), InputError);
    EXPECT_THROW(usual_cluster(h100, 0), InputError);
}

TEST(NodeType, those_that_come_along_have_gpus_that_are_known) {
    for (const char* name :
         {"dgx-a100", "DGX H100", "dgx-b200", "gb200-nvl72", "aws-p4d", "aws-p5", "azure-nd-h100-v5"}) {
        const NodeType type = find_node_type(name);
        EXPECT_GT(shipped_gpus().find(type.gpu).bf16_tflops, 0) << name;
        EXPECT_GE(type.gpus_per_node, 8U) << name;
        EXPECT_FALSE(type.source.empty()) << name;
    }
    EXPECT_THROW(find_node_type("dgx-h1000x"), InputError);
    EXPECT_THROW(
        parse_node_type("name = \"x\"\ngpu = \"h100\"\ngpus_per_node = 0\ninter_node_gb_per_second = 1.0\n", "n"),
        InputError);
}

}  // namespace
}  // namespace atl::plan
