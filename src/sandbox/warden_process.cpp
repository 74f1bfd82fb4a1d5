// SPDX-License-Identifier: Apache-2.0
// The warden's own side: one loop over the rank's connection and the pipes of the evaluations in flight.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/sandbox/warden.hpp"
#include "sandbox/cell_request.hpp"
#include "sandbox/nursery_process.hpp"
#include "sandbox/probe.hpp"
#include "sandbox/view.hpp"
#include "sandbox/wire.hpp"

namespace atl::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr int connection = 3;
/// A keeper ends its evaluation at the deadline; one that has not said so this much later is killed with it.
constexpr Nanoseconds keeper_patience = nanoseconds_per_second;
constexpr std::size_t read_part = 65536;
constexpr int burial_milliseconds = 2;

struct Flight {
    std::uint64_t id = 0;
    pid_t keeper = -1;
    int report = -1;
    int output = -1;
    Nanoseconds started = 0;
    Nanoseconds killed_at = 0;  ///< when the keeper is killed, should it still be there
    std::uint64_t output_limit = 0;
    std::string report_bytes;
    std::string head, tail;
    std::uint64_t printed = 0;
    bool told_to_stop = false;
    bool over_output_limit = false;
    bool killed = false;
    fs::path scratch;  ///< to be removed; empty when it lies in the evaluation's own namespace
};

void close_if_open(int& descriptor) {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
}

class WardenProcess {
public:
    explicit WardenProcess(const WardenSettings& settings);
    ~WardenProcess();
    WardenProcess(const WardenProcess&) = delete;
    WardenProcess& operator=(const WardenProcess&) = delete;

    WardenGreeting greeting() const { return {reports_, python_error_, {}}; }
    /// To the end of the connection.
    void serve();

private:
    bool on(Layer layer) const { return is_on(reports_, layer); }
    NurseryProcess& nursery(Profile profile);
    void take_input();
    void start(std::string_view payload);
    void launch(Flight& flight, const ExecutionRequest& request);
    void read_output(Flight& flight);
    bool read_report(Flight& flight);  ///< true when it is whole, or the keeper gone
    void bury(bool wait);              ///< collects keepers that have reported and are on their way out
    void enforce(Flight& flight, Nanoseconds now);
    Execution conclude(Flight& flight);
    void answer(std::uint64_t id, const Execution& execution);

    WardenSettings settings_;
    std::unique_ptr<cell::CellConfig> config_ = std::make_unique<cell::CellConfig>();
    LayerReports reports_;
    std::string python_error_;
    std::unique_ptr<NurseryProcess> native_, python_;
    std::map<std::uint64_t, Flight> flights_;
    std::vector<pid_t> leaving_;
    std::string input_;
    bool connected_ = true;
    fs::path scratch_root_;
    MonotonicClock clock_;
};

std::string make_scratch_root(const std::string& where) {
    std::string path = where + "/atoll-scratch-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
        throw InfrastructureError("can not make a scratch folder in " + where + ": " + std::strerror(errno) +
                                  "; name another with 'sandbox.scratch'");
    }
    return path;
}

WardenProcess::WardenProcess(const WardenSettings& settings) : settings_(settings) {
    cell::CellConfig& config = *config_;
    config.version = cell::version;
    for (const std::string& path : settings_.read_paths) {
        if (path.size() >= cell::path_bytes || config.read_path_count == cell::most_read_paths) {
            throw InfrastructureError("sandbox.read_paths: too many, or one too long: " + path);
        }
        std::strncpy(config.read_paths[config.read_path_count++], path.c_str(), cell::path_bytes - 1);
    }
    reports_ = probe_layers(settings_.disabled_layers, settings_.read_paths, config);
    if (!on(Layer::mount_namespace)) {
        scratch_root_ = make_scratch_root(settings_.scratch_root);
        if (chmod(scratch_root_.c_str(), 0711) != 0) throw InfrastructureError("chmod of the scratch folder failed");
    }
    if (settings_.python.empty()) return;
    python_ = std::make_unique<NurseryProcess>(config, settings_.read_paths, settings_.python);
    try {
        python_->wait_until_ready();
    } catch (const InfrastructureError& error) {
        python_error_ = settings_.python + ": " + error.what();
        python_.reset();
    }
}

WardenProcess::~WardenProcess() {
    for (auto& [id, flight] : flights_) {
        kill(flight.keeper, on(Layer::pid_namespace) ? SIGKILL : SIGTERM);
    }
    for (auto& [id, flight] : flights_) {
        leaving_.push_back(flight.keeper);
    }
    bury(true);
    std::error_code ignored;
    if (!scratch_root_.empty()) fs::remove_all(scratch_root_, ignored);
}

void WardenProcess::bury(bool wait) {
    std::erase_if(leaving_, [wait](pid_t keeper) {
        pid_t found = -1;
        while ((found = waitpid(keeper, nullptr, wait ? 0 : WNOHANG)) < 0 && errno == EINTR) {
        }
        return found != 0;
    });
}

NurseryProcess& WardenProcess::nursery(Profile profile) {
    const bool python = profile == Profile::python;
    std::unique_ptr<NurseryProcess>& held = python ? python_ : native_;
    if (python && !python_error_.empty()) throw InfrastructureError(python_error_);
    if (python && settings_.python.empty()) throw InfrastructureError("no Python interpreter is configured");
    if (!held) {
        held = std::make_unique<NurseryProcess>(*config_, settings_.read_paths, python ? settings_.python : "");
    }
    return *held;
}

void WardenProcess::serve() {
    while (connected_) {
        std::vector<pollfd> watched{{connection, POLLIN, 0}};
        std::vector<Flight*> order;
        Nanoseconds next = INT64_MAX;
        for (auto& [id, flight] : flights_) {
            watched.push_back({flight.report, POLLIN, 0});
            watched.push_back({flight.output, POLLIN, 0});
            order.push_back(&flight);
            if (!flight.killed) next = std::min(next, flight.killed_at);
        }
        const Nanoseconds wait = next == INT64_MAX ? -1 : std::max<Nanoseconds>(0, next - clock_.now());
        int timeout = wait < 0 ? -1 : static_cast<int>(std::min<Nanoseconds>(wait / 1'000'000 + 1, INT_MAX));
        if (!leaving_.empty()) timeout = timeout < 0 ? burial_milliseconds : std::min(timeout, burial_milliseconds);
        if (poll(watched.data(), watched.size(), timeout) < 0 && errno != EINTR) return;
        std::vector<std::uint64_t> ended;
        for (std::size_t i = 0; i < order.size(); ++i) {
            Flight& flight = *order[i];
            if (watched[2 * i + 2].revents != 0) read_output(flight);
            if (watched[2 * i + 1].revents != 0 && read_report(flight)) ended.push_back(flight.id);
            enforce(flight, clock_.now());
        }
        for (const std::uint64_t id : ended) {
            const auto found = flights_.find(id);
            const Execution execution = conclude(found->second);
            flights_.erase(found);
            answer(id, execution);
        }
        if (watched[0].revents != 0) take_input();
        bury(false);
    }
}

void WardenProcess::take_input() {
    char part[read_part];
    const ssize_t got = recv(connection, part, sizeof part, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) {
        connected_ = false;
        return;
    }
    input_.append(part, static_cast<std::size_t>(got));
    std::uint32_t size = 0;
    std::size_t at = 0;
    while (input_.size() - at >= sizeof size) {
        std::memcpy(&size, input_.data() + at, sizeof size);
        if (size > longest_frame) {
            connected_ = false;
            return;
        }
        if (input_.size() - at - sizeof size < size) break;
        start(std::string_view(input_).substr(at + sizeof size, size));
        at += sizeof size + size;
    }
    input_.erase(0, at);
}

void WardenProcess::launch(Flight& flight, const ExecutionRequest& request) {
    std::string scratch = view_scratch;
    if (!on(Layer::mount_namespace)) {
        flight.scratch = scratch_root_ / std::to_string(flight.id);
        scratch = flight.scratch.string();
        if (mkdir(scratch.c_str(), 0700) != 0 || chown(scratch.c_str(), config_->uid, config_->gid) != 0) {
            // in a user namespace of its own the candidate's number is another, and the folder is its own already
            if (config_->nursery_user_namespace == 0) {
                throw InfrastructureError(std::string("scratch folder: ") + std::strerror(errno));
            }
        }
    }
    int report[2] = {-1, -1}, output[2] = {-1, -1}, bundle = -1;
    const auto close_all = [&] {
        for (int* each : {&report[0], &report[1], &output[0], &output[1], &bundle}) close_if_open(*each);
    };
    try {
        if (pipe2(report, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
            throw InfrastructureError(std::string("pipe: ") + std::strerror(errno));
        }
        bundle = bundle_of(request.files);
        const cell::CellRequest wanted = cell_request(request, scratch);
        flight.keeper = nursery(request.profile).make_keeper(wanted, report[1], output[1], bundle);
    } catch (...) {
        close_all();
        throw;
    }
    flight.report = std::exchange(report[0], -1);
    flight.output = std::exchange(output[0], -1);
    close_all();
    fcntl(flight.report, F_SETFL, O_NONBLOCK);
    fcntl(flight.output, F_SETFL, O_NONBLOCK);
}

void WardenProcess::start(std::string_view payload) {
    ExecutionRequest request;
    Flight flight;
    flight.id = decode(payload, request);
    flight.started = clock_.now();
    flight.killed_at = flight.started + from_seconds(request.limits.wall_seconds) + keeper_patience;
    flight.output_limit = request.limits.output_bytes;
    try {
        launch(flight, request);
        flights_.emplace(flight.id, std::move(flight));
    } catch (const InfrastructureError& error) {
        // Whatever state it was in: the next request gets a new one.
        (request.profile == Profile::python ? python_ : native_).reset();
        std::error_code ignored;
        if (!flight.scratch.empty()) fs::remove_all(flight.scratch, ignored);
        Execution failed;
        failed.end = ExecutionEnd::not_started;
        failed.error = error.what();
        answer(flight.id, failed);
    }
}

void WardenProcess::read_output(Flight& flight) {
    char part[read_part];
    const ssize_t got = read(flight.output, part, sizeof part);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        close_if_open(flight.output);
        return;
    }
    std::string_view bytes(part, static_cast<std::size_t>(got));
    flight.printed += bytes.size();
    if (flight.head.size() < output_kept_bytes) {
        const std::size_t taken = std::min(bytes.size(), output_kept_bytes - flight.head.size());
        flight.head += bytes.substr(0, taken);
        bytes.remove_prefix(taken);
    }
    flight.tail += bytes;
    if (flight.tail.size() > output_kept_bytes) flight.tail.erase(0, flight.tail.size() - output_kept_bytes);
    if (flight.printed > flight.output_limit && !flight.told_to_stop) {
        flight.told_to_stop = true;
        flight.over_output_limit = true;
        kill(flight.keeper, SIGTERM);
        flight.killed_at = std::min(flight.killed_at, clock_.now() + keeper_patience);
    }
}

bool WardenProcess::read_report(Flight& flight) {
    char part[read_part];
    const ssize_t got = read(flight.report, part, sizeof part);
    if (got < 0) return errno != EAGAIN && errno != EINTR;
    flight.report_bytes.append(part, static_cast<std::size_t>(got));
    cell::CellReport report{};
    if (got == 0 || flight.report_bytes.size() < sizeof report) return got == 0;
    std::memcpy(&report, flight.report_bytes.data(), sizeof report);
    return flight.report_bytes.size() >= sizeof report + report.result_bytes;
}

void WardenProcess::enforce(Flight& flight, Nanoseconds now) {
    if (flight.killed || now < flight.killed_at) return;
    flight.killed = true;
    kill(flight.keeper, SIGKILL);
}

Execution WardenProcess::conclude(Flight& flight) {
    // The keeper reports when all other processes are gone; what they printed lies in the pipe. Its own end, which
    // takes the namespaces down, nobody need wait for.
    leaving_.push_back(flight.keeper);
    for (std::uint64_t before = 0; flight.output >= 0 && flight.printed <= flight.output_limit;) {
        before = flight.printed;
        read_output(flight);
        if (flight.output >= 0 && flight.printed == before) break;
    }
    close_if_open(flight.output);
    close_if_open(flight.report);
    std::error_code ignored;
    if (!flight.scratch.empty()) fs::remove_all(flight.scratch, ignored);

    Execution execution;
    execution.printed_bytes = flight.printed;
    execution.output_head = std::move(flight.head);
    execution.output_tail = std::move(flight.tail);
    cell::CellReport report{};
    if (flight.report_bytes.size() < sizeof report) {
        execution.end = flight.killed ? ExecutionEnd::deadline : ExecutionEnd::lost;
        execution.error = "the keeper ended without a report";
        execution.wall_seconds = to_seconds(clock_.now() - flight.started);
        return execution;
    }
    std::memcpy(&report, flight.report_bytes.data(), sizeof report);
    execution.wall_seconds = to_seconds(report.wall_nanoseconds);
    execution.cpu_seconds = to_seconds(report.cpu_nanoseconds);
    execution.peak_bytes = report.peak_bytes;
    if (flight.over_output_limit) {
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
        execution.result = flight.report_bytes.substr(sizeof report);
        if (execution.result_file == ResultFile::read && execution.result.size() != report.result_bytes) {
            execution.end = ExecutionEnd::lost;
            execution.error = "the keeper ended while it read the result";
        }
    }
    return execution;
}

void WardenProcess::answer(std::uint64_t id, const Execution& execution) {
    if (!write_fully(connection, framed(encode(id, execution)))) connected_ = false;
}

}  // namespace

int warden_main() {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    fcntl(connection, F_SETFD, FD_CLOEXEC);
    std::string payload;
    if (!read_frame(connection, payload)) {
        std::fprintf(stderr, "atoll: 'warden' is started by atoll itself, not by hand\n");
        return static_cast<int>(ExitCode::bad_input);
    }
    try {
        WardenProcess warden(decode_settings(payload));
        if (!write_fully(connection, framed(encode(warden.greeting())))) return 0;
        warden.serve();
        return 0;
    } catch (const std::exception& error) {
        WardenGreeting refusal;
        refusal.error = error.what();
        write_fully(connection, framed(encode(refusal)));
        return static_cast<int>(ExitCode::infrastructure);
    }
}

}  // namespace atl::sandbox
