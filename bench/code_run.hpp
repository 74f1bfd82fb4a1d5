// SPDX-License-Identifier: Apache-2.0
// A run of many evaluations of program text, made in seconds, for measuring what reads it: folds and resumes.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "atoll/app/job.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/random.hpp"
#include "atoll/evolve/evolution_island.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "atoll/evolve/vector_variation.hpp"
#include "atoll/journal/writer.hpp"

namespace atl::bench {

/// About `bytes` bytes that compress as program text does (to a quarter or a third): a few words, many names, numbers.
inline std::string code_text(RandomStream& random, std::size_t bytes) {
    static constexpr const char* words[] = {"for i in range(",
                                            "):\n        ",
                                            " = ",
                                            " + ",
                                            " * ",
                                            "return ",
                                            "if ",
                                            " < ",
                                            "np.sqrt(",
                                            "best",
                                            "self.candidates[",
                                            "]",
                                            ")\n    ",
                                            "# move the ",
                                            " radius",
                                            "def improve_",
                                            "(x, y):\n    ",
                                            "while ",
                                            "np.random.u(",
                                            ", "};
    std::string text;
    while (text.size() < bytes) {
        text += words[random() % std::size(words)];
        if (random() % 3 == 0) text += std::to_string(random() % 100000);
        if (random() % 4 == 0) text += "value_" + std::to_string(random() % 200);
    }
    text.resize(bytes);
    return text;
}

/// RUN with the job `noop` and `count` evaluations over 8 islands on two ranks, candidates of `bytes` bytes, all
/// different, and snapshots every 64 steps. Each island's first step holds 16 real vectors of high score; the texts
/// after it score less, so that a resume never takes one for a vector.
inline app::RunDirectory make_code_run(const std::filesystem::path& root, std::uint64_t count, std::size_t bytes) {
    constexpr std::uint32_t ranks = 2;
    constexpr std::uint32_t slots = 16;
    const app::RunDirectory run = app::create_run_directory(root);
    const app::Job job = app::make_job(
        resolve_options(app::job_options(),
                        JobFile{"job", "problem = \"noop\"\nlimits.evaluations = " + std::to_string(count) +
                                           "\npopulation.stagnation_steps = 0\nmigration.interval = 0\n"},
                        {}, {}));
    write_file_atomically(run.job(), job.options.to_toml());
    const auto operators = std::make_shared<const evolve::VectorVariation>(job.vectors);
    const std::uint64_t per_island = count / job.rank.islands;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
        journal::SegmentInfo info;
        info.rank = rank;
        info.job_toml = job.options.to_toml();
        info.provenance_json = R"({"problem": "noop", "direction": "maximize", "islands": 8})";
        journal::FileJournal journal(run.root, info);
        for (std::uint32_t id = rank; id < job.rank.islands; id += ranks) {
            evolve::IslandOptions options = job.island;
            options.island = id;
            evolve::EvolutionIsland island(operators, options);
            for (std::uint64_t n = 0; n < per_island; ++n) {
                EvaluationRecord record;
                record.key = {
                    .island = id, .step = n / slots, .slot = static_cast<std::uint32_t>(n % slots), .attempt = 0};
                RandomStream random(7, id, record.key.step, record.key.slot, StreamPurpose::test);
                if (record.key.step == 0) {
                    std::vector<double> x = job.vectors->random_vector(random);
                    x[0] = 0.9 + 0.1 * x[0];
                    record.candidate = evolve::encode_vector(x);
                    record.score = {x[0], x[0]};
                } else {
                    record.parent_1 = EvaluationKey{id, 0, static_cast<std::uint32_t>(n % 7), 0};
                    record.candidate = {.genome = "program", .bytes = code_text(random, bytes)};
                    const double score = 0.5 * random.uniform();
                    record.score = {score, score};
                }
                record.candidate_sha256 = sha256(record.candidate.bytes);
                record.operator_name = "gaussian";
                record.objective_calls = 1;
                record.elapsed_seconds = static_cast<double>(n) * 1e-3;
                record.wall_seconds = 1e-4 * random.uniform();
                record.rank = rank;
                island.replay(record);
                journal.append(std::move(record));
                if (n % 2048 == 0) journal.flush();
                if ((n + 1) % (slots * 64ULL) == 0) {
                    journal.append(SnapshotRecord{.island = id, .step = (n + 1) / slots, .state = island.snapshot()});
                }
            }
        }
        journal.flush();
    }
    return run;
}

}  // namespace atl::bench
