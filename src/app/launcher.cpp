// SPDX-License-Identifier: Apache-2.0
// Command lines of launchers, and their last words.
#include "atoll/app/launcher.hpp"

#include <csignal>
#include <cstring>
#include <regex>

#include "atoll/core/error.hpp"

namespace atl::app {

namespace {

constexpr std::size_t longest_line_bytes = 1U << 16;

/// The signal that `text` describes as strsignal does, "(core dumped)" or not; 0: none.
int described_signal(const std::string& text) {
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
        const char* description = sigdescr_np(signal);
        if (description != nullptr && text.starts_with(description)) return signal;
    }
    return 0;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            in_word = true;
        } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
            word += text[++i];
            in_word = true;
        } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            if (in_word) words.push_back(word);
            word.clear();
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote != 0) {
        throw InputError("--launcher: the quote " + std::string(1, quote) +
                         " is never closed in: " + std::string(text));
    }
    if (in_word) words.push_back(word);
    return words;
}

std::vector<std::string> default_launcher(const transport::Environment& environment) {
    if (!environment.contains("SLURM_JOB_ID")) return {"mpirun", "--bind-to", "none"};
    std::vector<std::string> words{"srun", "--mpi=pmix", "--kill-on-bad-exit=1"};
    // srun does not take --cpus-per-task over from the job by itself since Slurm 22.05
    const auto cpus = environment.find("SLURM_CPUS_PER_TASK");
    if (cpus != environment.end()) words.push_back("--cpus-per-task=" + cpus->second);
    return words;
}

bool is_a_rank(const transport::Environment& environment) {
    return environment.contains("OMPI_COMM_WORLD_RANK") || environment.contains("PMIX_RANK") ||
           environment.contains("PMI_RANK");
}

bool is_rank_0(const transport::Environment& environment) {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"}) {
        const auto found = environment.find(name);
        if (found != environment.end()) return found->second == "0";
    }
    return false;
}

std::string signal_name(int signal) {
    const char* name = sigabbrev_np(signal);
    return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

std::string to_string(const Loss& loss) {
    const bool several = loss.ranks.find_first_of("-,") != std::string::npos;
    std::string text = (several ? "ranks " : "rank ") + loss.ranks;
    if (!loss.host.empty()) text += " on " + loss.host;
    if (several && loss.cause.starts_with("was ")) return text + " were" + loss.cause.substr(3);
    return text + " " + loss.cause;
}

void LossWitness::read(std::string_view piece) {
    for (const char c : piece) {
        if (c == '\n') {
            read_line(unfinished_);
            unfinished_.clear();
        } else if (unfinished_.size() < longest_line_bytes) {
            unfinished_ += c;
        }
    }
}

void LossWitness::read_line(const std::string& line) {
    static const std::regex by_signal(R"(process rank (\d+) with PID \d+ on node (\S+) exited on signal (\d+))");
    static const std::regex by_code_rank(R"(^\s*Process name: \[\[\d+,\d+\],(\d+)\])");
    static const std::regex by_code(R"(^\s*Exit code:\s+(\d+))");
    static const std::regex by_srun(R"(srun: error: (\S+): tasks? ([0-9,-]+): (.+)$)");
    static const std::regex silent(
        R"(^atoll: rank (\d+)(?: on (\S+))? has been (silent for [^;,]*?)( and is taken.*)?$)");
    static const std::regex failed(R"(^atoll: rank (\d+): (.+)$)");
    if (loss_) return;
    std::smatch found;
    if (std::regex_search(line, found, by_signal)) {
        loss_ = Loss{found[1], found[2], "was killed by " + signal_name(std::stoi(found[3]))};
    } else if (std::regex_search(line, found, by_srun)) {
        const std::string words = found[3];
        const int signal = described_signal(words);
        std::string cause = "was killed by " + signal_name(signal);
        if (signal == 0) cause = "ended: " + words;
        loss_ = Loss{found[2], found[1], cause};
    } else if (std::regex_search(line, found, silent)) {
        loss_ = Loss{found[1], found[2], "was " + std::string(found[3])};
    } else if (std::regex_search(line, found, failed)) {
        loss_ = Loss{found[1], "", "failed: " + std::string(found[2])};
    } else if (std::regex_search(line, found, by_code_rank)) {
        failed_rank_ = found[1];
    } else if (!failed_rank_.empty() && std::regex_search(line, found, by_code)) {
        loss_ = Loss{failed_rank_, "", "ended with exit code " + std::string(found[1])};
    }
}

}  // namespace atl::app
