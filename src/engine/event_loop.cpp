// SPDX-License-Identifier: Apache-2.0
// One epoll over the rank's descriptors; the wait grows while nothing happens.
#include "atoll/engine/event_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atoll/core/error.hpp"

namespace atl::engine {

namespace {

class Epoll {
public:
    explicit Epoll(const std::vector<int>& descriptors) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        if (epoll_ < 0) throw InfrastructureError(std::string("epoll_create1: ") + std::strerror(errno));
        for (const int descriptor : descriptors) {
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.fd = descriptor;
            if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
                throw InfrastructureError(std::string("epoll_ctl: ") + std::strerror(errno));
            }
        }
    }
    ~Epoll() { close(epoll_); }
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;

    /// True when a descriptor became readable before the wait was over.
    bool wait(Nanoseconds duration) {
        epoll_event events[8];
        const timespec timeout{duration / nanoseconds_per_second, duration % nanoseconds_per_second};
        if (has_fine_wait_) {
            const int ready = epoll_pwait2(epoll_, events, 8, &timeout, nullptr);
            if (ready >= 0) return ready > 0;
            if (errno == EINTR) return true;
            has_fine_wait_ = false;  // a kernel before 5.11: whole milliseconds then
        }
        const int milliseconds = static_cast<int>(std::min<Nanoseconds>((duration + 999'999) / 1'000'000, 1'000));
        return epoll_wait(epoll_, events, 8, milliseconds) > 0;
    }

private:
    int epoll_;
    bool has_fine_wait_ = true;
};

}  // namespace

void run_event_loop(Rank& rank, const Clock& clock, const EventLoopOptions& options) {
    Epoll epoll(rank.descriptors());
    Nanoseconds backoff = options.shortest_wait;
    while (true) {
        const transport::StepResult result = rank.step(clock.now());
        if (result.done) return;
        Nanoseconds wait = std::clamp<Nanoseconds>(result.wake_at - clock.now(), 0, nanoseconds_per_second);
        if (options.poll_messages) wait = std::min(wait, backoff);
        const bool woken = epoll.wait(wait);
        backoff = woken ? options.shortest_wait : std::min(backoff * 2, options.longest_wait);
    }
}

}  // namespace atl::engine
