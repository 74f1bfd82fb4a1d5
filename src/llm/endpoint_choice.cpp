// SPDX-License-Identifier: Apache-2.0
// Stride scheduling among the endpoints of a model; there are few, so they are looked at one after the other.
#include "llm/endpoint_choice.hpp"

#include <algorithm>
#include <limits>

namespace atl::llm {
namespace {

constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

}  // namespace

EndpointChoice::EndpointChoice(const std::vector<Endpoint>& endpoints, const CircuitOptions& options) {
    const std::vector<std::string> models = models_of(endpoints);
    for (const Endpoint& endpoint : endpoints) {
        const auto model = std::find(models.begin(), models.end(), endpoint.model) - models.begin();
        states_.emplace_back(endpoint, static_cast<std::size_t>(model), options);
    }
    frontier_.resize(models.size());
}

Nanoseconds EndpointChoice::free_at(const EndpointState& state, double tokens, Nanoseconds now) {
    if (state.in_flight >= std::min(state.concurrency, state.most_in_flight)) return never;
    return std::max({now, state.paused_until, state.requests.ready_at(1, now), state.tokens.ready_at(tokens, now)});
}

/// An endpoint that was idle does not catch up: it goes on from where the others are.
double EndpointChoice::position(const EndpointState& state) const {
    return std::max(state.share, frontier_[state.model]);
}

std::size_t EndpointChoice::best_free(std::size_t model, bool own, double tokens, std::size_t avoid,
                                      Nanoseconds now) const {
    std::size_t best = no_endpoint;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const EndpointState& state = states_[i];
        if ((state.model == model) != own || !state.circuit.is_closed() || free_at(state, tokens, now) > now) continue;
        const bool is_better =
            best == no_endpoint || best == avoid || (i != avoid && position(state) < position(states_[best]));
        if (is_better) best = i;
    }
    return best;
}

Choice EndpointChoice::choose(std::size_t model, double tokens, std::size_t avoid, Nanoseconds now) const {
    bool own_works = false;
    Nanoseconds until = never;
    bool has_hope = false;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const EndpointState& state = states_[i];
        if (state.circuit.wants_probe(now) && free_at(state, tokens, now) <= now && state.model == model) {
            return {Choice::Kind::send, i, 0};
        }
        own_works = own_works || (state.model == model && state.circuit.is_closed());
    }
    if (const std::size_t own = best_free(model, true, tokens, avoid, now); own != no_endpoint) {
        return {Choice::Kind::send, own, 0};
    }
    if (!own_works) {
        const std::size_t other = best_free(model, false, tokens, avoid, now);
        if (other != no_endpoint) return {Choice::Kind::send, other, 0};
    }
    for (const EndpointState& state : states_) {
        if (state.circuit.is_down() || (own_works && state.model != model)) continue;
        has_hope = true;
        const Nanoseconds free = free_at(state, tokens, now);
        if (free == never || state.circuit.has_probe()) continue;  // the end of a request tells
        until = std::min(until, state.circuit.is_closed() ? free : std::max(free, state.circuit.open_until()));
    }
    return {has_hope ? Choice::Kind::wait : Choice::Kind::hopeless, no_endpoint, until};
}

std::size_t EndpointChoice::choose_second(std::size_t model, double tokens, std::size_t other, Nanoseconds now) const {
    return best_free(model, true, tokens, other, now);
}

bool EndpointChoice::sent(std::size_t endpoint, double tokens, Nanoseconds now) {
    EndpointState& state = states_.at(endpoint);
    frontier_[state.model] = position(state);
    state.share = frontier_[state.model] + 1 / state.weight;
    state.requests.take(1, now);
    state.tokens.take(tokens, now);
    ++state.in_flight;
    return state.circuit.sent();
}

bool EndpointChoice::any_closed() const {
    return std::any_of(states_.begin(), states_.end(),
                       [](const EndpointState& state) { return state.circuit.is_closed(); });
}

bool EndpointChoice::any_wants_probe(Nanoseconds now) const {
    return std::any_of(states_.begin(), states_.end(),
                       [&](const EndpointState& state) { return state.circuit.wants_probe(now); });
}

std::size_t EndpointChoice::concurrency() const {
    std::size_t sum = 0;
    for (const EndpointState& state : states_) sum += state.concurrency;
    return sum;
}

}  // namespace atl::llm
