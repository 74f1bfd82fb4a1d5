// SPDX-License-Identifier: Apache-2.0
// A compiler's workshop: the fixed parts made once, then candidates, each content by one of those who ask for it.
#include "atoll/sandbox/compiler.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <future>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/hash.hpp"
#include "sandbox/compilation.hpp"
#include "sandbox/compile_cache.hpp"
#include "sandbox/embedded.hpp"
#include "sandbox/recent_compilations.hpp"

namespace atl::sandbox {
namespace {

constexpr std::string_view cache_version = "1";
constexpr const char* program_header_name = "atoll_program.hpp";
constexpr const char* driver_header_name = "atoll_driver.hpp";
constexpr const char* fixed_part_name = "atoll_fixed.o";
constexpr const char* result_name = "result";
constexpr std::size_t most_files = 24;  // each is a word of the compiler's command line

/// Shared libraries, and only those that are used: a tenth of a static program's size, which each run copies.
constexpr const char* link_flags[] = {"-no-pie", "-s", "-Wl,--as-needed", "-Wl,-z,lazy", "-Wl,--build-id=none"};

/// Each part with its length in front, so that no two lists of parts give the same bytes.
class KeyMaker {
public:
    KeyMaker& add(std::string_view part) {
        const std::uint64_t size = part.size();
        char raw[sizeof size];
        std::memcpy(raw, &size, sizeof size);
        stream_.update({raw, sizeof raw});
        stream_.update(part);
        return *this;
    }
    KeyMaker& add(std::uint64_t number) { return add(std::to_string(number)); }
    Sha256 finish() { return stream_.finish(); }

private:
    Sha256Stream stream_;
};

bool is_compiled(const ProgramFile& file) { return file.name.ends_with(".cpp"); }

/// Names and numbers of files are the candidate's choice, so what is wrong with them is a verdict.
Verdict check_files(const std::vector<ProgramFile>& files) {
    const auto refuse = [](const char* reason, std::string text) {
        return Verdict{VerdictKind::compile_error, reason, std::move(text)};
    };
    if (files.size() > most_files) {
        return refuse("too_many_files", "more than " + std::to_string(most_files) + " files");
    }
    bool any = false;
    for (auto file = files.begin(); file != files.end(); ++file) {
        if (!is_file_name(file->name)) return refuse("file_name", "a file's name is not allowed");
        if (file->name.find(".gch") != std::string::npos) {
            return refuse("file_name", "a compiled header is not taken: " + file->name);
        }
        for (const char* taken : {program_header_name, driver_header_name, fixed_part_name, result_name}) {
            if (file->name == taken) return refuse("file_name", "the name " + file->name + " is taken");
        }
        for (auto other = files.begin(); other != file; ++other) {
            if (other->name == file->name) return refuse("file_name", "two files have the name " + file->name);
        }
        if (file->name[0] == '-') return refuse("file_name", "a file's name begins with '-'");
        any = any || is_compiled(*file);
    }
    return any ? Verdict{} : refuse("no_source", "no file is named *.cpp");
}

}  // namespace

std::filesystem::path default_compile_cache() {
    const char* const given = std::getenv("TMPDIR");
    const std::filesystem::path root = given != nullptr && given[0] == '/' ? given : "/tmp";
    return root / ("atoll-" + std::to_string(geteuid())) / "cache";
}

Limits default_compile_limits() {
    Limits limits;
    limits.wall_seconds = 60;
    limits.cpu_seconds = 60;
    limits.memory_bytes = std::uint64_t{2} << 30;
    limits.scratch_bytes = std::uint64_t{128} << 20;
    limits.result_bytes = std::uint64_t{8} << 20;
    limits.open_files = 256;
    limits.processes = 64;
    return limits;
}

/// Invariant: `making_` holds one entry for each content that a thread of this process is about to have made.
class Compiler::Workshop {
public:
    Workshop(std::shared_ptr<Warden> warden, const CompilerOptions& options);
    Compilation compile(const std::vector<ProgramFile>& sources);

private:
    std::string compiler_identity();
    void make_fixed_part();
    ExecutionRequest compiler_run(std::vector<ProgramFile> files, const std::vector<std::string>& words) const;
    /// From memory, from disk, from another who is at it, or by `request`.
    Compilation obtain(const Sha256& key, const std::function<ExecutionRequest()>& request);
    Compilation obtain_outside_memory(const Sha256& key, const std::function<ExecutionRequest()>& request);
    void note_problem();

    std::shared_ptr<Warden> warden_;
    CompilerOptions options_;
    CompileCache disk_;
    std::string toolchain_;  ///< all that the result depends on beside the sources
    std::shared_ptr<const std::string> fixed_part_;

    std::mutex mutex_;  // guards what is below
    RecentCompilations recent_;
    std::unordered_map<Sha256, std::shared_future<Compilation>, Sha256Hasher> making_;
    bool noted_ = false;
};

Compiler::Workshop::Workshop(std::shared_ptr<Warden> warden, const CompilerOptions& options)
    : warden_(std::move(warden)),
      options_(options),
      disk_(options.cache_folder, options.cache_bytes),
      recent_(options.memory_cache_bytes) {
    toolchain_ = compiler_identity();
    make_fixed_part();
    note_problem();
}

/// Path, size and date of the compiler, and what it says of itself.
std::string Compiler::Workshop::compiler_identity() {
    const std::string remedy = "; name a compiler with 'cpp.compiler', below the folders of 'sandbox.read_paths'";
    struct stat status {};
    if (!options_.compiler.starts_with('/') || stat(options_.compiler.c_str(), &status) != 0) {
        throw InputError("there is no compiler '" + options_.compiler + "'" + remedy);
    }
    ExecutionRequest request = compiler_run({}, {"--version"});
    request.result_name.clear();
    const Execution execution = warden_->run(request);
    if (execution.end != ExecutionEnd::exited || execution.exit_code != 0) {
        const Verdict verdict = verdict_of(execution, request);
        throw InfrastructureError("the compiler '" + options_.compiler +
                                  "' does not run in the sandbox: " + verdict.text + remedy);
    }
    KeyMaker maker;
    maker.add(cache_version).add(options_.compiler).add(execution.output_head);
    maker.add(static_cast<std::uint64_t>(status.st_size)).add(static_cast<std::uint64_t>(status.st_mtim.tv_sec));
    maker.add(options_.limits.result_bytes);
    for (const std::string& flag : options_.flags) maker.add(flag);
    for (const char* flag : link_flags) maker.add(flag);
    for (const std::string_view text : {program_header(), driver_header(), native_runner()}) maker.add(text);
    return to_hex(maker.add(options_.driver).finish());
}

ExecutionRequest Compiler::Workshop::compiler_run(std::vector<ProgramFile> files,
                                                  const std::vector<std::string>& words) const {
    ExecutionRequest request;
    request.profile = Profile::compile;
    request.files = std::move(files);
    request.words.push_back(options_.compiler);
    request.words.insert(request.words.end(), words.begin(), words.end());
    request.result_name = result_name;
    request.limits = options_.limits;
    return request;
}

void Compiler::Workshop::make_fixed_part() {
    const Sha256 key = KeyMaker().add("fixed part").add(toolchain_).finish();
    Compilation made = obtain(key, [this] {
        std::vector<std::string> words = options_.flags;
        for (const char* word : {"-include", driver_header_name, "-r", "-o", result_name, "runner.cpp", "driver.cpp"}) {
            words.emplace_back(word);
        }
        ExecutionRequest request = compiler_run({{driver_header_name, std::string(driver_header()), false},
                                                 {"runner.cpp", std::string(native_runner()), false},
                                                 {"driver.cpp", options_.driver, false}},
                                                words);
        const Limits enough = default_compile_limits();
        request.limits.wall_seconds = std::max(request.limits.wall_seconds, enough.wall_seconds);
        request.limits.cpu_seconds = std::max(request.limits.cpu_seconds, enough.cpu_seconds);
        return request;
    });
    if (made.verdict.kind == VerdictKind::compile_error) {
        throw InputError("the problem's driver does not compile: " + made.verdict.text);
    }
    if (!made.verdict.ok()) {
        throw InfrastructureError("the problem's driver can not be compiled: " + made.verdict.text);
    }
    fixed_part_ = std::move(made.executable);
}

Compilation Compiler::Workshop::compile(const std::vector<ProgramFile>& sources) {
    Compilation refused;
    refused.verdict = check_files(sources);
    if (!refused.verdict.ok()) return refused;
    KeyMaker maker;
    maker.add("program").add(toolchain_);
    for (const ProgramFile& file : sources) maker.add(file.name).add(file.bytes);
    return obtain(maker.finish(), [&] {
        std::vector<std::string> words = options_.flags;
        words.insert(words.end(), {"-include", program_header_name, "-o", result_name});
        std::vector<ProgramFile> files = sources;
        for (ProgramFile& file : files) {
            file.executable = false;
            if (is_compiled(file)) words.push_back(file.name);
        }
        words.emplace_back(fixed_part_name);
        words.insert(words.end(), std::begin(link_flags), std::end(link_flags));
        files.push_back({program_header_name, std::string(program_header()), false});
        files.push_back({fixed_part_name, *fixed_part_, false});
        return compiler_run(std::move(files), words);
    });
}

Compilation Compiler::Workshop::obtain(const Sha256& key, const std::function<ExecutionRequest()>& request) {
    std::promise<Compilation> promise;
    std::shared_future<Compilation> by_another;
    {
        const std::lock_guard lock(mutex_);
        if (const Compilation* const held = recent_.find(key)) {
            Compilation copy = *held;
            copy.cached = true;
            return copy;
        }
        const auto [place, first] = making_.try_emplace(key);
        if (first) {
            place->second = promise.get_future().share();
        } else {
            by_another = place->second;
        }
    }
    if (by_another.valid()) {
        Compilation copy = by_another.get();
        copy.cached = true;
        return copy;
    }
    try {
        Compilation made = obtain_outside_memory(key, request);
        promise.set_value(made);
        const std::lock_guard lock(mutex_);
        making_.erase(key);
        if (is_kept(made)) recent_.add(key, made);
        return made;
    } catch (...) {
        promise.set_exception(std::current_exception());
        const std::lock_guard lock(mutex_);
        making_.erase(key);
        throw;
    }
}

Compilation Compiler::Workshop::obtain_outside_memory(const Sha256& key,
                                                      const std::function<ExecutionRequest()>& request) {
    if (auto found = disk_.find(key)) return *std::move(found);
    const CompileCache::Lock lock(disk_, key);
    if (auto found = disk_.find(key)) return *std::move(found);  // by the one that was waited for
    const ExecutionRequest wanted = request();
    Compilation made = compilation_of(warden_->run(wanted), wanted.limits);
    if (is_kept(made)) {
        disk_.store(key, made);
        note_problem();
    }
    return made;
}

void Compiler::Workshop::note_problem() {
    const std::string problem = disk_.problem();
    {
        const std::lock_guard lock(mutex_);
        if (problem.empty() || noted_) return;
        noted_ = true;
    }
    if (options_.note) options_.note("compiled programs are not kept on disk: " + problem);
}

Compiler::Compiler(std::shared_ptr<Warden> warden, const CompilerOptions& options)
    : workshop_(std::make_unique<Workshop>(std::move(warden), options)) {}
Compiler::~Compiler() = default;

Compilation Compiler::compile(const std::vector<ProgramFile>& sources) { return workshop_->compile(sources); }

}  // namespace atl::sandbox
