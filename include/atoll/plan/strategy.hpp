// SPDX-License-Identifier: Apache-2.0
// One training plan: how a model is cut over GPUs, and which of the runtime's switches are on.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace atl::plan {

enum class Schedule : std::uint8_t { gpipe, one_f_one_b, interleaved, zero_bubble };
enum class Recompute : std::uint8_t { none, selective, full };
enum class RecomputeMethod : std::uint8_t { uniform, block };
enum class Precision : std::uint8_t { bf16, fp8 };

/// Plain data, 40 bytes. Defaults are one GPU. GPUs = tensor * pipeline * data * context; experts live inside
/// tensor * data * context (expert divides data * context).
struct Strategy {
    std::uint16_t tensor = 1;
    std::uint16_t pipeline = 1;
    std::uint32_t data = 1;
    std::uint16_t context = 1;
    std::uint16_t expert = 1;
    std::uint16_t virtual_stages = 1;  ///< model chunks a pipeline rank holds; > 1 only with Schedule::interleaved
    std::uint16_t micro_batch = 1;     ///< sequences
    std::uint16_t recompute_layers =
        0;  ///< block: layers of a stage that are recomputed; uniform: layers in one checkpointed group
    Schedule schedule = Schedule::one_f_one_b;
    Recompute recompute = Recompute::none;
    RecomputeMethod recompute_method = RecomputeMethod::uniform;  ///< means something with Recompute::full only
    Precision precision = Precision::bf16;
    std::uint8_t zero_stage =
        0;  ///< 0 to 3: none, optimizer state, and gradients, and weights sharded over data * context; 3 is FSDP
    bool sequence_parallel = false;
    bool overlap_gradient_reduce = false;
    bool overlap_parameter_gather = false;
    bool overlap_p2p = false;
    bool overlap_tensor_parallel = false;
    bool flash_attention = true;
    bool offload_optimizer = false;

    /// Megatron's --use-distributed-optimizer.
    bool distributed_optimizer() const { return zero_stage >= 1; }
    std::uint64_t gpus() const { return std::uint64_t{tensor} * pipeline * data * context; }
    auto operator<=>(const Strategy&) const = default;  // NOLINT(modernize-use-nullptr): false alarm of clang 14
};

/// What one optimizer step trains on.
struct Workload {
    std::uint32_t sequence = 4096;      ///< tokens
    std::uint32_t global_batch = 1024;  ///< sequences
};

/// Micro-batches a pipeline runs in one iteration; 0 when the global batch is no multiple of data * micro_batch.
std::uint32_t micro_batches(const Strategy& strategy, const Workload& workload);

/// "tp8 pp4 dp2 mbs1 vpp2 sp full-block-12 dist-opt": short, unique, what tables print.
std::string describe(const Strategy& strategy);
std::string to_string(Schedule schedule);
std::string to_string(Recompute recompute);
std::string to_string(RecomputeMethod method);
std::string to_string(Precision precision);

}  // namespace atl::plan
