// SPDX-License-Identifier: Apache-2.0
// Protocols about agreement: a flood held back by credits, and ranks that find out together that all work is done.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "transport/protocol.hpp"

namespace atl::transport::suite {

/// Every rank floods rank 0, but keeps at most `window` messages unanswered; rank 0 returns credit in halves of a
/// window.
class Flood final : public Protocol {
public:
    Flood(Transport& transport, std::uint64_t seed)
        : Protocol(transport, seed), taken_(static_cast<std::size_t>(transport.size()), 0) {}

private:
    static constexpr std::uint64_t messages = 1'000;
    static constexpr std::uint64_t window = 32;
    static constexpr std::uint32_t flood = 1;
    static constexpr std::uint32_t credit = 2;

    void advance(Nanoseconds /*now*/) override {
        for (; sent_ < messages && sent_ - answered_ < window; ++sent_) send_number(0, flood, sent_);
    }
    void take(Message message, Nanoseconds /*now*/) override {
        if (message.tag == credit) {
            require(message.peer == 0, "credit from rank {}", message.peer);
            answered_ += number(message);
            require(answered_ <= sent_, "{} answered, {} sent", answered_, sent_);
            return;
        }
        require(rank() == 0, "flooded by rank {}", message.peer);
        auto& taken = taken_[message.peer];
        require(number(message) == taken, "rank {} message {} instead of {}", message.peer, number(message), taken);
        ++taken;
        ++total_;
        if (taken % (window / 2) == 0 || taken == messages) {
            send_number(message.peer, credit, taken % (window / 2) == 0 ? window / 2 : taken % (window / 2));
        }
    }
    bool complete() const override {
        return answered_ == messages && (rank() != 0 || total_ == messages * taken_.size());
    }

    std::vector<std::uint64_t> taken_;
    std::uint64_t total_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t answered_ = 0;
};

/// Work that begets work on random ranks. Rank 0 finds the end by Mattern's four-counter method (Distributed Computing
/// 2, 1987): two consecutive rounds of asking all ranks give the same totals, as many taken as sent. It then tells
/// everybody to stop and gathers their sums; a message that comes after the stop is a violation.
class Consensus final : public Protocol {
public:
    using Protocol::Protocol;

private:
    static constexpr std::uint64_t seeds_per_rank = 6;
    static constexpr std::uint64_t generations = 5;
    static constexpr std::uint32_t work = 1;  ///< payload: generations still to come
    static constexpr std::uint32_t ask = 2;
    static constexpr std::uint32_t counts = 3;  ///< payload: "sent taken"
    static constexpr std::uint32_t stop = 4;
    static constexpr std::uint32_t sum = 5;
    static constexpr Nanoseconds pause_between_rounds = 200'000;

    struct Totals {
        std::uint64_t sent = 0;
        std::uint64_t taken = 0;
        bool operator==(const Totals&) const = default;
    };

    int anybody() { return static_cast<int>(random_.below(static_cast<std::uint64_t>(size()))); }
    void send_work(std::uint64_t generation) {
        send_number(anybody(), work, generation);
        ++own_.sent;
    }
    void begin() override {
        for (std::uint64_t i = 0; i < seeds_per_rank; ++i) send_work(generations);
    }
    void take(Message message, Nanoseconds now) override {
        switch (message.tag) {
            case work:
                return do_work(number(message));
            case ask:
                return send(0, counts, fmt::format("{} {}", own_.sent, own_.taken));
            case counts:
                return add_counts(message, now);
            case stop:
                stopped_ = true;
                return send_number(0, sum, own_.taken);
            case sum:
                gathered_ += number(message);
                ++sums_;
                return;
            default:
                require(false, "tag {}", message.tag);
        }
    }
    void do_work(std::uint64_t generation) {
        require(!stopped_, "work after the consensus that there is none");
        ++own_.taken;
        if (generation == 0) return;
        for (auto children = random_.below(3); children > 0; --children) send_work(generation - 1);
    }
    void add_counts(const Message& message, Nanoseconds now) {
        const auto space = message.payload.find(' ');
        round_.sent += std::stoull(message.payload.substr(0, space));
        round_.taken += std::stoull(message.payload.substr(space + 1));
        if (++answers_ < size()) return;
        asked_ = false;
        const bool ended = round_ == previous_ && round_.sent == round_.taken;
        previous_ = round_;
        next_round_at_ = now + pause_between_rounds;
        if (!ended) return;
        decided_ = true;
        for (int to = 0; to < size(); ++to) send(to, stop, "");
    }
    void advance(Nanoseconds now) override {
        if (rank() != 0 || decided_ || asked_) {
            wake_at_ = never;
            return;
        }
        if (now < next_round_at_) {
            wake_at_ = next_round_at_;
            return;
        }
        asked_ = true;
        answers_ = 0;
        round_ = {};
        for (int to = 0; to < size(); ++to) send(to, ask, "");
        wake_at_ = never;
    }
    bool complete() const override {
        if (rank() != 0) return stopped_;
        if (sums_ < size()) return false;
        require(gathered_ == previous_.taken, "ranks did {} pieces of work, the consensus was on {}", gathered_,
                previous_.taken);
        require(gathered_ >= seeds_per_rank * static_cast<std::uint64_t>(size()), "only {} pieces of work", gathered_);
        return true;
    }

    Totals own_;
    Totals round_;
    Totals previous_;
    Nanoseconds next_round_at_ = 0;
    std::uint64_t gathered_ = 0;
    int answers_ = 0;
    int sums_ = 0;
    bool asked_ = false;
    bool decided_ = false;
    bool stopped_ = false;
};

}  // namespace atl::transport::suite
