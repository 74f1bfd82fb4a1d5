// SPDX-License-Identifier: Apache-2.0
// Messages of a shared search for plans: bounds while it goes on, results at its end; JSON, as at start-up.
#include "plan_peers.hpp"

#include <chrono>
#include <cmath>
#include <string>
#include <thread>

#include "atoll/app/startup.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/json.hpp"

namespace atl::app {

namespace {

using plan::SearchResult;
using plan::Strategy;

enum class PlanTag : std::uint32_t {
    bound = 64,   ///< any rank to all others: k plans at most this slow are known here
    result = 65,  ///< any rank to 0: what its part came to, or why it did not
    leave = 66,   ///< 0 to all: everything has arrived
};

constexpr double patience_seconds = 600;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json("inf"); }
double real(const Json& json) { return json.is_string() ? std::numeric_limits<double>::infinity() : json.as_double(); }

Json to_json(const Strategy& s) {
    return Json(Json::Array{Json(std::uint32_t{s.tensor}),
                            Json(std::uint32_t{s.pipeline}),
                            Json(s.data),
                            Json(std::uint32_t{s.context}),
                            Json(std::uint32_t{s.expert}),
                            Json(std::uint32_t{s.virtual_stages}),
                            Json(std::uint32_t{s.micro_batch}),
                            Json(std::uint32_t{s.recompute_layers}),
                            Json(static_cast<int>(s.schedule)),
                            Json(static_cast<int>(s.recompute)),
                            Json(static_cast<int>(s.recompute_method)),
                            Json(static_cast<int>(s.precision)),
                            Json(int{s.zero_stage}),
                            Json(s.sequence_parallel),
                            Json(s.overlap_gradient_reduce),
                            Json(s.overlap_parameter_gather),
                            Json(s.overlap_p2p),
                            Json(s.overlap_tensor_parallel),
                            Json(s.flash_attention),
                            Json(s.offload_optimizer)});
}

Strategy strategy_of(const Json& json) {
    const Json::Array& parts = json.as_array();
    std::size_t at = 0;
    const auto next = [&] { return parts.at(at++).as_integer(); };
    const auto next_switch = [&] { return parts.at(at++).as_bool(); };
    Strategy s;
    s.tensor = static_cast<std::uint16_t>(next());
    s.pipeline = static_cast<std::uint16_t>(next());
    s.data = static_cast<std::uint32_t>(next());
    s.context = static_cast<std::uint16_t>(next());
    s.expert = static_cast<std::uint16_t>(next());
    s.virtual_stages = static_cast<std::uint16_t>(next());
    s.micro_batch = static_cast<std::uint16_t>(next());
    s.recompute_layers = static_cast<std::uint16_t>(next());
    s.schedule = static_cast<plan::Schedule>(next());
    s.recompute = static_cast<plan::Recompute>(next());
    s.recompute_method = static_cast<plan::RecomputeMethod>(next());
    s.precision = static_cast<plan::Precision>(next());
    s.zero_stage = static_cast<std::uint8_t>(next());
    s.sequence_parallel = next_switch();
    s.overlap_gradient_reduce = next_switch();
    s.overlap_parameter_gather = next_switch();
    s.overlap_p2p = next_switch();
    s.overlap_tensor_parallel = next_switch();
    s.flash_attention = next_switch();
    s.offload_optimizer = next_switch();
    return s;
}

Json to_json(const SearchResult& result) {
    const plan::Certificate& certificate = result.certificate;
    Json json;
    json.set("generated", certificate.generated);
    Json::Array dropped;
    for (const std::uint64_t count : certificate.dropped_by_rule) dropped.emplace_back(count);
    json.set("dropped_by_rule", std::move(dropped));
    json.set("dropped_by_memory", certificate.dropped_by_memory);
    json.set("pruned_by_group_bound", certificate.pruned_by_group_bound);
    json.set("pruned_by_switch_bound", certificate.pruned_by_switch_bound);
    json.set("simulated", certificate.simulated);
    Json::Array best;
    for (const plan::RankedPlan& plan : result.best) {
        best.emplace_back(Json::Array{to_json(plan.strategy), number(plan.seconds), number(plan.peak_gib)});
    }
    json.set("best", std::move(best));
    json.set("smallest_dropped_gib", number(result.smallest_dropped_gib));
    json.set("smallest_dropped", to_json(result.smallest_dropped));
    return json;
}

std::uint64_t count_of(const Json& json) { return static_cast<std::uint64_t>(json.as_integer()); }

/// What all ranks know alike is taken from `own`.
SearchResult result_of(const Json& json, const SearchResult& own) {
    SearchResult result;
    result.rule_names = own.rule_names;
    result.memory_limit_gib = own.memory_limit_gib;
    result.keep = own.keep;
    plan::Certificate& certificate = result.certificate;
    certificate.generated = count_of(json["generated"]);
    for (const Json& count : json["dropped_by_rule"].as_array()) certificate.dropped_by_rule.push_back(count_of(count));
    certificate.dropped_by_memory = count_of(json["dropped_by_memory"]);
    certificate.pruned_by_group_bound = count_of(json["pruned_by_group_bound"]);
    certificate.pruned_by_switch_bound = count_of(json["pruned_by_switch_bound"]);
    certificate.simulated = count_of(json["simulated"]);
    for (const Json& plan : json["best"].as_array()) {
        const Json::Array& parts = plan.as_array();
        result.best.push_back({strategy_of(parts.at(0)), real(parts.at(1)), real(parts.at(2))});
    }
    result.smallest_dropped_gib = real(json["smallest_dropped_gib"]);
    result.smallest_dropped = strategy_of(json["smallest_dropped"]);
    return result;
}

}  // namespace

double PlanPeers::exchange(double found) {
    best_ = std::min(best_, found);
    if (found < told_) {
        told_ = found;
        for (int rank = 0; rank < transport_.size(); ++rank) {
            if (rank == transport_.rank()) continue;
            transport_.send({rank, static_cast<std::uint32_t>(PlanTag::bound), Json(found).dump()});
        }
    }
    while (auto message = transport_.receive()) take(*message);
    return best_;
}

void PlanPeers::take(const transport::Message& message) {
    switch (static_cast<PlanTag>(message.tag)) {
        case PlanTag::bound:
            best_ = std::min(best_, parse_json(message.payload, "a bound").as_double());
            break;
        case PlanTag::result:
            arrived_.push_back(message);
            break;
        case PlanTag::leave:
            go_ = true;
            break;
    }
}

std::vector<SearchResult> PlanPeers::join(const std::optional<SearchResult>& own, const std::optional<Error>& failure) {
    const MonotonicClock clock;
    const Nanoseconds deadline = clock.now() + from_seconds(patience_seconds);
    const auto wait = [&](auto&& done) {
        while (!done() || !transport_.idle()) {
            while (auto message = transport_.receive()) take(*message);
            if (clock.now() > deadline) throw InfrastructureError("a rank of the search for plans stays silent");
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    };
    if (transport_.rank() != 0) {
        Json json = own ? to_json(*own) : Json();
        if (failure) {
            json.set("error", failure->what());
            json.set("code", static_cast<int>(failure->code()));
        }
        transport_.send({0, static_cast<std::uint32_t>(PlanTag::result), json.dump()});
        wait([&] { return go_; });
        if (failure) throw SilentError(failure->code());
        return {*own};
    }
    wait([&] { return arrived_.size() + 1 == static_cast<std::size_t>(transport_.size()); });
    for (int rank = 1; rank < transport_.size(); ++rank) {
        transport_.send({rank, static_cast<std::uint32_t>(PlanTag::leave), ""});
    }
    wait([] { return true; });
    if (failure) throw AgreedError(*failure);
    std::vector<SearchResult> results{*own};
    for (const transport::Message& message : arrived_) {
        const Json json = parse_json(message.payload, "a rank's plans");
        if (json["error"].is_string()) {
            throw AgreedError(Error(static_cast<ExitCode>(json["code"].as_integer()), json["error"].as_string()));
        }
        results.push_back(result_of(json, *own));
    }
    return results;
}

}  // namespace atl::app
