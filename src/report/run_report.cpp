// SPDX-License-Identifier: Apache-2.0
// Prints a summary, section by section.
#include "atoll/report/run_report.hpp"

#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>

#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"

namespace atl::report {

namespace {

/// A longer table says how much it left out; `--json` holds all.
constexpr std::size_t most_rows = 64;

void fact(std::ostream& out, const std::string& name, const std::string& value) {
    if (value.empty()) return;
    out << "  " << name << std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') << value << '\n';
}

void print_header(const RunSummary& summary, std::ostream& out) {
    const RunFacts& facts = summary.facts;
    out << (facts.problem.empty() ? "run" : facts.problem) << " (" << to_string(facts.direction) << ")\n";
    fact(out, "run", facts.directory);
    fact(out, "state", facts.state);
    if (facts.seed) fact(out, "seed", std::to_string(*facts.seed));
    if (facts.ranks > 0) fact(out, "ranks", std::to_string(facts.ranks));
    if (facts.islands > 0) fact(out, "islands", std::to_string(facts.islands));
    fact(out, "commit", facts.commit);
    std::string origins;
    for (const OriginSummary& one : summary.origins) {
        if (!origins.empty()) origins += ", ";
        origins += std::string(to_string(one.origin)) + " (" + count_number(one.evaluations) + ")";
    }
    fact(out, "evaluations", origins.empty() ? "0" : origins);
    if (summary.origins.size() > 1) {
        fact(out, "note", "numbers of different origins: compare only evaluations of one origin");
    }
}

Table metrics_table(const std::string& title, const std::vector<Metric>& metrics) {
    Table table(title, {{"metric", Align::left}, {"value"}, {"unit", Align::left}});
    for (const Metric& metric : metrics) table.add_row({metric.name, short_number(metric.value, 6), metric.unit});
    return table;
}

void print_final_check(const FinalCheck& check, std::ostream& out) {
    out << "checked on hidden instances\n";
    fact(out, "key", check.key + (check.of_the_best ? "" : " (not the best one: the run went on since)"));
    fact(out, "verdict", check.verdict + (check.reason.empty() ? "" : " (" + check.reason + ")"));
    if (check.score.scored()) fact(out, "proven", interval(check.score));
    if (!check.metrics.empty()) metrics_table("", check.metrics).print(out);
}

void print_best(const RunSummary& summary, std::ostream& out) {
    out << "\nbest\n";
    if (!summary.best) {
        fact(out, "proven", "no candidate with a valid score");
    } else {
        const BestEvaluation& best = *summary.best;
        fact(out, "proven", interval(best.score));
        fact(out, "key", to_string(best.key) + " (island/step/slot/attempt)");
        fact(out, "found by", best.operator_name + " after " + duration(best.elapsed_seconds));
        fact(out, "candidate", best.genome + ", sha256 " + to_hex(best.candidate_sha256));
        fact(out, "claim", claim(best.score, summary.facts));
    }
    if (summary.facts.target) {
        std::string text = exact_number(*summary.facts.target);
        if (summary.seconds_to_target && summary.evaluations_to_target) {
            text += " proven after " + duration(*summary.seconds_to_target) + " and " +
                    count_number(*summary.evaluations_to_target) + " evaluations";
        } else {
            text += " not reached";
        }
        fact(out, "target", text);
    }
    if (summary.best && !summary.best->metrics.empty()) {
        out << '\n';
        metrics_table("measured beside its score", summary.best->metrics).print(out);
    }
    if (summary.facts.final_check) {
        out << '\n';
        print_final_check(*summary.facts.final_check, out);
    }
    if (summary.comparisons.empty()) return;
    out << '\n';
    comparison_table("beside published values", summary.comparisons).print(out);
}

void print_capped(const Table& table, std::size_t all, std::ostream& out) {
    out << '\n';
    table.print(out);
    if (all > table.rows()) out << "  ... and " << count_number(all - table.rows()) << " more rows (--json has all)\n";
}

void print_islands(const RunSummary& summary, std::ostream& out) {
    Table table("islands", {{"island"},
                            {"evaluations"},
                            {"ok"},
                            {"improvements"},
                            {"best proven", Align::left},
                            {"found by", Align::left},
                            {"after"}});
    for (const IslandSummary& island : summary.islands) {
        if (table.rows() == most_rows) break;
        const bool found = island.best.has_value();
        table.add_row({std::to_string(island.island), count_number(island.evaluations),
                       share(island.ok, island.evaluations), count_number(island.improvements),
                       found ? exact_number(island.best->proven) : no_number,
                       found ? island.best->operator_name : no_number,
                       found ? duration(island.best->elapsed_seconds) : no_number});
    }
    print_capped(table, summary.islands.size(), out);
}

void print_verdicts(const RunSummary& summary, std::ostream& out) {
    Table table("verdicts", {{"verdict", Align::left},
                             {"reason", Align::left},
                             {"evaluations"},
                             {"share"},
                             {"first example", Align::left}});
    for (const VerdictSummary& verdict : summary.verdicts) {
        if (table.rows() == most_rows) break;
        const std::string example =
            verdict.example.empty() ? "" : to_string(verdict.example_key) + ": " + verdict.example;
        table.add_row({std::string(to_string(verdict.kind)), verdict.reason, count_number(verdict.evaluations),
                       share(verdict.evaluations, summary.evaluations), example});
    }
    print_capped(table, summary.verdicts.size(), out);
}

void print_operators(const RunSummary& summary, std::ostream& out) {
    Table table("operators, by how far they moved their island's best", {{"operator", Align::left},
                                                                         {"evaluations"},
                                                                         {"ok"},
                                                                         {"improvements"},
                                                                         {"gain"},
                                                                         {"objective calls"},
                                                                         {"gain per 1e6 calls"},
                                                                         {"worker time"}});
    for (const OperatorSummary& one : summary.operators) {
        if (table.rows() == most_rows) break;
        table.add_row({one.name, count_number(one.evaluations), share(one.ok, one.evaluations),
                       count_number(one.improvements), short_number(one.gain), count_number(one.objective_calls),
                       short_number(one.gain_per_million_calls()), duration(one.wall_seconds)});
    }
    print_capped(table, summary.operators.size(), out);
}

void print_models(const RunSummary& summary, std::ostream& out) {
    if (summary.models.empty()) return;
    Table table("language models", {{"model", Align::left},
                                    {"questions"},
                                    {"answered"},
                                    {"requests"},
                                    {"faults"},
                                    {"prompt tokens"},
                                    {"reply tokens"},
                                    {"reserved"},
                                    {"USD"},
                                    {"median"},
                                    {"unanswered", Align::left}});
    for (const ModelSummary& model : summary.models) {
        if (table.rows() == most_rows) break;
        std::string unanswered;
        for (const auto& [reason, times] : model.unanswered) {
            unanswered += (unanswered.empty() ? "" : ", ") + reason + " " + count_number(times);
        }
        table.add_row({model.model, count_number(model.questions), share(model.answered, model.questions),
                       count_number(model.requests), count_number(model.faults), count_number(model.prompt_tokens),
                       count_number(model.completion_tokens), count_number(model.reserved_tokens),
                       short_number(model.usd), duration(model.median_seconds), unanswered});
    }
    print_capped(table, summary.models.size(), out);
}

void print_migrations(const RunSummary& summary, std::ostream& out) {
    Table table("migrations", {{"from"}, {"to"}, {"migrants"}, {"improved the receiver"}, {"share"}});
    for (const MigrationSummary& edge : summary.migrations) {
        if (table.rows() == most_rows) break;
        table.add_row({std::to_string(edge.from_island), std::to_string(edge.to_island), count_number(edge.migrants),
                       count_number(edge.improved), share(edge.improved, edge.migrants)});
    }
    print_capped(table, summary.migrations.size(), out);
    std::uint64_t unknown = 0;
    for (const MigrationSummary& edge : summary.migrations) unknown += edge.unknown;
    if (unknown > 0) out << "  " << count_number(unknown) << " migrants have no evaluation among the records\n";
}

void print_time(const RunSummary& summary, std::ostream& out) {
    const TimeSummary& time = summary.time;
    out << "\ntime\n";
    fact(out, "elapsed", duration(time.elapsed_seconds));
    fact(out, "evaluations",
         count_number(summary.evaluations) + ", " + short_number(time.evaluations_per_second) + " a second; " +
             count_number(time.cache_hits) + " answered from history");
    fact(out, "calls", count_number(time.objective_calls) + " objective calls");
    std::string workers = duration(time.wall_seconds) + " busy, " + duration(time.cpu_seconds) + " of it on a CPU";
    if (time.elapsed_seconds > 0) {
        workers += "; " + short_number(time.wall_seconds / time.elapsed_seconds, 3) + " busy on average";
    }
    fact(out, "workers", workers);
    if (time.peak_bytes > 0) fact(out, "memory", count_number(time.peak_bytes) + " bytes at most in one evaluation");
    if (time.usd > 0) fact(out, "money", short_number(time.usd) + " USD");
}

void print_notes(const RunSummary& summary, std::ostream& out) {
    if (!summary.events.empty()) {
        Table table("events", {{"after"}, {"event", Align::left}, {"text", Align::left}});
        for (const EventSummary& event : summary.events) {
            if (table.rows() == most_rows) break;
            table.add_row({duration(event.elapsed_seconds), event.name, event.text});
        }
        print_capped(table, summary.events.size(), out);
    }
    if (summary.notes.empty()) return;
    out << "\nnotes on the journals\n";
    std::size_t printed = 0;
    for (const std::string& note : summary.notes) {
        if (printed++ == most_rows) break;
        out << "  " << note << '\n';
    }
    if (summary.notes.size() > most_rows) {
        out << "  ... and " << count_number(summary.notes.size() - most_rows) << " more (--json has all)\n";
    }
}

}  // namespace

void print(const RunSummary& summary, std::ostream& out) {
    print_header(summary, out);
    print_best(summary, out);
    print_islands(summary, out);
    print_verdicts(summary, out);
    print_operators(summary, out);
    print_models(summary, out);
    print_migrations(summary, out);
    print_time(summary, out);
    print_notes(summary, out);
}

}  // namespace atl::report
