// SPDX-License-Identifier: Apache-2.0
// Seconds to a proven target per seed, for the vector islands alone: no MPI, no journal, no archive. Each thread drives
// its islands in turn, as a rank with one worker does; elites travel through memory. Seeds that the CSV file already
// holds are skipped, so that an interrupted measurement goes on where it was.
//
//   evolve_islands PROBLEM TARGET [name=value ...]
//
// Names: seeds (count), first_seed, seconds (limit a seed), threads, csv (path), and the island options islands, batch,
// population, elites, initial, tournament, selection, stagnation, interval, migrants, topology, operators (a,b,c),
// floor, decay, sharpness, tolerance.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"
#include "atoll/evolve/evolution_island.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_variation.hpp"

namespace {

using namespace atl;

struct Settings {
    std::string problem;
    double target = 0;
    std::uint64_t seeds = 10;
    std::uint64_t first_seed = 1;
    double seconds = 300;
    std::uint32_t threads = 2;
    std::uint64_t interval = 10;
    std::string csv;
    std::vector<std::string> operators;  ///< pipelines; empty: those that fit the problem
    evolve::IslandOptions island;
};

/// What one seed came to.
struct Outcome {
    bool reached = false;
    double wall_seconds = 0;
    double cpu_seconds = 0;  ///< of the busiest thread: what the wall time would be on an idle machine
    std::uint64_t evaluations = 0;
    std::uint64_t objective_calls = 0;
    std::uint64_t eras = 0;
    double best = 0;
    std::string arms;  ///< picks, share of calls and rank gain of each operator
};

double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Islands of one seed over threads, with a mailbox an island.
class Archipelago {
public:
    Archipelago(const Settings& settings, std::uint64_t seed, std::shared_ptr<const evolve::VectorVariation> operators,
                std::shared_ptr<const problems::VectorProblem> problem)
        : settings_(settings), problem_(problem), evaluator_(problem), mailboxes_(settings.island.islands) {
        for (std::uint32_t i = 0; i < settings.island.islands; ++i) {
            evolve::IslandOptions options = settings.island;
            options.seed = seed;
            options.island = i;
            islands_.push_back(std::make_unique<evolve::EvolutionIsland>(operators, options));
        }
    }

    Outcome run() {
        const MonotonicClock clock;
        const Nanoseconds start = clock.now();
        std::vector<std::thread> threads;
        for (std::uint32_t t = 0; t < settings_.threads; ++t) {
            threads.emplace_back([this, t, start] { drive(t, start); });
        }
        for (std::thread& thread : threads) thread.join();
        outcome_.wall_seconds = to_seconds(clock.now() - start);
        outcome_.reached = reached_;
        for (const auto& island : islands_) {
            outcome_.eras += island->era();
            if (island->elites().empty()) continue;
            const double value = proven_value(island->elites()[0]->record.score, problem_->direction());
            const bool first = outcome_.best == 0;
            const bool better =
                problem_->direction() == Direction::maximize ? value > outcome_.best : value < outcome_.best;
            if (first || better) outcome_.best = value;
        }
        for (const auto& [name, tally] : tallies_) {
            outcome_.arms += fmt::format(" {}:{}/{}/{}", name, tally.picks, tally.calls, tally.entered);
        }
        return outcome_;
    }

private:
    struct Tally {
        std::uint64_t picks = 0, calls = 0, entered = 0;
    };

    void drive(std::uint32_t thread, Nanoseconds start) {
        const MonotonicClock clock;
        const double cpu_start = thread_cpu_seconds();
        std::map<std::string, Tally> tallies;
        std::uint64_t evaluations = 0;
        for (std::uint64_t step = 0; !done_; ++step) {
            for (std::uint32_t i = thread; i < islands_.size() && !done_; i += settings_.threads) {
                evolve::EvolutionIsland& island = *islands_[i];
                if (settings_.interval > 0 && step > 0 && step % settings_.interval == 0) {
                    migrate(island, i, step / settings_.interval);
                }
                for (std::uint32_t slot = 0; slot < settings_.island.batch && !done_; ++slot) {
                    ++evaluations;
                    evaluate(island, step, slot, tallies);
                    if (to_seconds(clock.now() - start) > settings_.seconds) done_ = true;
                }
            }
        }
        const std::lock_guard lock(mutex_);
        outcome_.cpu_seconds = std::max(outcome_.cpu_seconds, thread_cpu_seconds() - cpu_start);
        outcome_.evaluations += evaluations;
        for (const auto& [name, tally] : tallies) {
            tallies_[name].picks += tally.picks;
            tallies_[name].calls += tally.calls;
            tallies_[name].entered += tally.entered;
            outcome_.objective_calls += tally.calls;
        }
    }

    void evaluate(evolve::EvolutionIsland& island, std::uint64_t step, std::uint32_t slot,
                  std::map<std::string, Tally>& tallies) {
        const engine::Proposal proposal = island.propose(step, slot, false);
        engine::Made made = proposal.make();
        EvaluationRecord record;
        record.key = proposal.key;
        record.parent_1 = proposal.parent_1;
        record.parent_2 = proposal.parent_2;
        record.operator_name = proposal.operator_name;
        record.candidate = std::move(made.candidate);
        record.objective_calls = made.objective_calls + 1;
        engine::EvaluationOutcome judged = evaluator_.evaluate({record.key, &record.candidate, "open"});
        record.verdict = std::move(judged.verdict);
        record.score = judged.score;
        const std::uint64_t era = island.era();
        island.commit(record);
        island.acknowledged(record.key);
        Tally& tally = tallies[record.verdict.ok() ? record.operator_name : record.operator_name + "!"];
        ++tally.picks;
        tally.calls += record.objective_calls;
        if (island.era() == era) {
            for (const auto& member : island.population().members()) {
                if (member->record.key == record.key) ++tally.entered;
            }
        }
        if (record.verdict.ok() && reaches(record.score, settings_.target, problem_->direction())) {
            reached_ = true;
            done_ = true;
        }
    }

    void migrate(evolve::EvolutionIsland& island, std::uint32_t id, std::uint64_t epoch) {
        std::vector<engine::Migrant> arrived;
        std::vector<engine::Migrant> leaving = island.emigrants(epoch);
        {
            const std::lock_guard lock(mutex_);
            for (engine::Migrant& migrant : leaving) mailboxes_[migrant.to_island].push_back(std::move(migrant));
            arrived.swap(mailboxes_[id]);
        }
        for (const engine::Migrant& migrant : arrived) island.immigrate(migrant);
    }

    const Settings& settings_;
    std::shared_ptr<const problems::VectorProblem> problem_;
    evolve::VectorEvaluator evaluator_;
    std::vector<std::unique_ptr<evolve::EvolutionIsland>> islands_;
    std::vector<std::vector<engine::Migrant>> mailboxes_;
    std::mutex mutex_;
    std::atomic<bool> done_ = false;
    std::atomic<bool> reached_ = false;
    std::map<std::string, Tally> tallies_;
    Outcome outcome_;
};

double number_of(const std::string& name, const std::string& text) {
    const auto value = parse_number(text);
    if (!value) throw InputError(fmt::format("{}: '{}' is no number", name, text));
    return *value;
}

void set(Settings& settings, const std::string& name, const std::string& text) {
    evolve::IslandOptions& island = settings.island;
    const auto whole = [&] { return static_cast<std::uint32_t>(number_of(name, text)); };
    const auto real = [&] { return number_of(name, text); };
    if (name == "seeds")
        settings.seeds = whole();
    else if (name == "first_seed")
        settings.first_seed = whole();
    else if (name == "seconds")
        settings.seconds = real();
    else if (name == "threads")
        settings.threads = whole();
    else if (name == "interval")
        settings.interval = whole();
    else if (name == "csv")
        settings.csv = text;
    else if (name == "islands")
        island.islands = whole();
    else if (name == "batch")
        island.batch = whole();
    else if (name == "population")
        island.population.size = whole();
    else if (name == "elites")
        island.elites = whole();
    else if (name == "initial")
        island.initial_candidates = whole();
    else if (name == "tournament")
        island.population.tournament_size = whole();
    else if (name == "selection")
        island.population.selection = evolve::parse_selection(text).value();
    else if (name == "stagnation")
        island.stagnation_steps = whole();
    else if (name == "migrants")
        island.migration.migrants = whole();
    else if (name == "topology")
        island.migration.topology = evolve::parse_topology(text).value();
    else if (name == "floor")
        island.bandit.floor = real();
    else if (name == "decay")
        island.bandit.decay = real();
    else if (name == "sharpness")
        island.bandit.sharpness = real();
    else if (name == "tolerance")
        island.population.value_tolerance = real();
    else if (name == "operators") {
        std::istringstream list(text);
        for (std::string each; std::getline(list, each, ',');) settings.operators.push_back(each);
    } else {
        throw InputError(fmt::format("unknown name '{}'; the head of bench/evolve_islands.cpp lists them", name));
    }
}

/// Seeds that the file has a line for.
std::set<std::uint64_t> measured_seeds(const std::string& path) {
    std::set<std::uint64_t> seeds;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::uint64_t seed = 0;
        const auto result = std::from_chars(line.data(), line.data() + line.size(), seed);
        if (result.ec == std::errc()) seeds.insert(seed);
    }
    return seeds;
}

void measure(const Settings& settings) {
    const std::shared_ptr<const problems::VectorProblem> problem = problems::make_vector_problem(settings.problem);
    const auto operators = std::make_shared<const evolve::VectorVariation>(problem, settings.operators);
    const auto done = settings.csv.empty() ? std::set<std::uint64_t>{} : measured_seeds(settings.csv);
    std::ofstream csv;
    if (!settings.csv.empty()) {
        csv.open(settings.csv, std::ios::app);
        if (!csv) throw InputError(fmt::format("cannot write {}", settings.csv));
        if (done.empty())
            csv << "seed,reached,wall_seconds,cpu_seconds,evaluations,objective_calls,eras,best\n" << std::flush;
    }
    std::vector<double> seconds;
    for (std::uint64_t seed = settings.first_seed; seed < settings.first_seed + settings.seeds; ++seed) {
        if (done.contains(seed)) continue;
        const Outcome outcome = Archipelago(settings, seed, operators, problem).run();
        const std::string line = fmt::format("{},{},{:.3f},{:.3f},{},{},{},{}", seed, outcome.reached ? 1 : 0,
                                             outcome.wall_seconds, outcome.cpu_seconds, outcome.evaluations,
                                             outcome.objective_calls, outcome.eras, shortest(outcome.best));
        fmt::print("{} {}\n", line, outcome.arms);
        std::fflush(stdout);
        if (csv.is_open()) csv << line << '\n' << std::flush;
        seconds.push_back(outcome.reached ? outcome.cpu_seconds : 1e9);
    }
    if (seconds.empty()) return;
    std::sort(seconds.begin(), seconds.end());
    const auto reached = std::count_if(seconds.begin(), seconds.end(), [](double each) { return each < 1e9; });
    fmt::print("{}: {} of {} seeds; cpu seconds of the busiest thread: median {:.2f}, worst {:.2f}\n", settings.problem,
               reached, seconds.size(), seconds[seconds.size() / 2], seconds.back());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 3) throw InputError("usage: evolve_islands PROBLEM TARGET [name=value ...]");
        Settings settings;
        settings.problem = argv[1];
        settings.target = number_of("TARGET", argv[2]);
        for (int i = 3; i < argc; ++i) {
            const std::string argument = argv[i];
            const std::size_t equals = argument.find('=');
            if (equals == std::string::npos) throw InputError(fmt::format("'{}' is not name=value", argument));
            set(settings, argument.substr(0, equals), argument.substr(equals + 1));
        }
        measure(settings);
        return 0;
    } catch (const Error& error) {
        fmt::print(stderr, "evolve_islands: {}\n", error.what());
        return static_cast<int>(error.code());
    }
}
