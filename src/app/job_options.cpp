// SPDX-License-Identifier: Apache-2.0
// The table of an evolve job's options.
#include <functional>
#include <utility>
#include <vector>

#include "atoll/app/job.hpp"
#include "atoll/sandbox/layers.hpp"

namespace atl::app {

namespace {

constexpr double unlimited = 1e18;

std::vector<Option> rows() {
    std::vector<Option> table;
    const auto number = [&table](OptionType type, std::string key, std::string value, double low, double high,
                                 std::string description) -> Option& {
        Option option;
        option.key = std::move(key);
        option.type = type;
        option.default_text = std::move(value);
        option.minimum = low;
        option.maximum = high;
        option.description = std::move(description);
        return table.emplace_back(std::move(option));
    };
    const auto integer = std::bind_front(number, OptionType::integer);
    const auto real = std::bind_front(number, OptionType::real);
    const auto text = [&table](std::string key, std::string value, std::vector<std::string> choices,
                               std::string description) -> Option& {
        Option option;
        option.key = std::move(key);
        option.default_text = std::move(value);
        option.choices = std::move(choices);
        option.description = std::move(description);
        return table.emplace_back(std::move(option));
    };

    text("problem", "", {}, "Name of the problem, one of those under data/problems.");
    integer("seed", "1", 0, 9e15, "Seed of every random stream of the run.");
    integer("islands", "8", 1, 65536, "Islands of the whole run; at least as many as ranks.");
    integer("batch", "16", 1, 65536, "Candidates per island step, and open at once per island.");
    Option& deterministic = text("deterministic", "false", {},
                                 "The same records on any number of ranks and workers, interrupted or not: steps are "
                                 "taken whole, islands wait for each other's migrants, limits and targets take effect "
                                 "at the end of a migration interval.");
    deterministic.type = OptionType::boolean;

    Option& seconds = real("limits.seconds", "0.0", 0, unlimited,
                           "Stop after this time, earlier incarnations included; 0: no limit.");
    seconds.unit = "seconds";
    seconds.in_content_hash = false;
    integer("limits.evaluations", "0", 0, 9e15,
            "Stop after this many evaluations of the whole run, shared out evenly over islands; 0: no limit.")
        .in_content_hash = false;
    Option& target = real("limits.target", "inf", -unlimited, unlimited,
                          "Stop once a score is proven to reach this; inf: no target.");
    target.allow_infinite = true;
    target.maximum = std::numeric_limits<double>::infinity();
    target.in_content_hash = false;
    Option& margin =
        real("limits.walltime_margin", "30.0", 0, 1e6,
             "Under Slurm: kept free before the job's end for the last sync and fold, at most a quarter of "
             "the time there is; an evaluation that may not end before is not begun.");
    margin.unit = "seconds";
    margin.in_content_hash = false;

    integer("population.size", "16", 1, 1e6, "Individuals an island keeps.");
    integer("population.elites", "4", 1, 1e4, "Best ones ever, kept through restarts and offered for migration.");
    integer("population.initial", "0", 0, 1e6,
            "Random candidates that start an island anew; 0: as many as the population holds.");
    text("population.selection", "\"tournament\"", {"tournament", "rank"}, "How parents are chosen.");
    integer("population.tournament_size", "2", 1, 1e4, "Draws per tournament.");
    integer("population.stagnation_steps", "60", 0, 1e9,
            "Steps without a new best until an island starts anew; 0: never.");

    text("migration.topology", "\"ring\"", {"ring", "random"}, "Who sends elites to whom.");
    integer("migration.interval", "10", 0, 1e9, "Island steps between two migrations; 0: never.");
    integer("migration.migrants", "1", 0, 1e4, "Elites sent each time.");

    Option operators;
    operators.key = "operators.enabled";
    operators.type = OptionType::text_list;
    operators.default_text = "[]";
    operators.description = "Pipelines by name, for instance \"reinsert+polish\"; empty: all that fit the problem.";
    table.push_back(std::move(operators));
    integer("operators.tuner_calls", "96", 1, 1e6,
            "Programs run in one search over the numbers of a program (tune), at most.");
    real("operators.floor", "0.05", 0, 1, "Least share of picks that a pipeline keeps.");

    Option& lower = real("search.lower", "-inf", -unlimited, unlimited,
                         "Narrows every coordinate's lower bound; -inf: the problem's own.");
    lower.allow_infinite = true;
    lower.minimum = -std::numeric_limits<double>::infinity();
    Option& upper = real("search.upper", "inf", -unlimited, unlimited,
                         "Narrows every coordinate's upper bound; inf: the problem's own.");
    upper.allow_infinite = true;
    upper.maximum = std::numeric_limits<double>::infinity();

    Option& families = number(OptionType::text_list, "instances.families", "[]", 0, 0,
                              "Of a problem with families of instances (or1, weibull_5k), which to take; empty: its "
                              "default.");
    families.minimum = -std::numeric_limits<double>::infinity();
    families.maximum = std::numeric_limits<double>::infinity();
    for (const auto& [key, next] : {std::pair{"cascade.stage_1", "second"}, std::pair{"cascade.stage_2", "third"}}) {
        Option& stage = real(key, "inf", -unlimited, unlimited,
                             std::string("Score that a program must reach in this stage for the ") + next +
                                 " to run; inf: none is asked.");
        stage.allow_infinite = true;
        stage.minimum = -std::numeric_limits<double>::infinity();
        stage.maximum = std::numeric_limits<double>::infinity();
    }

    const auto files = [&table](std::string key, std::string description) -> Option& {
        Option option;
        option.key = std::move(key);
        option.type = OptionType::text_list;
        option.default_text = "[]";
        option.description = std::move(description);
        return table.emplace_back(std::move(option));
    };
    text("own.kind", "\"\"", {},
         "The problem is the job's own, and its candidates are of this kind: vector, program-cpp or program-python; "
         "empty: "
         "one of those under data/problems.");
    text("own.direction", "\"maximize\"", {"maximize", "minimize"}, "What is a better score of an own problem.");
    text("own.verifier", "\"\"", {}, "File that judges answers, .py or .cpp; paths begin at the job file's folder.")
        .in_content_hash = false;
    text("own.driver", "\"\"", {}, "File that calls the program, .cpp or .py as the kind says.").in_content_hash =
        false;
    text("own.program", "\"\"", {}, "File of the program to start from.").in_content_hash = false;
    text("own.statement", "\"\"", {}, "File that tells language models what a program must do, Markdown; empty: none.")
        .in_content_hash = false;
    files("own.instances", "Files, one an instance: the score is the mean over them.").in_content_hash = false;
    files("own.hidden_instances", "The same for checks of programs that the search has no part in.").in_content_hash =
        false;
    files("own.sha256", "SHA-256 of the files above, filled in by atoll when it copies them to RUN/problem.");
    integer("own.dimension", "0", 0, 1e6, "Coordinates of a vector.");
    real("own.lower", "0.0", -unlimited, unlimited, "Lower bound of each coordinate.");
    real("own.upper", "1.0", -unlimited, unlimited, "Upper bound of each coordinate.");
    Option& best = real("own.best_known", "inf", -unlimited, unlimited,
                        "A score to show beside the run's own, on your word; inf: none.");
    best.allow_infinite = true;
    best.maximum = std::numeric_limits<double>::infinity();
    best.in_content_hash = false;

    integer("engine.workers", "0", 0, 4096,
            "Worker threads per rank; 0: the CPUs of the affinity mask divided by the ranks that share it.")
        .in_content_hash = false;
    integer("engine.queue_per_worker", "2", 1, 65536, "Candidates handed to each worker ahead of time.")
        .in_content_hash = false;
    integer("engine.unacknowledged", "1024", 1, 1e6,
            "Candidates proposed and not yet synced to disk, at most, per rank.")
        .in_content_hash = false;
    integer("engine.attempts", "3", 1, 100, "Tries of one candidate when the machine fails it, the first included.")
        .in_content_hash = false;

    Option& drain = real("engine.drain", "10.0", 0, 1e6,
                         "How long a stop waits for evaluations that run, at most half a second after SIGTERM.");
    drain.unit = "seconds";
    drain.in_content_hash = false;
    Option& silence = real("engine.peer_timeout", "20.0", 1, 1e6, "A rank that is silent for longer is lost.");
    silence.unit = "seconds";
    silence.in_content_hash = false;

    text("journal.acknowledgement_log", "\"\"", {},
         "File that gets a line island/step/slot/attempt after each evaluation's sync; empty: none.")
        .in_content_hash = false;
    Option& reserve = integer("journal.reserve", "1048576", 0, 1e12,
                              "Space kept aside per rank, so that the last records fit on a full disk; 0: none.");
    reserve.unit = "bytes";
    reserve.in_content_hash = false;
    integer("journal.snapshot_interval", "64", 0, 1e9,
            "Island steps between two snapshots of its state; 0: only at the end.")
        .in_content_hash = false;

    const auto seconds_of = [&](std::string key, std::string value, double low, std::string description) {
        Option& option = real(std::move(key), std::move(value), low, 1e6, std::move(description));
        option.unit = "seconds";
        option.in_content_hash = false;
    };
    files("llm.endpoints",
          "Servers to ask, each a base URL and words: \"http://127.0.0.1:8000/v1 model=NAME\", then concurrency=, "
          "weight=, "
          "requests_per_minute=, tokens_per_minute=, key_environment= or key_file=; empty: no model is asked.")
        .in_content_hash = false;
    real("llm.temperature", "0.8", 0, 100, "Of the model's sampling.");
    integer("llm.seed", "-1", -1, 9e15, "Sent with each request; -1: none is sent.");
    integer("llm.max_tokens", "4096", 1, 1e9, "Length of a reply, at most.");
    Option& stream = text("llm.stream", "false", {},
                          "Replies come in pieces, and are cut once the answer is complete; a cut reply is charged in "
                          "full.");
    stream.type = OptionType::boolean;
    seconds_of("llm.connect_seconds", "10.0", 1e-3, "Patience with an endpoint that does not take the connection.");
    seconds_of("llm.first_byte_seconds", "300.0", 1e-3, "Patience with one that is silent.");
    seconds_of("llm.total_seconds", "900.0", 1e-3, "Patience with one that does not come to an end.");
    integer("llm.attempts", "5", 1, 1000, "Requests for one question, before an operator takes its place.")
        .in_content_hash = false;
    seconds_of(
        "llm.hedge_seconds", "0.0", 0,
        "A second request goes out after this time, the first answer is taken; 0: never, as in deterministic runs.");
    text("llm.reuse_replies", "\"auto\"", {"auto", "always", "never"},
         "An equal request is answered by the reply to an earlier one; auto: where a reply is fixed by its request, at "
         "temperature 0 or with a seed.")
        .in_content_hash = false;
    integer("llm.budget_tokens", "0", 0, 9e15,
            "Tokens of prompts and replies of the whole run, reserved before sending; 0: no limit.")
        .in_content_hash = false;
    Option& money = real("llm.budget_usd", "0.0", 0, 1e12,
                         "Money of the whole run, reserved before sending; needs llm.prices; 0: no limit.");
    money.unit = "USD";
    money.in_content_hash = false;
    text("llm.prices", "\"\"", {},
         "CSV file: model,prompt_usd_per_million_tokens,completion_usd_per_million_tokens; in a job "
         "file, paths begin at its folder.")
        .in_content_hash = false;
    text("llm.replay", "\"\"", {},
         "A trace (atoll archive trace) or a run directory that answers in place of the endpoints; empty: none.")
        .in_content_hash = false;
    integer("llm.prompt_bytes", "24000", 1000, 1e8, "Length of a prompt, at most, unless the program alone is longer.")
        .unit = "bytes";
    text("llm.prompts", "\"\"", {}, "Folder of templates that take the place of those in data/prompts; empty: none.")
        .in_content_hash = false;
    text("llm.instructions", "\"\"", {}, "Words of your own that stand in every prompt.");

    text("cpp.compiler", "\"/usr/bin/g++\"", {},
         "The compiler of C++ programs; it and all that it starts must lie below the read paths.")
        .in_content_hash = false;
    Option& flags =
        number(OptionType::text_list, "cpp.flags", R"(["-std=c++20", "-O2", "-ffp-contract=off", "-w"])",
               -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), "Its flags.");
    flags.unit = "";
    text("cpp.cache", "\"\"", {},
         "Folder that keeps compiled programs, of this user alone; empty: atoll-<user>/cache in $TMPDIR or /tmp.")
        .in_content_hash = false;
    Option& cache_bytes =
        integer("cpp.cache_bytes", "536870912", 0, 1e15, "Size of that folder; the oldest programs go first.");
    cache_bytes.unit = "bytes";
    cache_bytes.in_content_hash = false;
    Option& compile_seconds =
        real("cpp.compile_seconds", "30.0", 1e-3, 1e6, "A compilation that runs longer is ended.");
    compile_seconds.unit = "seconds";
    compile_seconds.in_content_hash = false;

    text("python.interpreter", "\"/usr/bin/python3\"", {},
         "The Python that runs programs, kept warm with numpy loaded; its files must lie below the read paths.")
        .in_content_hash = false;
    const auto names = [&table](std::string key, std::string value, std::vector<std::string> choices,
                                std::string description) {
        Option option;
        option.key = std::move(key);
        option.type = OptionType::text_list;
        option.default_text = std::move(value);
        option.choices = std::move(choices);
        option.description = std::move(description);
        option.in_content_hash = false;
        table.push_back(std::move(option));
    };
    names("sandbox.read_paths", "[]", {},
          "Files and folders that programs may read beside the system's own (/usr, /lib and the like); absolute.");
    names("sandbox.require_isolation", "[\"files\", \"system_calls\"]", sandbox::requirement_names(),
          "Layers of the sandbox without which no program is run; files: mount_namespace or landlock.");
    names("sandbox.disabled_layers", "[]", sandbox::layer_names(), "Layers left out, for tests of the sandbox.");
    text("sandbox.scratch", "\"/tmp\"", {}, "Folder for scratch folders, used only without mount_namespace.")
        .in_content_hash = false;
    Option& wall = real("sandbox.wall_seconds", "10.0", 1e-3, 1e6, "A program that runs longer is ended.");
    wall.unit = "seconds";
    wall.in_content_hash = false;
    Option& cpu = integer("sandbox.cpu_seconds", "10", 1, 1e6, "CPU time of each process of a program.");
    cpu.unit = "seconds";
    cpu.in_content_hash = false;
    const auto bytes = [&](std::string key, std::string value, std::string description) {
        Option& option = integer(std::move(key), std::move(value), 65536, 1e15, std::move(description));
        option.unit = "bytes";
        option.in_content_hash = false;
    };
    bytes("sandbox.memory_bytes", "1073741824",
          "Address space of each process of a program, its interpreter included.");
    bytes("sandbox.scratch_bytes", "67108864", "Size of a program's scratch folder, and of any one file in it.");
    bytes("sandbox.output_bytes", "1048576", "A program that prints more is ended.");
    integer("sandbox.open_files", "64", 8, 1e6, "Files a process of a program has open at once.").in_content_hash =
        false;
    integer("sandbox.processes", "32", 1, 1e6, "Processes and threads of a program at once.").in_content_hash = false;

    Option& pause = real("noop.seconds", "0.0", 0, 1e6, "How long an evaluation of the problem noop takes.");
    pause.unit = "seconds";
    pause.in_content_hash = false;
    return table;
}

}  // namespace

const OptionTable& job_options() {
    static const OptionTable table(rows());
    return table;
}

const std::vector<std::string>& other_environment_names() {
    static const std::vector<std::string> names{"ATOLL_JOBS",    "ATOLL_DATA",     "ATOLL_PROGRAM", "ATOLL_PROGRESS",
                                                "ATOLL_REQUEUE", "ATOLL_RESTARTS", "ATOLL_SRUN_MPI"};
    return names;
}

}  // namespace atl::app
