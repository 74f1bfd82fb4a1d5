// SPDX-License-Identifier: Apache-2.0
// Which endpoint gets the next request: the terms, the circuit and the load of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/llm/endpoint.hpp"
#include "llm/circuit.hpp"
#include "llm/rate_limit.hpp"

namespace atl::llm {

/// What is known of one endpoint.
struct EndpointState {
    EndpointState(const Endpoint& terms, std::size_t model_index, const CircuitOptions& circuit_options)
        : model(model_index),
          concurrency(terms.concurrency),
          weight(terms.weight),
          circuit(circuit_options),
          requests(terms.requests_per_minute),
          tokens(terms.tokens_per_minute) {}

    std::size_t model;
    std::size_t concurrency;
    double weight;
    Circuit circuit;
    RateLimit requests;
    RateLimit tokens;
    std::size_t in_flight = 0;
    std::size_t most_in_flight = 1;  ///< 1 until its name is resolved, so that it is looked up once
    Nanoseconds paused_until = 0;    ///< as it asked for (Retry-After)
    double share = 0;                ///< requests sent, by weight
};

struct Choice {
    enum class Kind : std::uint8_t {
        send,
        wait,      ///< until `until`, or until a request ends
        hopeless,  ///< every endpoint is down
    };
    Kind kind = Kind::hopeless;
    std::size_t endpoint = 0;
    Nanoseconds until = 0;
};

constexpr std::size_t no_endpoint = ~std::size_t{0};

/// An endpoint of the question's own model if any works, else one of another model. Among those that are free now, the
/// requests are shared by weight.
class EndpointChoice {
public:
    EndpointChoice(const std::vector<Endpoint>& endpoints, const CircuitOptions& options);

    /// `tokens` counts against tokens per minute; `avoid` (of which the question comes back) is taken last.
    Choice choose(std::size_t model, double tokens, std::size_t avoid, Nanoseconds now) const;
    /// For a second request beside one on its way to `other`: a free endpoint of the model, or no_endpoint.
    std::size_t choose_second(std::size_t model, double tokens, std::size_t other, Nanoseconds now) const;
    /// A request goes out; true when it is the endpoint's probe.
    bool sent(std::size_t endpoint, double tokens, Nanoseconds now);

    EndpointState& at(std::size_t endpoint) { return states_.at(endpoint); }
    std::size_t size() const { return states_.size(); }
    /// Some endpoint takes requests.
    bool any_closed() const;
    bool any_wants_probe(Nanoseconds now) const;
    std::size_t concurrency() const;

private:
    /// `now` when a request may go out by load, pause and rates; later, or never, when not. Circuits are not looked at.
    static Nanoseconds free_at(const EndpointState& state, double tokens, Nanoseconds now);
    std::size_t best_free(std::size_t model, bool own, double tokens, std::size_t avoid, Nanoseconds now) const;
    double position(const EndpointState& state) const;

    std::vector<EndpointState> states_;
    std::vector<double> frontier_;  ///< of each model: the share of the endpoint that was chosen last
};

}  // namespace atl::llm
