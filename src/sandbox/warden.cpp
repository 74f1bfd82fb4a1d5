// SPDX-License-Identifier: Apache-2.0
// The rank's side of the warden: starts it, hands over requests, and a thread gives the answers to those who wait.
#include "atoll/sandbox/warden.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "sandbox/bundle.hpp"
#include "sandbox/wire.hpp"

namespace atl::sandbox {
namespace {

constexpr int connection_place = 3;

void check_names(const std::vector<std::string>& given, const std::vector<std::string>& known, const char* what) {
    for (const std::string& name : given) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            throw InputError(std::string(what) + ": there is no layer '" + name + "'" + did_you_mean(name, known));
        }
    }
}

void check_options(const WardenOptions& options) {
    check_names(options.disabled_layers, layer_names(), "sandbox.disabled_layers");
    check_names(options.required, requirement_names(), "sandbox.require_isolation");
    for (const std::string& path : options.read_paths) {
        if (!path.starts_with('/')) throw InputError("sandbox.read_paths: '" + path + "' is not absolute");
        if (path == "/") throw InputError("sandbox.read_paths: '/' would hide nothing");
        if (access(path.c_str(), F_OK) != 0) throw InputError("sandbox.read_paths: '" + path + "' is not there");
    }
    if (!options.scratch_root.is_absolute()) {
        throw InputError("sandbox.scratch: '" + options.scratch_root.string() + "' is not absolute");
    }
}

void check_request(const ExecutionRequest& request) {
    constexpr std::size_t most_words = 64, most_words_bytes = 3500, most_files_bytes = std::size_t{128} << 20;
    std::size_t words = 0, bytes = 0;
    for (const std::string& word : request.words) {
        words += word.size() + 1;
        if (word.find('\0') != std::string::npos) throw InputError("sandbox: a word holds a zero byte");
    }
    for (const ProgramFile& file : request.files) {
        bytes += file.bytes.size();
        if (!is_file_name(file.name)) throw InputError("sandbox: '" + file.name + "' is no name for a file");
    }
    if (request.words.empty() || request.words.size() > most_words || words > most_words_bytes) {
        throw InputError("sandbox: no words, or too many");
    }
    if (bytes > most_files_bytes) throw InputError("sandbox: the files are too large");
    if (!request.result_name.empty() && !is_file_name(request.result_name)) {
        throw InputError("sandbox: '" + request.result_name + "' is no name for a file");
    }
    const Limits& limits = request.limits;
    if (!(limits.wall_seconds > 0) || limits.wall_seconds > 1e6 || limits.cpu_seconds == 0 ||
        limits.memory_bytes == 0 || limits.scratch_bytes == 0 || limits.processes == 0 || limits.open_files < 8) {
        throw InputError("sandbox: a limit is zero or too small");
    }
}

/// The child's side: nothing of the parent but one descriptor. Calls nothing that allocates.
[[noreturn]] void become_warden(const char* program, int connection, char* library_path) {
    setsid();  // signals that a terminal sends to the rank's group are the rank's business
    const int nothing = open("/dev/null", O_RDWR);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (nothing >= 0) dup2(nothing, standard);
    }
    if (connection == connection_place) {
        fcntl(connection, F_SETFD, 0);
    } else {
        dup2(connection, connection_place);
    }
    if (syscall(SYS_close_range, connection_place + 1U, ~0U, 0U) != 0) {
        for (int descriptor = connection_place + 1; descriptor < 65536; ++descriptor) close(descriptor);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    char name[] = "atoll", verb[] = "warden";
    char* const arguments[] = {name, verb, nullptr};
    // Empty but for where shared libraries lie, without which the program may not start on a cluster.
    char* const environment[] = {library_path, nullptr};
    execve(program, arguments, environment);
    _exit(127);
}

}  // namespace

std::vector<std::string> default_read_paths() {
    return {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/ld.so.cache", "/etc/alternatives"};
}

WardenLaunch::WardenLaunch(const std::filesystem::path& program) : program_(program.string()) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // no other process of this user looks into the rank
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        throw InfrastructureError(std::string("socketpair: ") + std::strerror(errno));
    }
    const char* const libraries = std::getenv("LD_LIBRARY_PATH");
    std::string library_path = libraries == nullptr ? "" : std::string("LD_LIBRARY_PATH=") + libraries;
    char* const variable = libraries == nullptr ? nullptr : library_path.data();
    pid_ = fork();
    if (pid_ == 0) become_warden(program_.c_str(), ends[1], variable);
    const int error = errno;
    close(ends[1]);
    socket_ = ends[0];
    if (pid_ < 0) {
        close(socket_);
        throw InfrastructureError(std::string("can not start the warden: ") + std::strerror(error));
    }
}

WardenLaunch::WardenLaunch(WardenLaunch&& other) noexcept
    : program_(std::move(other.program_)),
      pid_(std::exchange(other.pid_, -1)),
      socket_(std::exchange(other.socket_, -1)) {}

WardenLaunch::~WardenLaunch() {
    if (pid_ < 0) return;
    shutdown(socket_, SHUT_RDWR);  // by which it ends, even if a forked child holds the socket too
    close(socket_);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

/// Invariant: `waiting_` holds a promise for each request sent and not answered; after `lost_` none is added.
class Warden::Connection {
public:
    Connection(WardenLaunch&& launch, const WardenOptions& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    std::future<Execution> start(const ExecutionRequest& request);
    WardenGreeting greeting;
    std::shared_future<std::string> python_error;

private:
    void greet(const WardenOptions& options);
    void receive_answers();
    void tell_python_error(const std::string& error);

    WardenLaunch launch_;
    int socket_;
    std::mutex mutex_;  // guards waiting_, next_, lost_ and writes to socket_
    std::map<std::uint64_t, std::promise<Execution>> waiting_;
    std::uint64_t next_ = 1;
    bool lost_ = false;
    bool python_told_ = false;  // the receiver's own, once it runs
    std::promise<std::string> python_promise_;
    std::thread receiver_;
};

Warden::Connection::Connection(WardenLaunch&& launch, const WardenOptions& options)
    : launch_(std::move(launch)), socket_(launch_.socket_) {
    python_error = python_promise_.get_future().share();
    check_options(options);
    greet(options);
    const std::string missing = missing_isolation(greeting.layers, options.required);
    if (!missing.empty() && !options.accept_any_isolation) throw InfrastructureError(missing);
    if (options.python.empty()) tell_python_error({});
    receiver_ = std::thread([this] { receive_answers(); });
}

Warden::Connection::~Connection() {
    shutdown(socket_, SHUT_RDWR);
    receiver_.join();
}

void Warden::Connection::tell_python_error(const std::string& error) {
    if (!std::exchange(python_told_, true)) python_promise_.set_value(error);
}

void Warden::Connection::greet(const WardenOptions& options) {
    WardenSettings settings;
    settings.python = options.python;
    settings.read_paths = default_read_paths();
    settings.read_paths.insert(settings.read_paths.end(), options.read_paths.begin(), options.read_paths.end());
    settings.disabled_layers = options.disabled_layers;
    settings.scratch_root = options.scratch_root.string();
    std::string payload;
    if (!write_fully(socket_, framed(encode(settings))) || !read_frame(socket_, payload)) {
        throw InfrastructureError("the warden (" + launch_.program_ + " warden) ended while it started");
    }
    greeting = decode_greeting(payload);
    if (!greeting.error.empty()) throw InfrastructureError("the warden can not work: " + greeting.error);
}

std::future<Execution> Warden::Connection::start(const ExecutionRequest& request) {
    check_request(request);
    std::promise<Execution> promise;
    std::future<Execution> answer = promise.get_future();
    Execution failed;
    failed.error = "the warden is gone";
    try {
        const Descriptor bundle = bundle_of(request.files);
        const std::lock_guard lock(mutex_);
        const std::uint64_t id = next_++;
        if (!lost_ && send_with_descriptors(socket_, framed(encode(id, request)), std::array{bundle.get()})) {
            waiting_.emplace(id, std::move(promise));
            return answer;
        }
    } catch (const InfrastructureError& error) {
        failed.end = ExecutionEnd::not_started;
        failed.error = error.what();
    }
    promise.set_value(std::move(failed));
    return answer;
}

void Warden::Connection::receive_answers() {
    std::string payload;
    try {
        while (read_frame(socket_, payload)) {
            Execution execution;
            const std::uint64_t id = decode(payload, execution);
            if (id == python_word) {
                tell_python_error(execution.error);
                continue;
            }
            const std::lock_guard lock(mutex_);
            const auto found = waiting_.find(id);
            if (found == waiting_.end()) continue;
            found->second.set_value(std::move(execution));
            waiting_.erase(found);
        }
    } catch (const InfrastructureError&) {
        // a message of another form: as good as no warden
    }
    tell_python_error("the warden is gone");
    const std::lock_guard lock(mutex_);
    lost_ = true;
    for (auto& [id, promise] : waiting_) {
        Execution failed;
        failed.error = "the warden is gone";
        promise.set_value(std::move(failed));
    }
    waiting_.clear();
}

Warden::Warden(const WardenOptions& options) : Warden(WardenLaunch(options.program), options) {}
Warden::Warden(WardenLaunch&& launch, const WardenOptions& options)
    : connection_(std::make_unique<Connection>(std::move(launch), options)) {}
Warden::~Warden() = default;

const LayerReports& Warden::layers() const { return connection_->greeting.layers; }
const std::string& Warden::python_error() const { return connection_->python_error.get(); }
std::future<Execution> Warden::start(const ExecutionRequest& request) { return connection_->start(request); }

}  // namespace atl::sandbox
