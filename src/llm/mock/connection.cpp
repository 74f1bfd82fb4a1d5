// SPDX-License-Identifier: Apache-2.0
// Non-blocking reads and writes of one connection.
#include "llm/mock/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace atl::llm::mock {

namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;
constexpr std::size_t turn_bytes = std::size_t{1} << 20;

const std::string& filler() {
    static const std::string letters(piece_bytes, 'a');
    return letters;
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

Connection::~Connection() { close(socket_); }

Connection::Progress Connection::receive() {
    std::array<char, piece_bytes> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
    for (std::size_t total = 0; total < turn_bytes;) {
        if (reader_.look() != RequestReader::State::incomplete) return Progress::done;
        if (reader_.take_continue()) {
            constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto sent = ::send(socket_, go_on.data(), go_on.size(), MSG_NOSIGNAL);
            if (sent != static_cast<ssize_t>(go_on.size())) return Progress::gone;
        }
        const ssize_t count = recv(socket_, piece.data(), piece.size(), 0);
        if (count == 0) return Progress::gone;
        if (count < 0) {
            if (errno == EINTR) continue;
            return would_block() ? Progress::blocked : Progress::gone;
        }
        reader_.append({piece.data(), static_cast<std::size_t>(count)});
        total += static_cast<std::size_t>(count);
    }
    return Progress::turn_over;
}

void Connection::begin(Outgoing reply, Nanoseconds now, Nanoseconds latency) {
    reply_ = std::move(reply);
    began_ = now;
    latency_ = latency;
    stage_ = 0;
    sent_ = 0;
    timer_at = 0;
    state_ = State::answering;
}

Nanoseconds Connection::due() const {
    if (state_ == State::draining) return drain_until;
    if (state_ != State::answering || stage_ == reply_.stages.size()) return 0;
    return began_ + static_cast<Nanoseconds>(static_cast<double>(latency_) * reply_.stages[stage_].share);
}

std::string_view Connection::next_bytes(std::uint64_t allowed) const {
    const std::uint64_t head = reply_.bytes.size();
    const std::uint64_t middle = head + reply_.filler_bytes;
    std::string_view bytes;
    if (sent_ < head) {
        bytes = std::string_view(reply_.bytes).substr(sent_);
    } else if (sent_ < middle) {
        bytes = std::string_view(filler()).substr(0, std::min<std::uint64_t>(filler().size(), middle - sent_));
    } else {
        bytes = std::string_view(reply_.tail).substr(sent_ - middle);
    }
    return bytes.substr(0, std::min<std::uint64_t>(bytes.size(), allowed - sent_));
}

Connection::Progress Connection::send(Nanoseconds now) {
    while (stage_ < reply_.stages.size() && due() <= now) ++stage_;
    const std::uint64_t allowed = stage_ == 0 ? 0 : reply_.stages[stage_ - 1].end;
    for (std::size_t total = 0; sent_ < allowed;) {
        if (total >= turn_bytes) return Progress::turn_over;
        const std::string_view bytes = next_bytes(allowed);
        const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0) {
            if (errno == EINTR) continue;
            return would_block() ? Progress::blocked : Progress::gone;
        }
        sent_ += static_cast<std::uint64_t>(count);
        total += static_cast<std::size_t>(count);
    }
    return stage_ == reply_.stages.size() ? finish() : Progress::blocked;
}

Connection::Progress Connection::finish() {
    const Outgoing::End end = reply_.end;
    if (end == Outgoing::End::stall) return Progress::blocked;
    if (end == Outgoing::End::cut) return Progress::gone;
    reply_ = {};
    if (end == Outgoing::End::keep) {
        reader_.next();
        state_ = State::reading;
    } else {
        shutdown(socket_, SHUT_WR);
        state_ = State::draining;
    }
    return Progress::done;
}

Connection::Progress Connection::drain() const {
    std::array<char, piece_bytes> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
    for (std::size_t total = 0; total < turn_bytes;) {
        const ssize_t count = recv(socket_, piece.data(), piece.size(), 0);
        if (count == 0) return Progress::gone;
        if (count < 0) {
            if (errno == EINTR) continue;
            return would_block() ? Progress::blocked : Progress::gone;
        }
        total += static_cast<std::size_t>(count);
    }
    return Progress::turn_over;
}

}  // namespace atl::llm::mock
