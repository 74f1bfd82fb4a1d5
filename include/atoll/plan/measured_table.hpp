// SPDX-License-Identifier: Apache-2.0
// A table of training runs that somebody measured, as plans of models on clusters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/machine.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// One stage of a run on several types of GPU: as many replicas as there is data parallelism.
struct RowStage {
    struct Replica {
        Gpu gpu;
        std::uint16_t tensor = 1;
    };
    std::uint32_t layers = 0;
    std::vector<Replica> replicas;
};

/// "L12:8xRTX-3090/tp8;8xRTX-2080/tp8|L12:...": stages, replicas. `layers` is the model's; where the stages' add up to
/// two more, embedding and head are counted in the first and the last. Throws InputError saying what is wrong.
std::vector<RowStage> parse_row_stages(std::string_view text, std::uint32_t layers, const GpuCatalogue& gpus);

/// One row of data/measured/training.csv or of a table with its columns.
struct TrainingRun {
    std::string id;
    std::string source;
    std::string framework;
    std::string model_name;
    std::string family;  ///< runs whose software and cluster are alike: source, framework, kind of GPU
    Transformer model;
    Cluster cluster;
    Workload workload;
    Strategy strategy;
    std::vector<RowStage> stages;     ///< of a run on several types of GPU; empty: one type
    bool has_frozen_weights = false;  ///< adapters alone are trained (task "LoRA")
    std::string note;                 ///< what was filled in or mended, and why there is no prediction
    bool usable = false;              ///< there is enough of it to predict a time
    bool has_memory = false;  ///< there is enough of it to predict the memory, if by a pipeline that is filled once

    // What was measured; read for fitting and scoring, never for predicting.
    std::optional<double> iteration_seconds;
    std::optional<double> peak_gib;
    std::optional<bool> out_of_memory;
};

/// Runs whose memory has the same constants: the family; apart those whose layers and two more divide over the stages
/// and the layers alone do not, as embedding and head are counted as layers (Megatron-DeepSpeed's partitioning
/// "type:transformer|embedding", which came together with an optimizer that keeps gradients in bf16 and fp32).
std::string memory_group(const TrainingRun& run);

enum class MeasuredColumns { read, ignore };

/// Every row of the table; only `id` is required. Shape columns that are empty are filled in by the rules of
/// docs/cost-model.md. Throws InputError with file and line for a cell that should be a number and is not.
std::vector<TrainingRun> parse_training_runs(std::string_view csv, std::string_view file_name, const GpuCatalogue& gpus,
                                             MeasuredColumns measured);

}  // namespace atl::plan
