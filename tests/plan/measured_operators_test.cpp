// SPDX-License-Identifier: Apache-2.0
// Operator times: measured shapes come back as measured, shapes between them near, other GPUs by their peaks.
#include "atoll/plan/measured_operators.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "atoll/core/error.hpp"
#include "atoll/core/gzip.hpp"

namespace atl::plan {
namespace {

struct Texts {
    std::string gemm;
    std::string attention;
    std::string collective;

    OperatorTables tables() const { return {.gemm = gemm, .attention = attention, .collective = collective}; }
};

const Texts& measured() {
    static const Texts texts = [] {
        const std::string folder = std::string(ATOLL_SOURCE_DIR) + "/data/measured/gpu-ops/";
        const auto read = [&](const char* name) { return read_compressed_file(folder + name, 1U << 30U); };
        return Texts{read("gemm.csv.gz"), read("attention_forward_causal.csv.gz"), read("collective.csv.gz")};
    }();
    return texts;
}

std::unique_ptr<OperatorTimes> operators_of(const char* name) {
    const Gpu& gpu = shipped_gpus().find(name);
    return make_measured_operators(measured().tables(), gpu, shipped_gpus().find(gpu.operators));
}

TEST(MeasuredOperators, give_back_what_was_measured) {
    const auto operators = operators_of("A100-SXM-80");
    EXPECT_NEAR(operators->gemm_seconds({.m = 256, .n = 32, .k = 32}), 4.188e-6, 1e-12);
    EXPECT_NEAR(operators->gemm_seconds({.m = 256, .n = 32, .k = 128}), 4.871e-6, 1e-12);
    EXPECT_NEAR(operators->collective_seconds(Collective::all_gather, 2, 512), 8.98e-6, 1e-12);
}

TEST(MeasuredOperators, are_positive_and_grow_with_the_work_on_every_gpu) {
    for (const char* name : {"a100_sxm", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm", "gb200", "gb300", "l40s",
                             "rtx_pro_6000_server", "V100-SXM-32", "MI300X"}) {
        const auto operators = operators_of(name);
        double before = 0;
        for (const double m : {300.0, 2000.0, 9000.0, 70000.0, 1e6}) {
            const double seconds = operators->gemm_seconds({.m = m, .n = 5504, .k = 5120});
            EXPECT_GT(seconds, before) << name << " " << m;
            before = seconds;
        }
        before = 0;
        for (const double sequence : {1000.0, 4096.0, 20000.0, 131072.0}) {
            const double seconds = operators->attention_forward_seconds(
                {.batch = 1, .sequence = sequence, .heads = 16, .kv_heads = 4, .head_dim = 128});
            EXPECT_GT(seconds, before) << name << " " << sequence;
            before = seconds;
        }
        before = 0;
        for (const double bytes : {1e6, 1e8, 1e9, 1e10}) {
            const double seconds = operators->collective_seconds(Collective::all_reduce, 8, bytes);
            EXPECT_GT(seconds, before) << name << " " << bytes;
            before = seconds;
        }
    }
}

TEST(MeasuredOperators, of_a_gpu_without_a_table_are_its_siblings_by_peak) {
    const double sibling = operators_of("A100-SXM-80")->gemm_seconds({.m = 4096, .n = 4096, .k = 4096});
    const double own = operators_of("V100-SXM-32")->gemm_seconds({.m = 4096, .n = 4096, .k = 4096});
    EXPECT_NEAR(own / sibling, 312.0 / 125, 1e-9);
}

TEST(MeasuredOperators, a_gap_of_the_grid_is_filled_from_its_neighbours) {
    const Texts texts{
        "gpu,dtype,m,n,k,latency_us\nh100_sxm,bfloat16,256,64,64,2\nh100_sxm,bfloat16,1024,64,64,8\n"
        "h100_sxm,bfloat16,512,128,64,8\n",
        "gpu,dtype,batch,seq,heads,kv_heads,head_dim,latency_us\nh100_sxm,bfloat16,1,256,1,1,64,5\n",
        "gpu,nccl,op,gpus,bytes,latency_us\nh100_sxm,2,all_reduce,2,512,1\nh100_sxm,2,all_gather,2,512,1\n"
        "h100_sxm,2,reduce_scatter,2,512,1\nh100_sxm,2,alltoall,2,512,1\n"};
    const Gpu& h100 = shipped_gpus().find("H100");
    const auto operators = make_measured_operators(texts.tables(), h100, h100);
    EXPECT_NEAR(operators->gemm_seconds({.m = 512, .n = 64, .k = 64}), 4e-6, 1e-12)
        << "as long a flop as its neighbours";
}

TEST(MeasuredOperators, a_bad_line_or_a_missing_gpu_is_named) {
    const Gpu& h100 = shipped_gpus().find("H100");
    const auto refusal = [&](const std::string& gemm) -> std::string {
        try {
            make_measured_operators({.gemm = gemm, .attention = "", .collective = ""}, h100, h100);
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    };
    const std::string head = "gpu,dtype,m,n,k,latency_us\n";
    EXPECT_NE(refusal(head + "h100_sxm,bfloat16,256,64,x,2\n").find("gemm.csv:2"), std::string::npos);
    EXPECT_NE(refusal(head + "h100_sxm,bfloat16,256\n").find("gemm.csv:2"), std::string::npos);
    EXPECT_NE(refusal(head + "a100_sxm,bfloat16,256,64,64,2\n").find("h100_sxm"), std::string::npos);
    EXPECT_NE(refusal("gpu,dtype,m,n,latency_us\n").find("'k'"), std::string::npos);
}

}  // namespace
}  // namespace atl::plan
