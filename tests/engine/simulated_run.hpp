// SPDX-License-Identifier: Apache-2.0
// A whole run of N ranks in one thread: simulated network, virtual durations, journals in memory.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "atoll/engine/inline_executor.hpp"
#include "atoll/engine/rank.hpp"
#include "atoll/transport/simulated_network.hpp"
#include "toy_island.hpp"

namespace atl::engine::testing {

/// Acknowledges a record some virtual time after it was appended, and fails or stalls on demand.
class VirtualJournal final : public journal::JournalSink {
public:
    VirtualJournal(const Clock& clock, Nanoseconds delay) : clock_(clock), delay_(delay) {}

    std::uint64_t append(Record record) override {
        records.push_back(std::move(record));
        safe_at_.push_back(clock_.now() + delay_);
        return records.size();
    }
    std::uint64_t acknowledged() override {
        if (records.size() >= fail_at) throw InfrastructureError("disk full");
        while (!stalled && safe_ < records.size() && safe_at_[safe_] <= clock_.now()) ++safe_;
        return safe_;
    }
    void flush() override {}
    /// What a kill at this instant would leave.
    std::vector<Record> durable() {
        acknowledged();
        return {records.begin(), records.begin() + static_cast<std::ptrdiff_t>(safe_)};
    }

    std::vector<EvaluationRecord> evaluations() const {
        std::vector<EvaluationRecord> all;
        for (const Record& record : records) {
            if (const auto* evaluation = std::get_if<EvaluationRecord>(&record)) all.push_back(*evaluation);
        }
        return all;
    }
    template <class T>
    std::size_t count() const {
        std::size_t total = 0;
        for (const Record& record : records) total += std::holds_alternative<T>(record) ? 1 : 0;
        return total;
    }

    std::vector<Record> records;
    std::size_t fail_at = SIZE_MAX;
    bool stalled = false;

private:
    const Clock& clock_;
    Nanoseconds delay_;
    std::vector<Nanoseconds> safe_at_;
    std::uint64_t safe_ = 0;
};

struct SimulatedRunOptions {
    int ranks = 2;
    std::uint64_t seed = 1;
    RankOptions rank;
    std::uint64_t distinct = 0;  ///< how many different candidates there are; 0: no bound
    std::size_t workers = 2;
    Nanoseconds sync_delay = 300'000;
    Nanoseconds shortest_evaluation = 100'000;
    Nanoseconds longest_evaluation = 20'000'000;
    const Evaluator* evaluator = nullptr;
    std::function<std::unique_ptr<Island>(std::uint32_t id)> make_island;  ///< empty: a ToyIsland
    std::function<IslandProgress(Island&, std::uint32_t id)> restore;      ///< empty: a new run
    std::function<std::unique_ptr<llm::Client>(int rank)> make_model;      ///< empty: nobody is asked
};

class SimulatedRun {
public:
    explicit SimulatedRun(SimulatedRunOptions options)
        : options_(options),
          network_(options.ranks, {.seed = options.seed, .minimum_delay = 1'000, .maximum_delay = 3'000'000}) {
        const auto count = static_cast<std::size_t>(options.ranks);
        logs.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            const VirtualDurations durations{options.seed * 1000 + i, options.shortest_evaluation,
                                             options.longest_evaluation};
            executors_.push_back(std::make_unique<InlineExecutor>(network_.clock(), options.workers, durations));
            journals.push_back(std::make_unique<VirtualJournal>(network_.clock(), options.sync_delay));
            models.push_back(options.make_model ? options.make_model(static_cast<int>(i)) : nullptr);
            const RankParts parts{network_.endpoint(static_cast<int>(i)),
                                  *executors_[i],
                                  network_.clock(),
                                  *journals[i],
                                  options.evaluator != nullptr ? *options.evaluator : evaluator_,
                                  models[i].get()};
            ranks.push_back(std::make_unique<Rank>(parts, options.rank));
            for (std::uint32_t island = static_cast<std::uint32_t>(i); island < options.rank.islands;
                 island += static_cast<std::uint32_t>(count)) {
                std::unique_ptr<Island> made;
                if (options.make_island) {
                    made = options.make_island(island);
                } else {
                    made = std::make_unique<ToyIsland>(island, options.rank.islands, logs[i], options.distinct);
                }
                IslandProgress progress;
                if (options.restore) progress = options.restore(*made, island);
                ranks[i]->add_island(island, std::move(made), std::move(progress));
            }
        }
    }

    transport::RunReport run(Nanoseconds deadline = from_seconds(100'000)) {
        std::vector<transport::Steppable*> steppables;
        for (const auto& rank : ranks) steppables.push_back(rank.get());
        return network_.run(steppables, deadline);
    }

    std::vector<EvaluationRecord> evaluations() const {
        std::vector<EvaluationRecord> all;
        for (const auto& journal : journals) {
            const auto part = journal->evaluations();
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }
    transport::SimulatedNetwork& network() { return network_; }

    std::vector<ToyLog> logs;  ///< one a rank
    std::vector<std::unique_ptr<VirtualJournal>> journals;
    std::vector<std::unique_ptr<llm::Client>> models;
    std::vector<std::unique_ptr<Rank>> ranks;

private:
    SimulatedRunOptions options_;
    transport::SimulatedNetwork network_;
    ToyEvaluator evaluator_;
    std::vector<std::unique_ptr<InlineExecutor>> executors_;
};

inline std::set<EvaluationKey> keys_of(const std::vector<EvaluationRecord>& records) {
    std::set<EvaluationKey> keys;
    for (const EvaluationRecord& record : records) keys.insert(record.key);
    return keys;
}

}  // namespace atl::engine::testing
