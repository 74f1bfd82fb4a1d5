// SPDX-License-Identifier: Apache-2.0
// MPI_Isend and MPI_Testsome one way, MPI_Improbe and MPI_Imrecv the other; nothing here waits.
#include "transport/mpi_endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>
#include <stdexcept>
#include <thread>
#include <utility>

#include "atoll/core/error.hpp"
#include "transport/mpi_try.hpp"

namespace atl::transport {

namespace {

constexpr const char* lost_peer_hint = "a peer was probably lost; 'atoll resume' goes on from the journals";
constexpr std::size_t tested_at_once = 128;         ///< bounds the cost of one call when very many sends are pending
constexpr std::size_t transfers_at_once = 16;       ///< bounds the memory of messages still being transferred
constexpr std::chrono::seconds patience_at_end{2};  ///< for peers to take what was queued when the endpoint goes

}  // namespace

MpiEndpoint::MpiEndpoint(MPI_Comm communicator) : communicator_(communicator) {
    MPI_TRY(MPI_Comm_rank(communicator_, &rank_), "is the communicator still alive?");
    MPI_TRY(MPI_Comm_size(communicator_, &size_), "is the communicator still alive?");
    int* limit = nullptr;
    int known = 0;
    MPI_TRY(MPI_Comm_get_attr(communicator_, MPI_TAG_UB, static_cast<void*>(&limit), &known),
            "is the communicator still alive?");
    tag_limit_ = known != 0 ? *limit : 32767;  // the standard's minimum
}

MpiEndpoint::~MpiEndpoint() {
    using std::chrono::steady_clock;
    const auto give_up_at = steady_clock::now() + patience_at_end;
    try {
        while (!idle() && steady_clock::now() < give_up_at) std::this_thread::sleep_for(std::chrono::microseconds(200));
    } catch (const InfrastructureError& error) {
        std::fprintf(stderr, "atoll: %s\n", error.what());
    }
    // MPI may still read from or write to these buffers: better lost than reused
    for (auto& payload : payloads_) static_cast<void>(payload.release());
    if (!arriving_->empty()) static_cast<void>(arriving_.release());
}

void MpiEndpoint::send(Message message) {
    if (message.peer < 0 || message.peer >= size_) {
        throw std::out_of_range(fmt::format("message to rank {} of {}", message.peer, size_));
    }
    if (message.tag > static_cast<std::uint32_t>(tag_limit_)) {
        throw std::out_of_range(fmt::format("message tag {} above this MPI's limit {}", message.tag, tag_limit_));
    }
    if (message.peer == rank_) {
        to_self_.push_back(std::move(message));
        return;
    }
    if (message.payload.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw InfrastructureError(fmt::format("a message of {} bytes to rank {} is above MPI's 2 GiB; send it in parts",
                                              message.payload.size(), message.peer));
    }
    // on the heap, because a short string's bytes move with it
    auto payload = std::make_unique<std::string>(std::move(message.payload));
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_TRY(MPI_Isend(payload->data(), static_cast<int>(payload->size()), MPI_BYTE, message.peer,
                      static_cast<int>(message.tag), communicator_, &request),
            lost_peer_hint);
    requests_.push_back(request);
    payloads_.push_back(std::move(payload));
    // most short messages are handed over at once
    int complete = 0;
    MPI_TRY(MPI_Test(&requests_.back(), &complete, MPI_STATUS_IGNORE), lost_peer_hint);
    if (complete != 0) {
        requests_.pop_back();
        payloads_.pop_back();
    }
}

void MpiEndpoint::finish_sends() {
    if (requests_.empty()) return;
    if (next_tested_ >= requests_.size()) next_tested_ = 0;
    const std::size_t count = std::min(tested_at_once, requests_.size() - next_tested_);
    std::array<int, tested_at_once> indices{};
    int completed = 0;
    MPI_TRY(MPI_Testsome(static_cast<int>(count), requests_.data() + next_tested_, &completed, indices.data(),
                         MPI_STATUSES_IGNORE),
            lost_peer_hint);
    // from the back, so that the last entry moved into a gap is never one still to be removed
    std::sort(indices.begin(), indices.begin() + std::max(completed, 0), std::greater<>());
    for (int i = 0; i < completed; ++i) {
        const std::size_t gone = next_tested_ + static_cast<std::size_t>(indices[i]);
        std::swap(requests_[gone], requests_.back());
        std::swap(payloads_[gone], payloads_.back());
        requests_.pop_back();
        payloads_.pop_back();
    }
    next_tested_ += count;
}

void MpiEndpoint::match_arrivals() {
    if (arriving_->size() >= transfers_at_once) return;
    int found = 0;
    MPI_Message matched = MPI_MESSAGE_NULL;
    MPI_Status status;
    MPI_TRY(MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator_, &found, &matched, &status), lost_peer_hint);
    if (found == 0) return;
    int bytes = 0;
    MPI_TRY(MPI_Get_count(&status, MPI_BYTE, &bytes), "does every rank run the same program?");
    auto& arriving = arriving_->emplace_back();
    arriving.message = {status.MPI_SOURCE, static_cast<std::uint32_t>(status.MPI_TAG),
                        std::string(static_cast<std::size_t>(bytes), '\0')};
    // not MPI_Mrecv: a sender that dies in the middle of a large message must not hold this rank for ever
    MPI_TRY(MPI_Imrecv(arriving.message.payload.data(), bytes, MPI_BYTE, &matched, &arriving.request), lost_peer_hint);
}

std::optional<Message> MpiEndpoint::take_arrived() {
    std::array<int, transfers_at_once> unfinished{};
    auto end = unfinished.begin();
    for (auto it = arriving_->begin(); it != arriving_->end(); ++it) {
        if (std::find(unfinished.begin(), end, it->message.peer) != end) continue;
        int complete = 0;
        MPI_TRY(MPI_Test(&it->request, &complete, MPI_STATUS_IGNORE), lost_peer_hint);
        if (complete != 0) {
            std::optional<Message> message(std::move(it->message));
            arriving_->erase(it);
            return message;
        }
        *end++ = it->message.peer;
    }
    return std::nullopt;
}

std::optional<Message> MpiEndpoint::receive() {
    finish_sends();
    const auto from_self = [this]() -> std::optional<Message> {
        if (to_self_.empty()) return std::nullopt;
        std::optional<Message> message(std::move(to_self_.front()));
        to_self_.pop_front();
        return message;
    };
    self_first_ = !self_first_;
    if (self_first_) {
        if (auto message = from_self()) return message;
    }
    match_arrivals();
    if (auto message = take_arrived()) return message;
    return from_self();
}

bool MpiEndpoint::idle() {
    finish_sends();
    return requests_.empty();
}

}  // namespace atl::transport
