// SPDX-License-Identifier: Apache-2.0
// Protocols about delivery: everything arrives once, whole, and in its sender's order.
#pragma once

#include <array>
#include <vector>

#include "transport/protocol.hpp"

namespace atl::transport::suite {

/// A token visits the ranks in turn and counts its stops; with one rank it goes to oneself.
class TokenRing final : public Protocol {
public:
    using Protocol::Protocol;

private:
    static constexpr std::uint64_t laps = 20;

    void begin() override {
        if (rank() == 0) send_number((rank() + 1) % size(), 0, 1);
    }
    void take(Message message, Nanoseconds /*now*/) override {
        const auto stops = number(message);
        const auto ring = static_cast<std::uint64_t>(size());
        require(message.peer == (rank() + size() - 1) % size(), "token from rank {}", message.peer);
        require(stops == visits_ * ring + (rank() == 0 ? ring : static_cast<std::uint64_t>(rank())),
                "token counts {} stops on visit {}", stops, visits_);
        ++visits_;
        if (stops < laps * ring) send_number((rank() + 1) % size(), 0, stops + 1);
    }
    bool complete() const override { return visits_ == laps; }

    std::uint64_t visits_ = 0;
};

/// Everybody sends everybody, oneself included, messages of random sizes: empty, tiny, around and above the size
/// where MPI changes from eager to rendezvous.
class AllToAll final : public Protocol {
public:
    AllToAll(Transport& transport, std::uint64_t seed)
        : Protocol(transport, seed), seed_(seed), taken_(static_cast<std::size_t>(transport.size()), 0) {}

private:
    static constexpr std::uint64_t messages_per_pair = 10;
    static constexpr std::array<std::size_t, 8> sizes = {0, 1, 15, 16, 4'096, 65'536, 65'537, 150'000};

    std::size_t bytes(int from, int to, std::uint64_t index) const {
        RandomStream random(seed_, static_cast<std::uint32_t>(from), index, static_cast<std::uint32_t>(to),
                            StreamPurpose::test);
        return sizes[random.below(sizes.size())];
    }
    void begin() override {
        for (std::uint64_t index = 0; index < messages_per_pair; ++index) {
            for (int to = 0; to < size(); ++to) {
                send(to, static_cast<std::uint32_t>(index), pattern(rank(), to, index, bytes(rank(), to, index)));
            }
        }
    }
    void take(Message message, Nanoseconds /*now*/) override {
        const auto index = taken_[message.peer]++;
        require(index < messages_per_pair, "rank {} sent more than {} messages", message.peer, messages_per_pair);
        require(message.tag == index, "message {} of rank {} came in place of {}", message.tag, message.peer, index);
        const auto wanted = bytes(message.peer, rank(), index);
        require(message.payload.size() == wanted, "{} bytes instead of {}", message.payload.size(), wanted);
        require(message.payload == pattern(message.peer, rank(), index, wanted), "damaged payload of {} bytes", wanted);
        ++total_;
    }
    bool complete() const override { return total_ == messages_per_pair * taken_.size(); }

    std::uint64_t seed_;
    std::vector<std::uint64_t> taken_;
    std::uint64_t total_ = 0;
};

/// Thousands of small messages a pair, their tags and sizes changing: the order holds across tags and sizes.
class OrderedStreams final : public Protocol {
public:
    OrderedStreams(Transport& transport, std::uint64_t seed)
        : Protocol(transport, seed), taken_(static_cast<std::size_t>(transport.size()), 0) {}

private:
    static constexpr std::uint64_t messages_per_pair = 400;
    static constexpr std::uint64_t burst = 25;

    void advance(Nanoseconds now) override {
        for (std::uint64_t i = 0; i < burst && sent_ < messages_per_pair; ++i, ++sent_) {
            for (int to = 0; to < size(); ++to) {
                if (to == rank()) continue;
                std::string payload = std::to_string(sent_);
                payload.resize(payload.size() + random_.below(600), ' ');
                send(to, static_cast<std::uint32_t>(random_.below(5)), std::move(payload));
            }
        }
        wake_at_ = sent_ < messages_per_pair ? now : never;
    }
    void take(Message message, Nanoseconds /*now*/) override {
        const auto expected = taken_[message.peer]++;
        require(number(message) == expected, "rank {} message {} instead of {}", message.peer, number(message),
                expected);
        ++total_;
    }
    bool complete() const override {
        return sent_ == messages_per_pair && total_ == messages_per_pair * (taken_.size() - 1);
    }

    std::vector<std::uint64_t> taken_;
    std::uint64_t sent_ = 0;
    std::uint64_t total_ = 0;
};

/// A rank talks to itself only: in order, whole, also when a message is sent while another one is taken.
class SelfSend final : public Protocol {
public:
    using Protocol::Protocol;

private:
    static constexpr std::uint64_t messages = 50;
    static std::size_t bytes(std::uint64_t index) { return index * index * 30; }  // up to 72 kB

    void send_next() {
        send(rank(), 7, pattern(rank(), rank(), sent_, bytes(sent_)));
        ++sent_;
    }
    void begin() override {
        for (int i = 0; i < 5; ++i) send_next();
        require(transport_.idle(), "a message to oneself waits for somebody");
    }
    void take(Message message, Nanoseconds /*now*/) override {
        require(message.peer == rank() && message.tag == 7, "tag {} of rank {}", message.tag, message.peer);
        require(message.payload == pattern(rank(), rank(), taken_, bytes(taken_)), "message {} differs", taken_);
        ++taken_;
        if (sent_ < messages) send_next();
    }
    bool complete() const override { return taken_ == messages; }

    std::uint64_t sent_ = 0;
    std::uint64_t taken_ = 0;
};

}  // namespace atl::transport::suite
