// SPDX-License-Identifier: Apache-2.0
// C++ candidates to executables, in the sandbox's profile `compile`, and by content never twice on a node.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "atoll/sandbox/execution.hpp"
#include "atoll/sandbox/warden.hpp"

namespace atl::sandbox {

/// `$TMPDIR/atoll-<user number>/cache`, or below /tmp: of this node and this user alone.
std::filesystem::path default_compile_cache();

/// What a compiler needs: more time, memory and room than a candidate.
Limits default_compile_limits();

struct CompilerOptions {
    std::string compiler = "/usr/bin/g++";  ///< absolute; below the read paths, with all that it starts
    std::vector<std::string> flags{"-std=c++20", "-O2", "-ffp-contract=off", "-w"};
    std::string driver;  ///< the problem's C++ text that calls the candidate, see native_program.hpp
    std::filesystem::path cache_folder = default_compile_cache();  ///< empty: nothing is kept on disk
    std::uint64_t cache_bytes = std::uint64_t{512} << 20;          ///< on disk; the oldest go first
    std::uint64_t memory_cache_bytes = std::uint64_t{64} << 20;
    Limits limits = default_compile_limits();  ///< result_bytes bounds the executable
    /// Told once, should the cache on disk be of no use (full, read-only).
    std::function<void(const std::string&)> note;
};

struct Compilation {
    /// ok; compile_error with the first error; timeout/compile_time; out_of_memory/compiler_memory;
    /// forbidden/output; infrastructure.
    Verdict verdict;
    std::shared_ptr<const std::string> executable;  ///< set if and only if the verdict is ok
    std::string diagnostics;                        ///< the head of what the compiler said
    double seconds = 0;                             ///< wall time of the compiler's run, whenever that was
    bool cached = false;                            ///< no compiler ran for this call
};

/// Thread-safe. Of those who ask for the same content at once, in this process or another, one compiles and the others
/// wait for it. Programs and compile errors are kept; what the machine may be to blame for is not.
class Compiler {
public:
    /// Compiles the runner with the driver, or takes them from the cache. Throws InputError when the driver does not
    /// compile or the cache folder belongs to, or can be written by, somebody else; InfrastructureError when there is
    /// no compiler.
    Compiler(std::shared_ptr<Warden> warden, const CompilerOptions& options);
    ~Compiler();
    Compiler(const Compiler&) = delete;
    Compiler& operator=(const Compiler&) = delete;

    /// All files lie in one folder; those named *.cpp are compiled, each behind the header of candidates, and linked
    /// with the runner and the driver. Never throws for what the files hold or how they are named.
    Compilation compile(const std::vector<ProgramFile>& sources);

private:
    class Workshop;
    std::unique_ptr<Workshop> workshop_;
};

}  // namespace atl::sandbox
