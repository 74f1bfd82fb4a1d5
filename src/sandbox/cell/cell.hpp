// SPDX-License-Identifier: Apache-2.0
// One cell: the keeper that owns an evaluation's processes, and the steps by which a child gives up its rights.
//
// This folder is compiled twice: into the program (native cells) and, without the C++ library, into a shared object
// that the warm Python interpreter loads. So nothing here throws, allocates or needs a static initialiser, and all that
// crosses a process boundary is plain data of one build.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>

namespace atl::sandbox::cell {

inline constexpr std::uint32_t version = 1;

/// Bits of CellConfig::layers, in the order of the enumerators of Layer.
enum LayerBit : std::uint32_t {
    identity_bit = 1U << 0,
    user_namespace_bit = 1U << 1,
    mount_namespace_bit = 1U << 2,
    pid_namespace_bit = 1U << 3,
    network_namespace_bit = 1U << 4,
    ipc_namespace_bit = 1U << 5,
    resource_limits_bit = 1U << 6,
    landlock_bit = 1U << 7,
    system_calls_bit = 1U << 8,
};

/// What may be called: python never starts a program; native may start one, once; compile may start many.
enum FilterKind : std::uint32_t { python_filter = 0, native_filter = 1, compile_filter = 2, filter_kinds = 3 };

/// Stands in a filter for the child's own process number, which is known only when the child is there.
inline constexpr std::uint32_t own_pid_placeholder = 0x6f776e21;

struct Filter {
    static constexpr std::uint32_t longest = 2048;
    std::uint32_t length = 0;
    std::uint32_t own_pid_sites = 0;  ///< how often own_pid_placeholder stands in it
    sock_filter code[longest] = {};
};

inline constexpr std::uint32_t path_bytes = 256;
inline constexpr std::uint32_t most_read_paths = 48;

/// The same for every cell of a warden.
struct CellConfig {
    std::uint32_t version = 0;
    std::uint32_t layers = 0;  ///< those that are on
    std::uint32_t uid = 0;     ///< of candidates, as this process sees it; with identity_bit only
    std::uint32_t gid = 0;
    std::uint32_t nursery_user_namespace = 0;   ///< not 0: the nursery is in one already, as the only user of it
    std::uint32_t processes_counted_alone = 0;  ///< not 0: the limit on processes is about one evaluation's only
    std::int32_t landlock_abi = 0;
    std::uint32_t read_path_count = 0;
    char read_paths[most_read_paths][path_bytes] = {};
    Filter filters[filter_kinds] = {};
};

/// One evaluation, sent together with three descriptors: report, output, bundle.
struct CellRequest {
    std::uint32_t version;
    std::uint32_t filter;  ///< a FilterKind
    std::int64_t wall_nanoseconds;
    std::uint64_t cpu_seconds;
    std::uint64_t memory_bytes;   ///< address space of each process
    std::uint64_t scratch_bytes;  ///< of the scratch folder, and of any one file
    std::uint64_t result_bytes;   ///< most of a result file that is read
    std::uint32_t open_files;
    std::uint32_t processes;
    std::uint32_t word_count;
    char scratch[path_bytes];  ///< the folder, as the candidate sees it
    char result[64];           ///< the result file's name inside it
    char words[4096];          ///< program and arguments (python: the driver's words), each ended by a zero byte
};

/// What a nursery answers: the keeper's process number, or a negative errno. The first one says "ready" with 0.
struct SpawnReply {
    std::uint32_t version;
    std::int32_t pid;
};

enum class ResultState : std::uint32_t { none = 0, read = 1, not_a_file = 2, too_large = 3 };
enum class Ending : std::uint32_t { ran = 0, not_started = 1, deadline = 2, stopped = 3 };

/// What a keeper says at the end, followed by result_bytes bytes.
struct CellReport {
    std::uint32_t version;
    Ending ending;
    std::int32_t wait_status;  ///< of the first process, as waitpid gives it
    std::int32_t error;        ///< errno of the step that failed (not_started)
    char step[32];             ///< its name
    std::int64_t wall_nanoseconds;
    std::int64_t cpu_nanoseconds;
    std::uint64_t peak_bytes;
    ResultState result;
    std::uint32_t padding;
    std::uint64_t result_bytes;
};

/// A step that did not work; travels from the child to its keeper before anything of the candidate ran.
struct StartFailure {
    char step[32];
    std::int32_t error;
};

/// The child's steps, each 0 or an errno with `step` set. They must be taken in this order.
int drop_rights(const CellConfig& config, const CellRequest& request, StartFailure& failure);
/// The filter with the process's own number in it; `listener` is set for native_filter.
int install_filter(const CellConfig& config, std::uint32_t kind, int& listener, StartFailure& failure);

/// Unpacks the bundle (see encoding.hpp) into the present folder, owned by the candidate. 0 or an errno.
int unpack_bundle(int bundle, std::uint32_t uid, std::uint32_t gid);

int fail(StartFailure& failure, const char* step, int error);

}  // namespace atl::sandbox::cell

/// The interface to Python, and to the native nursery.
extern "C" {
/// Reads the CellConfig that lies in `descriptor`; 0 or an errno.
int atoll_cell_open(int descriptor, int channel);
/// Says "ready", then makes a keeper for each request; returns 1 inside each keeper and 0 when the warden is gone.
int atoll_cell_wait();
/// In the keeper, after it forked: watches `child` to its end, reports, and ends.
[[noreturn]] void atoll_cell_keep(int child);
/// In the child: gives up all rights; a step that fails ends the child before the candidate runs.
void atoll_cell_enter();
/// In the child, last of all before the candidate's first instruction: closes the way to the keeper.
void atoll_cell_seal();
/// A step of the child's own failed: says so to the keeper and ends.
[[noreturn]] void atoll_cell_fail(const char* step, int error);
/// Word `index` of the request, or null.
const char* atoll_cell_word(unsigned index);
/// Replaces the child by the program of the request.
[[noreturn]] void atoll_cell_execute();
}
