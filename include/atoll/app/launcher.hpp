// SPDX-License-Identifier: Apache-2.0
// How a job's ranks are started, and what launchers say when one of them is lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/transport/launch.hpp"

namespace atl::app {

/// Words as a shell splits them: blanks, '...', "..." and backslash; nothing is expanded. Throws InputError for a quote
/// that is never closed.
std::vector<std::string> split_words(std::string_view text);

/// Inside a Slurm allocation srun, elsewhere mpirun; the number of ranks is theirs to choose.
std::vector<std::string> default_launcher(const transport::Environment& environment);

/// This process is a rank that a launcher started.
bool is_a_rank(const transport::Environment& environment);
/// ... and the first of them, whose words the user sees.
bool is_rank_0(const transport::Environment& environment);

/// What ended a job: a rank, or several ("0-1" as srun counts them).
struct Loss {
    std::string ranks;
    std::string host;   ///< empty: unknown
    std::string cause;  ///< "was killed by SIGKILL"
};

/// "rank 1 on node7 was killed by SIGKILL".
std::string to_string(const Loss& loss);

/// Reads along with what a launcher and its ranks write on standard error, and keeps the first loss they name.
/// Knows mpirun of Open MPI (3 to 5), srun, and atoll itself.
class LossWitness {
public:
    void read(std::string_view piece);
    void read_line(const std::string& line);
    const std::optional<Loss>& loss() const { return loss_; }

private:
    std::string unfinished_;
    std::string failed_rank_;  ///< of mpirun's two lines on an exit code
    std::optional<Loss> loss_;
};

/// "SIGKILL".
std::string signal_name(int signal);

}  // namespace atl::app
