// SPDX-License-Identifier: Apache-2.0
// The mock's loop: sockets by edge-triggered epoll, latencies by a heap and one timer descriptor.
#include "atoll/llm/mock_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <queue>
#include <utility>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "llm/mock/connection.hpp"
#include "llm/mock/service.hpp"

namespace atl::llm {

namespace {

using mock::Connection;
using Progress = Connection::Progress;
using State = Connection::State;

constexpr Nanoseconds drain_time = 2 * nanoseconds_per_second;

[[noreturn]] void fail(const std::string& what) {
    throw InfrastructureError("mock-llm: " + what + ": " + std::strerror(errno));
}

/// A descriptor that is closed at the end.
class Descriptor {
public:
    Descriptor() = default;
    Descriptor(int number, const char* what) : number_(number) {
        if (number < 0) fail(what);
    }
    ~Descriptor() { reset(-1); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    void reset(int number) {
        if (number_ >= 0) close(number_);
        number_ = number;
    }
    int get() const { return number_; }

private:
    int number_ = -1;
};

struct Timer {
    Nanoseconds at;
    int socket;
    std::uint32_t generation;
    bool operator>(const Timer& other) const { return at > other.at; }
};

}  // namespace

class MockServer::Implementation {
public:
    explicit Implementation(const MockOptions& options)
        : service_(options),
          epoll_(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"),
          stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"),
          clock_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create"),
          listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"),
          spare_(open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null") {
        listen_on(options.port);
        for (const int descriptor : {stop_.get(), clock_.get(), listener_.get()}) watch(descriptor, EPOLLIN, 0);
    }

    std::uint16_t port() const { return port_; }
    MockStatistics statistics() const { return service_.statistics(); }

    void stop() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(stop_.get(), &one, sizeof one);
    }

    void run() {
        service_.begin_thread();
        std::array<epoll_event, 256> events{};
        for (bool stopped = false; !stopped;) {
            const int count =
                epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), again_.empty() ? -1 : 0);
            if (count < 0 && errno != EINTR) fail("epoll_wait");
            now_ = monotonic_.now();
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                const auto descriptor = static_cast<int>(event.data.u64 & 0xFFFFFFFF);
                if (descriptor == stop_.get()) {
                    stopped = true;
                } else if (descriptor == listener_.get()) {
                    accept_all();
                } else if (descriptor == clock_.get()) {
                    clear_clock();
                } else {
                    on_event(descriptor, static_cast<std::uint32_t>(event.data.u64 >> 32), event.events);
                }
            }
            run_timers();
            run_again();
            set_clock();
        }
        connections_.clear();
        service_.end_thread();
    }

private:
    void listen_on(std::uint16_t port) {
        const int on = 1;
        setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (bind(listener_.get(), generic, sizeof address) != 0) {
            fail("port " + std::to_string(port) + " of 127.0.0.1 (--port 0 takes a free one)");
        }
        if (listen(listener_.get(), 4096) != 0) fail("listen");
        socklen_t length = sizeof address;
        if (getsockname(listener_.get(), generic, &length) != 0) fail("getsockname");
        port_ = ntohs(address.sin_port);
    }

    void watch(int descriptor, std::uint32_t what, std::uint32_t generation) {
        epoll_event event{};
        event.events = what;
        event.data.u64 = (std::uint64_t{generation} << 32) | static_cast<std::uint32_t>(descriptor);
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
    }

    void accept_all() {
        for (;;) {
            const int socket = accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (socket >= 0) {
                add(socket);
            } else if ((errno == EMFILE || errno == ENFILE) && spare_.get() >= 0) {
                // no descriptor is left: this client is turned away, or it would wake the loop for ever
                spare_.reset(-1);
                const int refused = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
                if (refused >= 0) close(refused);
                spare_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
            } else if (errno != EINTR && errno != ECONNABORTED) {
                return;
            }
        }
    }

    void add(int socket) {
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const auto index = static_cast<std::size_t>(socket);
        if (connections_.size() <= index) connections_.resize(index + 1);
        connections_[index] = std::make_unique<Connection>(socket, ++generations_);
        watch(socket, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, generations_);
    }

    Connection* find(int socket, std::uint32_t generation) {
        const auto index = static_cast<std::size_t>(socket);
        if (index >= connections_.size() || !connections_[index]) return nullptr;
        return connections_[index]->generation() == generation ? connections_[index].get() : nullptr;
    }

    void on_event(int socket, std::uint32_t generation, std::uint32_t events) {
        Connection* connection = find(socket, generation);
        if (connection == nullptr) return;
        if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) connection->hung_up = true;
        advance(socket, *connection);
    }

    /// As far as it goes; the connection may be gone afterwards.
    void advance(int socket, Connection& connection) {
        for (;;) {
            const State state = connection.state();
            const Progress progress = state == State::reading     ? connection.receive()
                                      : state == State::answering ? connection.send(now_)
                                                                  : connection.drain();
            if (progress == Progress::turn_over) {
                if (!std::exchange(connection.queued, true)) again_.emplace_back(socket, connection.generation());
                return;
            }
            const bool waits_for_nobody =
                progress == Progress::blocked && connection.hung_up && state == State::answering;
            if (progress == Progress::gone || waits_for_nobody) {
                service_.left(connection);
                connections_[static_cast<std::size_t>(socket)].reset();
                return;
            }
            if (progress == Progress::blocked) {
                set_timer(socket, connection);
                return;
            }
            if (state == State::reading) {
                service_.handle(connection, now_);
            } else if (state == State::answering) {
                service_.sent(connection);
                connection.drain_until = now_ + drain_time;
            }
        }
    }

    void set_timer(int socket, Connection& connection) {
        const Nanoseconds due = connection.due();
        if (due == 0 || due == connection.timer_at) return;
        connection.timer_at = due;
        timers_.push({due, socket, connection.generation()});
    }

    void run_timers() {
        while (!timers_.empty() && timers_.top().at <= now_) {
            const Timer timer = timers_.top();
            timers_.pop();
            Connection* connection = find(timer.socket, timer.generation);
            if (connection == nullptr) continue;
            if (connection->state() == State::draining && connection->drain_until <= now_) {
                connections_[static_cast<std::size_t>(timer.socket)].reset();
            } else {
                advance(timer.socket, *connection);
            }
        }
    }

    /// Those that had more to do than one turn allows.
    void run_again() {
        const auto turns = std::exchange(again_, {});
        for (const auto& [socket, generation] : turns) {
            Connection* connection = find(socket, generation);
            if (connection == nullptr) continue;
            connection->queued = false;
            advance(socket, *connection);
        }
    }

    void clear_clock() {
        std::uint64_t expirations = 0;
        [[maybe_unused]] const auto got = read(clock_.get(), &expirations, sizeof expirations);
        clock_at_ = 0;
    }

    void set_clock() {
        if (timers_.empty() || timers_.top().at == clock_at_) return;
        clock_at_ = timers_.top().at;
        itimerspec when{};
        when.it_value.tv_sec = clock_at_ / nanoseconds_per_second;
        when.it_value.tv_nsec = clock_at_ % nanoseconds_per_second;
        timerfd_settime(clock_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
    }

    mock::Service service_;
    Descriptor epoll_;
    Descriptor stop_;
    Descriptor clock_;
    Descriptor listener_;
    Descriptor spare_;  ///< given up for a moment when descriptors run out
    std::uint16_t port_ = 0;
    MonotonicClock monotonic_;
    Nanoseconds now_ = 0;
    Nanoseconds clock_at_ = 0;  ///< what the timer descriptor is set for
    std::uint32_t generations_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;  ///< by socket
    std::vector<std::pair<int, std::uint32_t>> again_;
    std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

MockServer::MockServer(const MockOptions& options) : implementation_(std::make_unique<Implementation>(options)) {}
MockServer::~MockServer() = default;
std::uint16_t MockServer::port() const { return implementation_->port(); }
void MockServer::run() { implementation_->run(); }
void MockServer::stop() { implementation_->stop(); }
MockStatistics MockServer::statistics() const { return implementation_->statistics(); }

}  // namespace atl::llm
