// SPDX-License-Identifier: Apache-2.0
// From own.* to files read, and from there to copies in the run directory.
#include "atoll/app/own_problem.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/hash.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/sandbox/warden.hpp"

namespace atl::app {
namespace {

using evolve::OwnFile;
using evolve::OwnKind;
using evolve::OwnProblem;

constexpr std::size_t longest_name = 64;

[[noreturn]] void refuse(const ResolvedOptions& options, const std::string& key, const std::string& text) {
    // what is missing has no place of its own
    const std::string& place = options.source(key) == "default" ? options.source("own.kind") : options.source(key);
    throw InputError(fmt::format("{}: '{}' {}", place, key, text));
}

/// The path of `readable` that `path` lies below, or nothing.
std::string readable_above(const std::filesystem::path& path, const std::vector<std::string>& readable) {
    std::error_code ignored;
    const std::filesystem::path wanted = std::filesystem::weakly_canonical(path, ignored);
    for (const std::string& each : readable) {
        const std::filesystem::path root = std::filesystem::weakly_canonical(each, ignored);
        const auto [left, rest] = std::mismatch(root.begin(), root.end(), wanted.begin(), wanted.end());
        if (left == root.end()) return each;
    }
    return {};
}

std::vector<std::string> readable_paths(const ResolvedOptions& options) {
    std::vector<std::string> paths = sandbox::default_read_paths();
    const std::vector<std::string>& more = options.texts("sandbox.read_paths");
    paths.insert(paths.end(), more.begin(), more.end());
    return paths;
}

/// Reads the job's files one after the other, against one limit for all.
class FileReader {
public:
    FileReader(const ResolvedOptions& options, const std::filesystem::path& folder)
        : options_(options), folder_(folder), readable_(readable_paths(options)) {}

    OwnFile read(const std::string& key, const std::string& name) {
        const std::filesystem::path path = folder_ / name;
        std::error_code error;
        if (!std::filesystem::is_regular_file(path, error)) {
            refuse(options_, key, "names " + path.string() + ", and there is no such file");
        }
        const std::string above = readable_above(path, readable_);
        if (!above.empty()) {
            refuse(options_, key,
                   fmt::format("names {}, which lies below {}, where every program may read it; move the problem "
                               "elsewhere",
                               path.string(), above));
        }
        const std::uint64_t size = std::filesystem::file_size(path, error);
        if (error || size > left_) {
            refuse(options_, key,
                   fmt::format("names {}, with which the problem's files are larger than {} MiB together",
                               path.string(), own_files_max_bytes >> 20));
        }
        OwnFile file{name, read_text_file(path, left_)};
        left_ -= std::min<std::uint64_t>(left_, file.bytes.size());
        return file;
    }

    OwnFile required(const std::string& key, const std::string& what) {
        const std::string& name = options_.text(key);
        if (name.empty()) refuse(options_, key, "is missing: " + what);
        return read(key, name);
    }

    std::vector<OwnFile> list(const std::string& key) {
        std::vector<OwnFile> files;
        for (const std::string& name : options_.texts(key)) files.push_back(read(key, name));
        return files;
    }

private:
    const ResolvedOptions& options_;
    std::filesystem::path folder_;
    std::vector<std::string> readable_;
    std::uint64_t left_ = own_files_max_bytes;
};

bool is_of_name(char c) { return (c >= '0' && c <= '9') || c == '_' || c == '-'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

void check_own_name(const std::string& name) {
    const bool well_formed =
        !name.empty() && name.size() <= longest_name && is_letter(name.front()) &&
        std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_of_name(c); });
    if (!well_formed) {
        throw InputError(
            fmt::format("'{}' is no name of a problem: those are a letter and at most {} more letters, "
                        "digits, '_' and '-'",
                        name, longest_name - 1));
    }
    for (const auto& names : {problems::vector_problem_names(), problems::program_problem_names()}) {
        if (std::find(names.begin(), names.end(), name) == names.end()) continue;
        throw InputError("'" + name + "' is a problem that atoll has already; choose another name");
    }
}

namespace {

void refuse_superfluous(const ResolvedOptions& options, const std::string& key, bool given, OwnKind kind) {
    if (given) refuse(options, key, fmt::format("is not for problems of the kind {}; leave it out", to_string(kind)));
}

void read_vector_keys(const ResolvedOptions& options, OwnProblem& own) {
    own.dimension = static_cast<std::size_t>(options.integer("own.dimension"));
    if (own.dimension == 0) refuse(options, "own.dimension", "is missing: say how many coordinates a vector has");
    own.lower = options.real("own.lower");
    own.upper = options.real("own.upper");
    if (!(own.lower < own.upper)) refuse(options, "own.lower", "must be below 'own.upper'");
    for (const char* key : {"own.driver", "own.program", "own.statement"}) {
        refuse_superfluous(options, key, !options.text(key).empty(), own.kind);
    }
    refuse_superfluous(options, "own.hidden_instances", !options.texts("own.hidden_instances").empty(), own.kind);
}

void read_program_keys(const ResolvedOptions& options, FileReader& reader, OwnProblem& own) {
    const std::string extension = own.kind == OwnKind::program_cpp ? ".cpp" : ".py";
    const auto read = [&](const char* key, const char* what) {
        OwnFile file = reader.required(key, what);
        if (!file.name.ends_with(extension)) {
            refuse(options, key,
                   fmt::format("is {}, but of a problem of the kind {} it ends in {}", file.name, to_string(own.kind),
                               extension));
        }
        return file;
    };
    own.driver = read("own.driver", "name the file that calls the program");
    own.program = read("own.program", "name the program to start from");
    if (const std::string& name = options.text("own.statement"); !name.empty()) {
        own.statement = reader.read("own.statement", name);
    }
    if (own.instances.empty()) {
        refuse(options, "own.instances",
               "is empty: a program runs once for each instance, so name at least one file "
               "(it may be empty)");
    }
    own.hidden_instances = reader.list("own.hidden_instances");
    refuse_superfluous(options, "own.dimension", options.integer("own.dimension") != 0, own.kind);
}

/// Every file with the key it was read by and the name its copy gets.
struct Kept {
    std::string key;
    const OwnFile* file;
    std::string copy;
};

std::vector<Kept> kept_files(const OwnProblem& own) {
    const auto extension = [](const OwnFile& file) { return std::filesystem::path(file.name).extension().string(); };
    std::vector<Kept> kept{{"own.verifier", &own.verifier, "problem/verifier" + extension(own.verifier)}};
    if (own.kind != OwnKind::vector) {
        kept.push_back({"own.driver", &own.driver, "problem/driver" + extension(own.driver)});
        kept.push_back({"own.program", &own.program, "problem/program" + extension(own.program)});
    }
    const auto add = [&](const char* key, const char* folder, const std::vector<OwnFile>& files) {
        for (const OwnFile& file : files) {
            const std::string name = std::filesystem::path(file.name).filename().string();
            const std::string copy = fmt::format("problem/{}/{}", folder, name);
            const std::string number = fmt::format("problem/{}/{}-{}", folder, kept.size(), name);
            const bool taken =
                std::any_of(kept.begin(), kept.end(), [&](const Kept& each) { return each.copy == copy; });
            kept.push_back({key, &file, taken ? number : copy});
        }
    };
    add("own.instances", "instances", own.instances);
    add("own.hidden_instances", "hidden_instances", own.hidden_instances);
    // last: runs without one keep their list of hashes
    if (!own.statement.name.empty()) kept.push_back({"own.statement", &own.statement, "problem/statement.md"});
    return kept;
}

void check_hashes(const ResolvedOptions& options, const OwnProblem& own) {
    const std::vector<std::string>& given = options.texts("own.sha256");
    if (given.empty()) return;
    const std::vector<Kept> kept = kept_files(own);
    if (given.size() != kept.size()) {
        refuse(options, "own.sha256",
               fmt::format("holds {} hashes for {} files; leave it out, atoll fills it in", given.size(), kept.size()));
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (given[i] == to_hex(sha256(kept[i].file->bytes))) continue;
        refuse(options, kept[i].key,
               fmt::format("names {}, which is not the file that the run began with; put that back, "
                           "or start a new run",
                           kept[i].file->name));
    }
}

}  // namespace

bool has_own_problem(const ResolvedOptions& options) { return !options.text("own.kind").empty(); }

OwnProblem read_own_problem(const ResolvedOptions& options, const std::filesystem::path& folder) {
    OwnProblem own;
    const std::string& kind = options.text("own.kind");
    const std::optional<OwnKind> known = evolve::parse_own_kind(kind);
    if (!known) {
        const std::vector<std::string> names = evolve::own_kind_names();
        refuse(options, "own.kind",
               fmt::format("is '{}'{}; there are {}", kind, did_you_mean(kind, names), fmt::join(names, ", ")));
    }
    own.kind = *known;
    own.name = options.text("problem");
    try {
        check_own_name(own.name);
    } catch (const InputError& error) {
        throw InputError(options.source("problem") + ": " + error.what());
    }
    own.direction = options.text("own.direction") == "minimize" ? Direction::minimize : Direction::maximize;
    own.best_known = options.real("own.best_known");
    FileReader reader(options, folder);
    own.verifier = reader.required("own.verifier", "name the file that judges answers, verifier.py or verifier.cpp");
    if (!own.verifier.name.ends_with(".py") && !own.verifier.name.ends_with(".cpp")) {
        refuse(options, "own.verifier",
               fmt::format("is {}, which is neither Python (.py) nor C++ (.cpp)", own.verifier.name));
    }
    own.instances = reader.list("own.instances");
    if (own.kind == OwnKind::vector) {
        read_vector_keys(options, own);
    } else {
        read_program_keys(options, reader, own);
    }
    check_hashes(options, own);
    return own;
}

ResolvedOptions keep_own_problem(const ResolvedOptions& options, const OwnProblem& own, const RunDirectory& run) {
    const std::string above = readable_above(run.root / "problem", readable_paths(options));
    if (!above.empty()) {
        throw InputError(
            fmt::format("{} lies below {}, where every program may read the run's copy of the problem; "
                        "choose another --out",
                        run.root.string(), above));
    }
    auto entries = options.entries();
    const auto set = [&entries](const std::string& key, OptionValue value) {
        entries.at(key).value = std::move(value);
        entries.at(key).source = "kept with the run";
    };
    std::map<std::string, std::vector<std::string>> lists{{"own.instances", {}}, {"own.hidden_instances", {}}};
    std::vector<std::string> hashes;
    for (const Kept& each : kept_files(own)) {
        const std::filesystem::path copy = run.root / each.copy;
        std::error_code error;
        std::filesystem::create_directories(copy.parent_path(), error);
        if (error) throw InfrastructureError("can not make " + copy.parent_path().string() + ": " + error.message());
        write_file_atomically(copy, each.file->bytes);
        hashes.push_back(to_hex(sha256(each.file->bytes)));
        if (const auto list = lists.find(each.key); list != lists.end()) {
            list->second.push_back(each.copy);
        } else {
            set(each.key, each.copy);
        }
    }
    for (auto& [key, names] : lists) set(key, std::move(names));
    set("own.sha256", std::move(hashes));
    return ResolvedOptions(std::move(entries));
}

}  // namespace atl::app
