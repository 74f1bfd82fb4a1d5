// SPDX-License-Identifier: Apache-2.0
// How fast a recipe of moves and local optimisation reaches a target from scratch, on one core; resumable.
//
// local_search PROBLEM TARGET RECIPE OUT.csv [seeds=10] [cap_seconds=60] [patience=300] [barrier=0] [population=1]
//   RECIPE   "multistart", or moves of the problem with weights: "relocate:0.5,perturb:0.5"
//   patience failures in a row until a new random start;  barrier: LocalOptions::initial_barrier after a move
//   population: incumbents kept; a move starts from a random one and replaces the worst it beats
// One row a seed is appended to OUT.csv; rows already there are not run again. Times are CPU seconds.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/random.hpp"
#include "atoll/optimize/interior_point.hpp"
#include "atoll/problems/vector_problem.hpp"

namespace {

struct Setup {
    std::string problem, recipe, file;
    double target = 0;
    std::uint32_t seeds = 10;
    double cap_seconds = 60;
    int patience = 300;
    double barrier = 0;
    std::size_t population = 1;

    std::string label() const {
        std::ostringstream text;
        text << problem << ';' << target << ';' << recipe << ';' << patience << ';' << barrier << ';' << population;
        return text.str();
    }
};

struct Outcome {
    bool hit = false;
    double seconds = 0, judging_seconds = 0;
    std::uint64_t solves = 0, newton_steps = 0, failures = 0;
    double best = 0;
};

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<std::pair<std::string, double>> parse_recipe(const std::string& recipe) {
    std::vector<std::pair<std::string, double>> moves;
    std::istringstream parts(recipe);
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t colon = part.find(':');
        moves.emplace_back(part.substr(0, colon), colon == std::string::npos ? 1.0 : std::stod(part.substr(colon + 1)));
    }
    return moves;
}

struct Incumbent {
    std::vector<double> x;
    double value = 0;  // minimised: the proven score, negated when maximising
};

class Search {
public:
    Search(const atl::problems::VectorProblem& problem, const atl::optimize::InteriorPoint& solver, const Setup& setup,
           std::uint32_t seed)
        : problem_(problem),
          solver_(solver),
          setup_(setup),
          moves_(parse_recipe(setup.recipe)),
          random_(seed, 0, 0, 0, atl::StreamPurpose::operate),
          sign_(problem.direction() == atl::Direction::maximize ? -1 : 1) {}

    Outcome run() {
        const double begin = cpu_seconds();
        double best = std::numeric_limits<double>::infinity();
        int failures_in_a_row = 0;
        do {
            if (failures_in_a_row > setup_.patience) incumbents_.clear();
            const bool fresh = setup_.recipe == "multistart" || incumbents_.size() < setup_.population;
            if (fresh) failures_in_a_row = 0;
            const Incumbent found = improve(fresh ? problem_.random_vector(random_) : moved(), fresh);
            best = std::min(best, found.value);
            failures_in_a_row = accept(found, fresh) ? 0 : failures_in_a_row + 1;
            outcome_.seconds = cpu_seconds() - begin;
        } while (best > sign_ * setup_.target && outcome_.seconds < setup_.cap_seconds);
        outcome_.hit = best <= sign_ * setup_.target;
        outcome_.best = sign_ * best;
        return outcome_;
    }

private:
    std::vector<double> moved() {
        double total = 0;
        for (const auto& move : moves_) total += move.second;
        double ticket = random_.uniform(0, total);
        std::size_t chosen = 0;
        while (chosen + 1 < moves_.size() && ticket >= moves_[chosen].second) ticket -= moves_[chosen++].second;
        return problem_.move(moves_[chosen].first, incumbents_[random_.below(incumbents_.size())].x, random_);
    }

    Incumbent improve(const std::vector<double>& start, bool fresh) {
        atl::optimize::LocalOptions options;
        if (!fresh) options.initial_barrier = setup_.barrier;
        const auto local = solver_.minimize(problem_.program_start(start), options);
        ++outcome_.solves;
        outcome_.newton_steps += static_cast<std::uint64_t>(local.iterations);
        if (!local.converged) ++outcome_.failures;
        const double begin = cpu_seconds();
        Incumbent found{problem_.program_result(local.x), std::numeric_limits<double>::infinity()};
        if (problem_.make_feasible(found.x)) {
            const auto judgement = problem_.judge(found.x);
            if (judgement.verdict.ok()) found.value = sign_ * atl::proven_value(judgement.score, problem_.direction());
        }
        outcome_.judging_seconds += cpu_seconds() - begin;
        return found;
    }

    bool accept(const Incumbent& found, bool fresh) {
        constexpr double same = 1e-9;
        if (!std::isfinite(found.value)) return false;
        if (fresh) {
            incumbents_.push_back(found);
            return true;
        }
        for (const Incumbent& other : incumbents_) {
            if (std::abs(other.value - found.value) < same) return false;
        }
        auto worst = std::max_element(incumbents_.begin(), incumbents_.end(),
                                      [](const Incumbent& a, const Incumbent& b) { return a.value < b.value; });
        if (found.value >= worst->value) return false;
        *worst = found;
        return true;
    }

    const atl::problems::VectorProblem& problem_;
    const atl::optimize::InteriorPoint& solver_;
    const Setup& setup_;
    std::vector<std::pair<std::string, double>> moves_;
    atl::RandomStream random_;
    double sign_;
    std::vector<Incumbent> incumbents_;
    Outcome outcome_;
};

std::vector<std::string> rows_of(const Setup& setup) {
    std::vector<std::string> rows;
    std::ifstream file(setup.file);
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(setup.label() + ';', 0) == 0) rows.push_back(line);
    }
    return rows;
}

void run_missing_seeds(const Setup& setup) {
    const auto problem = atl::problems::make_vector_problem(setup.problem);
    if (problem->program() == nullptr) throw atl::InputError(setup.problem + " has no form for local optimisation");
    const atl::optimize::InteriorPoint solver(*problem->program());
    const std::vector<std::string> done = rows_of(setup);
    for (std::uint32_t seed = 1; seed <= setup.seeds; ++seed) {
        const std::string prefix = setup.label() + ';' + std::to_string(seed) + ';';
        if (std::any_of(done.begin(), done.end(), [&](const auto& row) { return row.rfind(prefix, 0) == 0; })) continue;
        const Outcome outcome = Search(*problem, solver, setup, seed).run();
        std::ofstream file(setup.file, std::ios::app);
        file.precision(17);
        file << prefix << outcome.hit << ';' << outcome.seconds << ';' << outcome.judging_seconds << ';'
             << outcome.solves << ';' << outcome.newton_steps << ';' << outcome.failures << ';' << outcome.best << '\n';
    }
}

void print_summary(const Setup& setup) {
    std::vector<double> times;
    double seconds = 0, judging = 0, solves = 0, steps = 0, failures = 0, hits = 0;
    for (const std::string& row : rows_of(setup)) {
        std::istringstream fields(row.substr(setup.label().size() + 1));
        std::vector<double> values;
        for (std::string field; std::getline(fields, field, ';');) values.push_back(std::stod(field));
        hits += values[1];
        times.push_back(values[1] > 0 ? values[2] : std::numeric_limits<double>::infinity());
        seconds += values[2];
        judging += values[3];
        solves += values[4];
        steps += values[5];
        failures += values[6];
    }
    std::sort(times.begin(), times.end());
    std::printf(
        "%-16s %-44s patience %4d barrier %-6g population %2zu | hits %2.0f/%zu median %6.2f s max %6.2f s | "
        "mean %6.2f s a hit | %.3f ms a solve, of it judging %.3f; %.1f steps, %.1f %% failed\n",
        setup.problem.c_str(), setup.recipe.c_str(), setup.patience, setup.barrier, setup.population, hits,
        times.size(), times[times.size() / 2], times.back(), seconds / hits, 1e3 * seconds / solves,
        1e3 * judging / solves, steps / solves, 100 * failures / solves);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::cerr << "usage: local_search PROBLEM TARGET RECIPE OUT.csv [seeds] [cap_seconds] [patience] [barrier] "
                     "[population]\n";
        return 2;
    }
    try {
        Setup setup{argv[1], argv[3], argv[4], std::stod(argv[2])};
        if (argc > 5) setup.seeds = static_cast<std::uint32_t>(std::stoul(argv[5]));
        if (argc > 6) setup.cap_seconds = std::stod(argv[6]);
        if (argc > 7) setup.patience = std::stoi(argv[7]);
        if (argc > 8) setup.barrier = std::stod(argv[8]);
        if (argc > 9) setup.population = std::stoul(argv[9]);
        run_missing_seeds(setup);
        print_summary(setup);
    } catch (const atl::Error& error) {
        std::cerr << "local_search: " << error.what() << '\n';
        return static_cast<int>(error.code());
    }
    return 0;
}
