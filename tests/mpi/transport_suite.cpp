// SPDX-License-Identifier: Apache-2.0
// The transport suite over MPI: every rank checks, and a rank that fails takes all the others down with it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/transport/mpi_transport.hpp"
#include "transport/suite.hpp"

namespace {

using atl::Error;
using atl::ExitCode;
using atl::MonotonicClock;
using atl::Nanoseconds;
using atl::nanoseconds_per_second;
using atl::transport::Message;
using atl::transport::mpi_version;
using atl::transport::MpiSession;
using atl::transport::processor_name;
using atl::transport::Steppable;
using atl::transport::StepResult;
using atl::transport::Transport;
namespace suite = atl::transport::suite;

/// Counts what arrives, so that the driver knows an idle step from a busy one.
class CountingTransport final : public Transport {
public:
    explicit CountingTransport(Transport& inner) : inner_(inner) {}
    int rank() const override { return inner_.rank(); }
    int size() const override { return inner_.size(); }
    void send(Message message) override { inner_.send(std::move(message)); }
    std::optional<Message> receive() override {
        auto message = inner_.receive();
        received_ += message ? 1 : 0;
        return message;
    }
    bool idle() override { return inner_.idle(); }
    std::uint64_t received() const { return received_; }

private:
    Transport& inner_;
    std::uint64_t received_ = 0;
};

/// Steps until done; sleeps 50 microseconds to 1 ms while nothing arrives and never spins.
void drive(Steppable& steppable, CountingTransport& transport, std::string_view name) {
    constexpr Nanoseconds shortest = 50'000;
    constexpr Nanoseconds longest = 1'000'000;
    const MonotonicClock clock;
    const Nanoseconds give_up_at = clock.now() + 60 * nanoseconds_per_second;
    Nanoseconds pause = shortest;
    while (true) {
        const auto before = transport.received();
        const StepResult result = steppable.step(clock.now());
        if (result.done) return;
        suite::require(clock.now() < give_up_at, "{} is not done after 60 s", name);
        if (transport.received() != before) {
            pause = shortest;
            continue;
        }
        const Nanoseconds until_wake = std::max<Nanoseconds>(result.wake_at - clock.now(), 0);
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(pause, until_wake)));
        pause = std::min(pause * 2, longest);
    }
}

/// One large message a rank to its right-hand neighbour, all at once, and short ones right behind it: while the large
/// one is still being transferred, the short ones must wait.
class LargePayload final : public suite::Protocol {
public:
    LargePayload(Transport& transport, std::size_t bytes) : Protocol(transport, 0), bytes_(bytes) {}

private:
    static constexpr std::uint32_t followers = 20;

    void begin() override {
        send((rank() + 1) % size(), 0, suite::pattern(rank(), 0, 0, bytes_));
        for (std::uint32_t tag = 1; tag <= followers; ++tag) send((rank() + 1) % size(), tag, "short");
    }
    void take(Message message, Nanoseconds /*now*/) override {
        suite::require(message.tag == taken_, "message {} came in place of {}", message.tag, taken_);
        ++taken_;
        if (message.tag != 0) return;
        suite::require(message.payload == suite::pattern(message.peer, 0, 0, bytes_), "large payload damaged");
    }
    bool complete() const override { return taken_ == followers + 1; }

    std::size_t bytes_;
    std::uint32_t taken_ = 0;
};

void run_suite(MpiSession& session, std::uint64_t seeds, std::size_t large_bytes) {
    for (const auto& entry : suite::protocols) {
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            const auto transport = session.transport();
            CountingTransport counting(*transport);
            drive(*entry.make(counting, seed), counting, entry.name);
            suite::require(!transport->receive(), "{}: a message is left over", entry.name);
        }
        if (session.rank() == 0) std::printf("%.*s: ok\n", static_cast<int>(entry.name.size()), entry.name.data());
    }
    const auto transport = session.transport();
    CountingTransport counting(*transport);
    LargePayload large(counting, large_bytes);
    drive(large, counting, "large_payload");
    if (session.rank() == 0) std::printf("large_payload of %zu bytes: ok\n", large_bytes);
}

/// What must be refused before MPI sees it.
void run_refusals(MpiSession& session) {
    const auto transport = session.transport();
    for (const int peer : {-1, session.size()}) {
        bool refused = false;
        try {
            transport->send({peer, 0, "x"});
        } catch (const std::out_of_range&) {
            refused = true;
        }
        suite::require(refused, "a message to rank {} was accepted", peer);
    }
    suite::require(session.local_size() >= 1 && session.local_rank() < session.local_size(), "local rank {} of {}",
                   session.local_rank(), session.local_size());
    suite::require(!processor_name().empty(), "no processor name");
    suite::require(
        mpi_version().find("(MPI 3.") != std::string::npos || mpi_version().find("(MPI 4.") != std::string::npos,
        "odd MPI version '{}'", mpi_version());
}

std::size_t argument(int count, char** values, int index, std::size_t fallback) {
    return count > index ? std::strtoull(values[index], nullptr, 10) : fallback;
}

}  // namespace

/// Arguments: wanted number of ranks (0: any), seeds a protocol, bytes of the large payload, one rank that shall fail.
int main(int argc, char** argv) {
    std::optional<MpiSession> session;
    try {
        session.emplace();
        const auto wanted = argument(argc, argv, 1, 0);
        suite::require(wanted == 0 || static_cast<int>(wanted) == session->size(), "{} ranks instead of {}",
                       session->size(), wanted);
        run_refusals(*session);
        const auto failing = argument(argc, argv, 4, static_cast<std::size_t>(session->size()));
        suite::require(static_cast<int>(failing) != session->rank(), "fails because it was told to");
        run_suite(*session, argument(argc, argv, 2, 3), argument(argc, argv, 3, std::size_t{16} << 20));
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        if (!session) return static_cast<int>(error.code());
        session->abort(error.code());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "rank %d: %s\n", session ? session->rank() : -1, error.what());
        if (!session) return 1;
        session->abort(ExitCode::internal);
    }
    if (session->rank() == 0) std::printf("%s, %d ranks: all ok\n", mpi_version().c_str(), session->size());
    return 0;
}
