// SPDX-License-Identifier: Apache-2.0
// How long a long run keeps one waiting: the fold of 100,000 evaluations with 2 KiB of program text each, and
// `atoll resume` of them up to its first new evaluation.
//
// Usage: fold_resume ATOLL [FOLDER] [ROUNDS] [COUNT]     ATOLL is the program; files lie on FOLDER's file system.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "atoll/archive/fold.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/journal/reader.hpp"
#include "code_run.hpp"

namespace atl::bench {
namespace {

namespace fs = std::filesystem;
const MonotonicClock clock_of_run;

double seconds_since(Nanoseconds start) { return to_seconds(clock_of_run.now() - start); }

struct Child {
    pid_t pid = -1;
    Nanoseconds start = 0;
};

Child start(std::vector<std::string> words) {
    Child child;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {1, 2}) {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0);
    }
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    child.start = clock_of_run.now();
    if (posix_spawnp(&child.pid, words[0].c_str(), &actions, &attributes, arguments.data(), environ) != 0) {
        std::perror(words[0].c_str());
        std::exit(1);
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return child;
}

/// Wall and CPU seconds and peak memory of a child that runs to its end.
void measure_to_end(const char* name, const std::vector<std::string>& words) {
    const Child child = start(words);
    int status = 0;
    rusage used{};
    ::wait4(child.pid, &status, 0, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    std::printf("%-44s %7.3f s   CPU %6.3f s (%.3f in the system)   peak %5ld MiB   exit %d\n", name,
                seconds_since(child.start), seconds(used.ru_utime) + seconds(used.ru_stime), seconds(used.ru_stime),
                used.ru_maxrss / 1024, WEXITSTATUS(status));
}

/// Seconds from the start of a search to its first acknowledged evaluation; then it is killed.
void measure_first_evaluation(const char* name, std::vector<std::string> words, const fs::path& folder) {
    const fs::path log = folder / "acknowledged";
    fs::remove(log);
    words.insert(words.end(), {"--quiet", "--json", "--journal-acknowledgement-log", log.string()});
    const Child child = start(words);
    std::error_code missing;
    bool ended = false;
    for (;;) {
        const std::uintmax_t length = fs::file_size(log, missing);
        if (!missing && length > 0) break;
        ended = ::waitpid(child.pid, nullptr, WNOHANG) == child.pid;
        if (ended || seconds_since(child.start) > 120) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::printf("%-44s %7.3f s%s\n", name, seconds_since(child.start), ended ? "   ENDED WITHOUT ONE" : "");
    if (ended) return;
    ::kill(-child.pid, SIGTERM);  // mpirun takes its ranks with it
    while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

/// The same run again for each resume: hard links, since segments are never written again.
fs::path copy_of(const app::RunDirectory& run, const fs::path& folder) {
    const fs::path copy = folder / "copy";
    fs::remove_all(copy);
    fs::create_directories(copy / "journal");
    fs::create_directories(copy / "log");
    for (const auto& segment : fs::directory_iterator(run.journal())) {
        fs::create_hard_link(segment.path(), copy / "journal" / segment.path().filename());
    }
    fs::copy_file(run.job(), copy / "job.toml");
    if (fs::exists(run.archive())) fs::copy_file(run.archive(), copy / "archive.h5");
    return copy;
}

void measure(const std::string& atoll, const fs::path& folder, int rounds, std::uint64_t count) {
    fs::create_directories(folder);
    const Nanoseconds begin = clock_of_run.now();
    const app::RunDirectory run = make_code_run(folder / "run", count, 2048);
    std::uint64_t bytes = 0;
    for (const auto& [path, length] : journal::segment_lengths(run.root)) bytes += length;
    std::printf("%llu evaluations, journal of %.1f MB on two ranks, made in %.1f s\n",
                static_cast<unsigned long long>(count), static_cast<double>(bytes) * 1e-6, seconds_since(begin));
    const std::string more = std::to_string(2 * count);
    for (int round = 0; round < rounds; ++round) {
        measure_to_end("atoll --version (process start)", {atoll, "--version"});
        measure_to_end("atoll archive hash (reads all journals)", {atoll, "archive", "hash", run.root.string()});
        measure_to_end("atoll archive fold", {atoll, "archive", "fold", run.root.string()});
        measure_to_end("atoll archive verify", {atoll, "archive", "verify", run.root.string()});
        fs::remove_all(folder / "new");
        measure_first_evaluation("evolve, new run, one rank: first evaluation",
                                 {atoll, "evolve", run.job().string(), "--out", (folder / "new").string()}, folder);
        measure_first_evaluation("resume, one rank: first evaluation",
                                 {atoll, "resume", copy_of(run, folder).string(), "--limits-evaluations", more},
                                 folder);
        fs::remove_all(folder / "new");
        measure_first_evaluation("evolve, new run, two ranks: first evaluation",
                                 {"mpirun", "-n", "2", "--oversubscribe", "--bind-to", "none", atoll, "evolve",
                                  run.job().string(), "--out", (folder / "new").string()},
                                 folder);
        measure_first_evaluation("resume, two ranks: first evaluation",
                                 {"mpirun", "-n", "2", "--oversubscribe", "--bind-to", "none", atoll, "resume",
                                  copy_of(run, folder).string(), "--limits-evaluations", more},
                                 folder);
    }
    std::printf("archive.h5 of %.1f MB\n", static_cast<double>(fs::file_size(run.archive())) * 1e-6);
    fs::remove_all(folder);
}

}  // namespace
}  // namespace atl::bench

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: fold_resume ATOLL [FOLDER] [ROUNDS] [COUNT]\n");
        return 2;
    }
    const std::filesystem::path folder = argc > 2 ? argv[2] : ".";
    atl::bench::measure(argv[1], folder / ("fold_resume." + std::to_string(::getpid())),
                        argc > 3 ? std::atoi(argv[3]) : 3, argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 100'000);
    return 0;
}
