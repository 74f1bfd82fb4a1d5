// SPDX-License-Identifier: Apache-2.0
// Requests to nurseries, keepers to answers.
#include "sandbox/warden_process.hpp"

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
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/sandbox/warden.hpp"
#include "sandbox/cell_request.hpp"
#include "sandbox/probe.hpp"
#include "sandbox/scratch_folder.hpp"
#include "sandbox/view.hpp"

namespace atl::sandbox {
namespace {

constexpr std::size_t read_part = 65536;
constexpr int burial_milliseconds = 2;
constexpr Nanoseconds python_patience = 60 * nanoseconds_per_second;  // numpy from a slow, shared file system

std::string make_scratch_root(const std::string& where) {
    std::string path = where + "/atoll-scratch-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
        throw InfrastructureError("can not make a scratch folder in " + where + ": " + std::strerror(errno) +
                                  "; name another with 'sandbox.scratch'");
    }
    return path;
}

Execution not_started(const std::string& error) {
    Execution failed;
    failed.end = ExecutionEnd::not_started;
    failed.error = error;
    return failed;
}

}  // namespace

WardenProcess::WardenProcess(int connection, const WardenSettings& settings)
    : connection_(connection), settings_(settings) {
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
        (void)chmod(scratch_root_.c_str(), 0711);  // candidates pass through; one that can not is seen as not started
    }
    python_told_ = settings_.python.empty();
    try {
        if (!python_told_) begin_python();
    } catch (...) {
        remove_scratch_folder(scratch_root_.string());
        throw;
    }
}

WardenProcess::~WardenProcess() {
    for (auto& [id, flight] : flights_) {
        kill(flight.keeper(), on(Layer::pid_namespace) ? SIGKILL : SIGTERM);
        leaving_.push_back(flight.keeper());
    }
    bury(true);
    if (!scratch_root_.empty()) remove_scratch_folder(scratch_root_);
}

void WardenProcess::bury(bool wait) {
    std::erase_if(leaving_, [wait](pid_t keeper) {
        pid_t found = -1;
        while ((found = waitpid(keeper, nullptr, wait ? 0 : WNOHANG)) < 0 && errno == EINTR) {
        }
        return found != 0;
    });
}

void WardenProcess::begin_python() {
    python_ready_ = false;
    python_patience_ends_ = clock_.now() + python_patience;
    python_ = std::make_unique<NurseryProcess>(*config_, settings_.read_paths, settings_.python);
}

/// The interpreter has spoken, ended, or been silent for too long.
void WardenProcess::greet_python() {
    std::string error;
    try {
        python_->wait_until_ready(0);
        python_ready_ = true;
    } catch (const InfrastructureError& failure) {
        error = settings_.python + ": " + failure.what();
        python_.reset();
    }
    if (!std::exchange(python_told_, true)) {
        python_error_ = error;  // it never worked; one that ends later is started again
        answer(python_word, not_started(error));
    }
    for (std::deque<Request> waiting = std::exchange(until_python_, {}); !waiting.empty(); waiting.pop_front()) {
        if (error.empty()) {
            start(waiting.front());
        } else {
            answer(waiting.front().id, not_started(error));
        }
    }
}

void WardenProcess::serve() {
    while (connected_) {
        const bool warming = python_ && !python_ready_;
        std::vector<pollfd> watched{{connection_, POLLIN, 0}, {warming ? python_->channel() : -1, POLLIN, 0}};
        constexpr std::size_t first_flight = 2;
        std::vector<Flight*> order;
        Nanoseconds next = INT64_MAX;
        for (auto& [id, flight] : flights_) {
            watched.push_back({flight.report(), POLLIN, 0});
            watched.push_back({flight.output(), POLLIN, 0});
            order.push_back(&flight);
            next = std::min(next, flight.next_enforcement());
        }
        if (warming) next = std::min(next, python_patience_ends_);
        const Nanoseconds wait = next == INT64_MAX ? -1 : std::max<Nanoseconds>(0, next - clock_.now());
        int timeout = wait < 0 ? -1 : static_cast<int>(std::min<Nanoseconds>(wait / 1'000'000 + 1, INT_MAX));
        if (!leaving_.empty()) timeout = timeout < 0 ? burial_milliseconds : std::min(timeout, burial_milliseconds);
        if (poll(watched.data(), watched.size(), timeout) < 0 && errno != EINTR) return;
        std::vector<std::uint64_t> ended;
        for (std::size_t i = 0; i < order.size(); ++i) {
            Flight& flight = *order[i];
            const pollfd* const its = &watched[first_flight + 2 * i];
            if (its[1].revents != 0) flight.read_output(clock_.now());
            if (its[0].revents != 0 && flight.read_report()) ended.push_back(flight.id());
            flight.enforce(clock_.now());
        }
        for (const std::uint64_t id : ended) {
            const auto found = flights_.find(id);
            // The keeper reports when all other processes are gone; what they printed lies in the pipe. Its own end,
            // which takes the namespaces down, nobody need wait for.
            leaving_.push_back(found->second.keeper());
            const Execution execution = found->second.conclude(clock_.now());
            flights_.erase(found);
            answer(id, execution);
        }
        if (warming && (watched[1].revents != 0 || clock_.now() >= python_patience_ends_)) greet_python();
        if (watched[0].revents != 0) take_input();
        bury(false);
    }
}

void WardenProcess::take_input() {
    char part[read_part];
    int descriptor = no_descriptor;
    const ssize_t got = receive_with_descriptor(connection_, part, descriptor);
    if (descriptor != no_descriptor) bundles_.emplace_back(descriptor);
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
        receive(std::string_view(input_).substr(at + sizeof size, size));
        at += sizeof size + size;
    }
    input_.erase(0, at);
}

void WardenProcess::receive(std::string_view payload) {
    Request request;
    request.id = decode(payload, request.execution);
    if (!bundles_.empty()) {
        request.bundle = std::move(bundles_.front());
        bundles_.pop_front();
    }
    const bool python = request.execution.profile == Profile::python;
    if (!python || python_ready_) {
        start(request);
    } else if (settings_.python.empty()) {
        answer(request.id, not_started("no Python interpreter is configured"));
    } else if (!python_error_.empty()) {
        answer(request.id, not_started(python_error_));
    } else {
        try {
            if (!python_) begin_python();
            until_python_.push_back(std::move(request));
        } catch (const InfrastructureError& error) {
            answer(request.id, not_started(error.what()));
        }
    }
}

void WardenProcess::start(const Request& request) {
    Flight flight(request.id, request.execution.limits, clock_.now());
    try {
        launch(flight, request);
        flights_.emplace(flight.id(), std::move(flight));
    } catch (const InfrastructureError& error) {
        // Whatever state it was in: the next request gets a new one.
        if (request.execution.profile == Profile::python) {
            python_.reset();
            python_ready_ = false;
        } else {
            native_.reset();
        }
        if (!flight.scratch.empty()) remove_scratch_folder(flight.scratch);
        answer(request.id, not_started(error.what()));
    }
}

void WardenProcess::make_scratch(Flight& flight) const {
    flight.scratch = scratch_root_ / std::to_string(flight.id());
    const std::string scratch = flight.scratch.string();
    if (mkdir(scratch.c_str(), 0700) == 0 && chown(scratch.c_str(), config_->uid, config_->gid) == 0) return;
    // in a user namespace of its own the candidate's number is another, and the folder is its own already
    if (config_->nursery_user_namespace == 0) {
        throw InfrastructureError(std::string("scratch folder: ") + std::strerror(errno));
    }
}

void WardenProcess::launch(Flight& flight, const Request& request) {
    if (request.bundle.get() < 0) throw InfrastructureError("the files did not arrive: too many open files");
    std::string scratch = view_scratch;
    if (!on(Layer::mount_namespace)) {
        make_scratch(flight);
        scratch = flight.scratch.string();
    }
    int ends[2] = {-1, -1};
    const auto make_pipe = [&ends] {
        if (pipe2(ends, O_CLOEXEC) != 0) throw InfrastructureError(std::string("pipe: ") + std::strerror(errno));
        return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
    };
    auto [report, report_end] = make_pipe();
    auto [output, output_end] = make_pipe();
    const bool python = request.execution.profile == Profile::python;
    if (!python && !native_) native_ = std::make_unique<NurseryProcess>(*config_, settings_.read_paths, "");
    const pid_t keeper = (python ? *python_ : *native_)
                             .make_keeper(cell_request(request.execution, scratch), report_end.get(), output_end.get(),
                                          request.bundle.get());
    flight.take_off(keeper, std::move(report), std::move(output));
}

void WardenProcess::answer(std::uint64_t id, const Execution& execution) {
    if (!write_fully(connection_, framed(encode(id, execution)))) connected_ = false;
}

int warden_main() {
    constexpr int connection = 3;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    fcntl(connection, F_SETFD, FD_CLOEXEC);
    std::string payload;
    if (!read_frame(connection, payload)) {
        std::fprintf(stderr, "atoll: 'warden' is started by atoll itself, not by hand\n");
        return static_cast<int>(ExitCode::bad_input);
    }
    try {
        WardenProcess warden(connection, decode_settings(payload));
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
