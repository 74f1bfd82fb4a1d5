// SPDX-License-Identifier: Apache-2.0
// Writes and reads results of searches.
#include "plan_messages.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace atl::app {

using plan::SearchResult;
using plan::Strategy;

namespace {

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

}  // namespace

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

namespace {

std::uint64_t count_of(const Json& json) { return static_cast<std::uint64_t>(json.as_integer()); }

}  // namespace

SearchResult search_result_of(const Json& json, const SearchResult& own) {
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

Json to_json(const plan::MixedResult& result) {
    const plan::MixedCertificate& certificate = result.certificate;
    Json json;
    json.set("certificate", Json(Json::Array{Json(certificate.generated), Json(certificate.pruned_by_sizes),
                                             Json(certificate.pruned_by_stages), Json(certificate.pruned_by_split),
                                             Json(certificate.split)}));
    Json::Array best;
    for (const plan::MixedPlan& plan : result.best) {
        Json::Array stages;
        for (const plan::MixedStage& stage : plan.stages) {
            stages.emplace_back(Json::Array{Json(std::uint32_t{stage.pool}), Json(std::uint32_t{stage.tensor}),
                                            Json(std::uint32_t{stage.layers}), Json(stage.recompute)});
        }
        best.emplace_back(Json::Array{Json(plan.seconds), Json(plan.dollars), Json(plan.data),
                                      Json(std::uint32_t{plan.micro_batch}), Json(std::move(stages))});
    }
    json.set("best", std::move(best));
    return json;
}

plan::MixedResult mixed_result_of(const Json& json) {
    plan::MixedResult result;
    const Json::Array& counts = json["certificate"].as_array();
    result.certificate = {.generated = count_of(counts.at(0)),
                          .pruned_by_sizes = count_of(counts.at(1)),
                          .pruned_by_stages = count_of(counts.at(2)),
                          .pruned_by_split = count_of(counts.at(3)),
                          .split = count_of(counts.at(4))};
    for (const Json& one : json["best"].as_array()) {
        const Json::Array& parts = one.as_array();
        plan::MixedPlan plan;
        plan.seconds = parts.at(0).as_double();
        plan.dollars = parts.at(1).as_double();
        plan.data = static_cast<std::uint32_t>(count_of(parts.at(2)));
        plan.micro_batch = static_cast<std::uint16_t>(count_of(parts.at(3)));
        for (const Json& stage : parts.at(4).as_array()) {
            const Json::Array& of = stage.as_array();
            plan.stages.push_back({.pool = static_cast<std::uint16_t>(count_of(of.at(0))),
                                   .tensor = static_cast<std::uint16_t>(count_of(of.at(1))),
                                   .layers = static_cast<std::uint16_t>(count_of(of.at(2))),
                                   .recompute = of.at(3).as_bool()});
        }
        result.best.push_back(std::move(plan));
    }
    return result;
}

}  // namespace atl::app
