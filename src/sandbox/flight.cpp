// SPDX-License-Identifier: Apache-2.0
// Reading what an evaluation prints and reports, and making one answer of it.
#include "sandbox/flight.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "sandbox/cell/cell.hpp"
#include "sandbox/scratch_folder.hpp"

namespace atl::sandbox {
namespace {

/// A keeper ends its evaluation at the deadline; one that has not said so this much later is killed with it.
constexpr Nanoseconds keeper_patience = nanoseconds_per_second;
constexpr std::size_t read_part = 65536;

}  // namespace

Flight::Flight(std::uint64_t id, const Limits& limits, Nanoseconds started)
    : id_(id),
      started_(started),
      killed_at_(started + from_seconds(limits.wall_seconds) + keeper_patience),
      output_limit_(limits.output_bytes) {}

void Flight::take_off(pid_t keeper, Descriptor report, Descriptor output) {
    keeper_ = keeper;
    report_ = std::move(report);
    output_ = std::move(output);
    fcntl(report_.get(), F_SETFL, O_NONBLOCK);
    fcntl(output_.get(), F_SETFL, O_NONBLOCK);
}

Nanoseconds Flight::next_enforcement() const { return killed_ ? INT64_MAX : killed_at_; }

void Flight::read_output(Nanoseconds now) {
    char part[read_part];
    const ssize_t got = read(output_.get(), part, sizeof part);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        output_ = Descriptor();
        return;
    }
    std::string_view bytes(part, static_cast<std::size_t>(got));
    printed_ += bytes.size();
    if (head_.size() < output_kept_bytes) {
        const std::size_t taken = std::min(bytes.size(), output_kept_bytes - head_.size());
        head_ += bytes.substr(0, taken);
        bytes.remove_prefix(taken);
    }
    tail_ += bytes;
    if (tail_.size() > output_kept_bytes) tail_.erase(0, tail_.size() - output_kept_bytes);
    if (printed_ > output_limit_ && !over_output_limit_) {
        over_output_limit_ = true;
        kill(keeper_, SIGTERM);
        killed_at_ = std::min(killed_at_, now + keeper_patience);
    }
}

bool Flight::read_report() {
    char part[read_part];
    const ssize_t got = read(report_.get(), part, sizeof part);
    if (got < 0) return errno != EAGAIN && errno != EINTR;
    report_bytes_.append(part, static_cast<std::size_t>(got));
    cell::CellReport report{};
    if (got == 0 || report_bytes_.size() < sizeof report) return got == 0;
    std::memcpy(&report, report_bytes_.data(), sizeof report);
    return report_bytes_.size() >= sizeof report + report.result_bytes;
}

void Flight::enforce(Nanoseconds now) {
    if (killed_ || now < killed_at_) return;
    killed_ = true;
    kill(keeper_, SIGKILL);
}

Execution Flight::conclude(Nanoseconds now) {
    for (std::uint64_t before = 0; output_.get() >= 0 && printed_ <= output_limit_;) {
        before = printed_;
        read_output(now);
        if (output_.get() >= 0 && printed_ == before) break;
    }
    output_ = Descriptor();
    report_ = Descriptor();
    if (!scratch.empty()) remove_scratch_folder(scratch);

    Execution execution;
    execution.printed_bytes = printed_;
    execution.output_head = std::move(head_);
    execution.output_tail = std::move(tail_);
    cell::CellReport report{};
    if (report_bytes_.size() < sizeof report) {
        execution.end = killed_ ? ExecutionEnd::deadline : ExecutionEnd::lost;
        execution.error = "the keeper ended without a report";
        execution.wall_seconds = to_seconds(now - started_);
        return execution;
    }
    std::memcpy(&report, report_bytes_.data(), sizeof report);
    execution.wall_seconds = to_seconds(report.wall_nanoseconds);
    execution.cpu_seconds = to_seconds(report.cpu_nanoseconds);
    execution.peak_bytes = report.peak_bytes;
    if (over_output_limit_) {
        execution.end = ExecutionEnd::output_limit;
    } else if (report.ending == cell::Ending::deadline) {
        execution.end = ExecutionEnd::deadline;
    } else if (report.ending == cell::Ending::not_started) {
        execution.end = ExecutionEnd::not_started;
        execution.error = std::string(report.step) + ": " + std::strerror(report.error);
    } else if (report.ending == cell::Ending::stopped) {
        execution.error = "stopped";
    } else if (WIFSIGNALED(report.wait_status)) {
        execution.end = ExecutionEnd::signalled;
        execution.signal = WTERMSIG(report.wait_status);
    } else {
        execution.end = ExecutionEnd::exited;
        execution.exit_code = WEXITSTATUS(report.wait_status);
        execution.result_file = static_cast<ResultFile>(report.result);
        execution.result = report_bytes_.substr(sizeof report);
        if (execution.result_file == ResultFile::read && execution.result.size() != report.result_bytes) {
            execution.end = ExecutionEnd::lost;
            execution.error = "the keeper ended while it read the result";
        }
    }
    return execution;
}

}  // namespace atl::sandbox
