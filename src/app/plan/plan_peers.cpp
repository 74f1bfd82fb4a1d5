// SPDX-License-Identifier: Apache-2.0
// Messages of shared searches for plans; each carries the number of its search.
#include "plan_peers.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "atoll/app/startup.hpp"
#include "atoll/core/clock.hpp"

namespace atl::app {

namespace {

enum class PlanTag : std::uint32_t {
    point = 64,   ///< any rank to all others: such a plan is known here
    ask = 65,     ///< any rank to 0: a number, please
    number = 66,  ///< 0 to one rank: here it is
    result = 67,  ///< any rank to 0: what its part of a search came to
    done = 68,    ///< any rank to 0: it has left, and why
    stop = 69,    ///< 0 to all: a rank has failed
    go = 70,      ///< 0 to all: everybody has left
};

constexpr double patience_seconds = 600;

Json failure_json(const std::optional<Error>& failure) {
    Json json;
    json.set("code", static_cast<int>(failure ? failure->code() : ExitCode::ok));
    if (failure) json.set("error", failure->what());
    return json;
}

}  // namespace

void PlanPeers::send(int rank, std::uint32_t tag, const Json& payload) {
    transport_.send({rank, tag, Json(Json::Array{Json(search_), payload}).dump()});
}

void PlanPeers::stop_all() {
    for (int rank = 1; rank < ranks(); ++rank) {
        send(rank, static_cast<std::uint32_t>(PlanTag::stop), failure_json(failure_));
    }
}

void PlanPeers::take_in(const transport::Message& message) {
    const Json json = parse_json(message.payload, "a rank's message");
    const Json::Array& parts = json.as_array();
    const std::int64_t search = parts.at(0).as_integer();
    const Json& content = parts.at(1);
    const auto tag = static_cast<PlanTag>(message.tag);
    if (search > search_ && (tag == PlanTag::point || tag == PlanTag::ask || tag == PlanTag::result)) {
        later_.push_back(message);
        return;
    }
    switch (tag) {
        case PlanTag::point:
            if (search == search_) {
                heard_.push_back({content.as_array().at(0).as_double(), content.as_array().at(1).as_double()});
            }
            break;
        case PlanTag::ask:
            send(message.peer, static_cast<std::uint32_t>(PlanTag::number), Json(next_++));
            break;
        case PlanTag::number:
            given_ = static_cast<std::size_t>(content.as_integer());
            break;
        case PlanTag::result:
            results_.at(static_cast<std::size_t>(message.peer)) = content;
            break;
        case PlanTag::done:
        case PlanTag::stop:
            if (tag == PlanTag::done) ++done_;
            if (content["error"].is_string() && !failure_) {
                failure_ = Error(static_cast<ExitCode>(content["code"].as_integer()), content["error"].as_string());
                if (tag == PlanTag::done) stop_all();
            }
            break;
        case PlanTag::go:
            go_ = true;
            break;
    }
}

void PlanPeers::poll() {
    while (auto message = transport_.receive()) take_in(*message);
    if (!failure_) return;
    if (rank() == 0) throw AgreedError(*failure_);
    throw SilentError(failure_->code());
}

template <class Done>
void PlanPeers::wait(Done done) {
    const MonotonicClock clock;
    const Nanoseconds deadline = clock.now() + from_seconds(patience_seconds);
    while (!done()) {
        if (clock.now() > deadline) throw InfrastructureError("a rank of the search for plans stays silent");
        std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
}

std::size_t PlanPeers::take() {
    poll();
    if (rank() == 0) return next_++;
    given_.reset();
    send(0, static_cast<std::uint32_t>(PlanTag::ask), Json());
    wait([&] {
        poll();
        return given_.has_value();
    });
    return *given_;
}

void PlanPeers::tell(const plan::MixedPoint& point) {
    for (int other = 0; other < ranks(); ++other) {
        if (other == rank()) continue;
        send(other, static_cast<std::uint32_t>(PlanTag::point),
             Json(Json::Array{Json(point.seconds), Json(point.dollars)}));
    }
}

std::vector<plan::MixedPoint> PlanPeers::heard() {
    poll();
    return std::exchange(heard_, {});
}

std::vector<Json> PlanPeers::join(Json own) {
    std::vector<Json> all;
    if (rank() != 0) {
        send(0, static_cast<std::uint32_t>(PlanTag::result), own);
        all.push_back(std::move(own));
    } else {
        results_[0] = std::move(own);
        wait([&] {
            poll();
            return std::all_of(results_.begin(), results_.end(), [](const auto& one) { return one.has_value(); });
        });
        for (auto& one : results_) all.push_back(std::move(*one));
    }
    ++search_;
    next_ = 0;
    heard_.clear();
    results_.assign(static_cast<std::size_t>(ranks()), std::nullopt);
    for (const transport::Message& message : std::exchange(later_, {})) take_in(message);
    return all;
}

void PlanPeers::leave(const std::optional<Error>& failure) {
    const auto receive = [&] {
        while (auto message = transport_.receive()) take_in(*message);
    };
    if (rank() == 0) {
        if (failure && !failure_) {
            failure_ = failure;
            stop_all();
        }
        wait([&] {
            receive();
            return is_everybody_done();
        });
        for (int other = 1; other < ranks(); ++other) {
            send(other, static_cast<std::uint32_t>(PlanTag::go), Json());
        }
        wait([&] { return transport_.idle(); });
        if (failure_) throw AgreedError(*failure_);
        return;
    }
    // a failure that rank 0 already told of comes back as a SilentError, without a text
    const bool is_new = failure && !failure_;
    send(0, static_cast<std::uint32_t>(PlanTag::done), failure_json(is_new ? failure : std::nullopt));
    wait([&] {
        receive();
        return go_ && transport_.idle();
    });
    if (failure || failure_) throw SilentError(failure ? failure->code() : failure_->code());
}

}  // namespace atl::app
