// SPDX-License-Identifier: Apache-2.0
// The asking half of the pool: from a question to a request on its way.
#include "atoll/llm/endpoint_pool.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "atoll/core/error.hpp"
#include "atoll/core/hash.hpp"
#include "llm/pool_implementation.hpp"

namespace atl::llm {
namespace {

constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();
constexpr std::size_t most_cached_bytes = std::size_t{64} << 20;
constexpr std::uint64_t smallest_prompt_tokens = 32;

void require(bool holds, std::string_view message) {
    if (!holds) throw InputError(fmt::format("language models: {}", message));
}

PoolOptions checked(PoolOptions options) {
    require(!options.endpoints.empty(), "no endpoint is given");
    for (const Endpoint& endpoint : options.endpoints) {
        require(!endpoint.base_url.empty() && !endpoint.model.empty(), "an endpoint needs a URL and a model");
        require(endpoint.concurrency > 0 && endpoint.weight > 0,
                "an endpoint's concurrency and weight must be above 0");
        require(!options.has_usd_budget || options.prices.contains(endpoint.model),
                fmt::format("a budget in USD needs the price of '{}'; add it to the price file", endpoint.model));
    }
    require(options.attempts > 0, "a question needs at least one attempt");
    require(options.reply_bytes > 0, "a reply of no bytes says nothing");
    for (const double seconds : {options.connect_seconds, options.first_byte_seconds, options.total_seconds}) {
        require(seconds > 0 && seconds <= 1e6, "timeouts must lie above 0 and below a million seconds");
    }
    return options;
}

PoolOptions with_budget_flags(PoolOptions options) {
    options.has_token_budget = options.has_token_budget || options.budget_tokens > 0;
    options.has_usd_budget = options.has_usd_budget || options.budget_usd > 0;
    return checked(std::move(options));
}

std::vector<Price> prices_of(const PoolOptions& options) {
    std::vector<Price> prices;
    for (const Endpoint& endpoint : options.endpoints) {
        const auto found = options.prices.find(endpoint.model);
        prices.push_back(found == options.prices.end() ? Price{} : found->second);
    }
    return prices;
}

CircuitOptions circuit_options(const PoolOptions& options) {
    return {options.circuit_failures, from_seconds(options.circuit_open_seconds),
            from_seconds(options.circuit_longest_seconds), from_seconds(options.circuit_quiet_seconds)};
}

/// Each request on its way has a socket.
void allow_open_files(std::size_t sockets) {
    constexpr std::size_t others = 256;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlim_t wanted = sockets + others;
    if (limit.rlim_cur >= wanted) return;
    require(limit.rlim_max >= wanted,
            fmt::format("{} requests at once need {} open files and {} are allowed; raise 'ulimit -Hn' or lower the "
                        "concurrency of the endpoints",
                        sockets, wanted, limit.rlim_max));
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

EndpointPool::Implementation::Implementation(PoolOptions options)
    : options_(with_budget_flags(std::move(options))),
      models_(models_of(options_.endpoints)),
      prices_(prices_of(options_)),
      choice_(options_.endpoints, circuit_options(options_)),
      budget_(options_.has_token_budget ? std::optional(options_.budget_tokens) : std::nullopt,
              options_.has_usd_budget ? std::optional(options_.budget_usd) : std::nullopt, options_.budget_islands),
      cache_(options_.reuse == Reuse::never ? 0 : options_.reuse_entries, most_cached_bytes),
      http_({options_.connect_seconds, options_.reply_bytes, choice_.concurrency()},
            [this](void* owner, const HttpReply& reply) { ended(*static_cast<Attempt*>(owner), reply); }),
      waiting_(models_.size()) {
    for (const Spent& each : options_.spent) budget_.spend(budget_.group_of(each.island), each.tokens, each.usd);
    allow_open_files(choice_.concurrency());
    for (const Endpoint& endpoint : options_.endpoints) {
        http_.add_site(endpoint.base_url + "/chat/completions", endpoint.key);
    }
    cheapest_reply_ = std::numeric_limits<PicoUsd>::max();
    for (const Price& price : prices_) {
        cheapest_reply_ = std::min(cheapest_reply_, cost_of({smallest_prompt_tokens, options_.call.max_tokens}, price));
    }
}

EndpointPool::Implementation::~Implementation() = default;

void EndpointPool::Implementation::start(Question question) {
    ++status_.asked;
    asked_.push_back(std::move(question));
}

void EndpointPool::Implementation::poll(Nanoseconds now) {
    now_ = std::max(now, now_);
    // a second round sends at once what was asked by those who were called back in the first one
    for (int round = 0; round < 2 && (round == 0 || !asked_.empty()); ++round) {
        admit();
        timers_.run_due(now_);
        http_.poll(now_);
        dispatch();
        http_.begin(now_);
        if (lift_name_gates()) {  // an address in digits needs no look-up: the rest goes at once
            dispatch();
            http_.begin(now_);
        }
        deliver();
    }
}

void EndpointPool::Implementation::admit() {
    for (; !asked_.empty(); asked_.pop_front()) {
        Question& asked = asked_.front();
        OpenQuestion& question = questions_.emplace_back();
        question.place = std::prev(questions_.end());
        question.sequence = next_sequence_++;
        question.request = std::move(asked.request);
        question.asked_at = now_;
        question.bodies.resize(models_.size());
        question.bodies[question.request.model] = std::move(asked.body);
        question.call = std::move(asked.call);
        if (options_.reuse != Reuse::never) {
            const std::uint32_t island = options_.reuse == Reuse::within_island ? question.request.key.island : 0;
            question.reuse = ReuseKey{question.call.request_sha256, island};
            if (answer_by_reuse(question, asked.done)) {
                questions_.pop_back();
                continue;
            }
            open_.emplace(*question.reuse, &question);
        }
        question.done = std::move(asked.done);
        question.prompt_tokens = prompt_tokens_at_most(question.request);
        waiting_[question.request.model].emplace(question.sequence, &question);
    }
}

/// True when the question needs no request of its own.
bool EndpointPool::Implementation::answer_by_reuse(OpenQuestion& question, Done& done) {
    if (const CachedReply* cached = cache_.find(*question.reuse)) {
        Reply reply;
        reply.status = ReplyStatus::ok;
        reply.text = cached->text;
        reply.call = question.call;
        reply.call.model = cached->model;
        reply.call.endpoint = cached->endpoint;
        reply.call.status = "ok";
        reply.call.finish_reason = cached->finish_reason;
        reply.call.reply_sha256 = sha256(cached->text);
        reply.call.reused = true;
        ++status_.answered;
        finished_.push_back({std::move(done), std::move(reply)});
        return true;
    }
    const auto leader = open_.find(*question.reuse);
    if (leader == open_.end()) return false;
    leader->second->followers.push_back({std::move(question.call), std::move(done), now_});
    return true;
}

void EndpointPool::Implementation::dispatch() {
    lift_name_gates();
    next_dispatch_ = never;
    for (auto& waiting : waiting_) {
        while (!waiting.empty() && dispatch_first(waiting)) {
        }
    }
}

/// True when there was an endpoint whose name is known only now.
bool EndpointPool::Implementation::lift_name_gates() {
    bool any = false;
    for (std::size_t i = 0; i < choice_.size(); ++i) {
        EndpointState& state = choice_.at(i);
        if (state.most_in_flight == state.concurrency || !http_.is_resolved(i)) continue;
        state.most_in_flight = state.concurrency;
        any = true;
    }
    return any;
}

/// False when the first has to wait, and so all behind it.
bool EndpointPool::Implementation::dispatch_first(std::map<std::uint64_t, OpenQuestion*>& waiting) {
    OpenQuestion& question = *waiting.begin()->second;
    const auto tokens = static_cast<double>(question.prompt_tokens + options_.call.max_tokens);
    const Choice choice = choice_.choose(question.request.model, tokens, question.last_endpoint, now_);
    if (choice.kind == Choice::Kind::wait) {
        next_dispatch_ = std::min(next_dispatch_, choice.until);
        return false;
    }
    if (choice.kind == Choice::Kind::hopeless) {
        waiting.erase(waiting.begin());
        const Fault fault = question.fault.value_or(Fault{"circuit_open", "no endpoint works: " + status_.last_error});
        give_up(question, ReplyStatus::failed, fault.reason, fault.text);
        return true;
    }
    const Reservation reservation = reservation_for(question, choice.endpoint);
    const Grant grant = budget_.reserve(reservation);
    if (grant == Grant::wait) return false;  // the end of a request gives something back
    waiting.erase(waiting.begin());
    if (grant == Grant::granted) {
        send(question, choice.endpoint, reservation, false);
    } else if (grant == Grant::no_tokens) {
        give_up(question, ReplyStatus::over_budget, "budget_tokens",
                fmt::format("the budget of tokens does not suffice for one more request of up to {}",
                            reservation.tokens.sum()));
    } else {
        give_up(question, ReplyStatus::over_budget, "budget_usd",
                fmt::format("the budget of money does not suffice for one more request of up to {:.6f} USD",
                            to_usd(reservation.picos)));
    }
    return true;
}

Reservation EndpointPool::Implementation::reservation_for(const OpenQuestion& question, std::size_t endpoint) const {
    const Tokens most{question.prompt_tokens, options_.call.max_tokens};
    return {budget_.group_of(question.request.key.island), most, cost_of(most, prices_[endpoint])};
}

const std::string& EndpointPool::Implementation::body_for(OpenQuestion& question, std::size_t model) {
    std::string& body = question.bodies[model];
    if (body.empty()) body = body_of(question.request, options_.call, models_[model]);
    return body;
}

void EndpointPool::Implementation::send(OpenQuestion& question, std::size_t endpoint, const Reservation& reservation,
                                        bool is_hedge) {
    Attempt& attempt = question.attempts.emplace_back();
    attempt.place = std::prev(question.attempts.end());
    attempt.question = &question;
    attempt.endpoint = endpoint;
    attempt.reservation = reservation;
    attempt.is_hedge = is_hedge;
    attempt.started_at = now_;
    const std::size_t model = choice_.at(endpoint).model;
    attempt.is_probe = choice_.sent(endpoint, static_cast<double>(reservation.tokens.sum()), now_);
    OnPiece on_piece;
    if (options_.call.stream) {
        on_piece = [&attempt, &question](std::string_view piece) {
            const std::size_t before = attempt.stream.text().size();
            attempt.stream.feed(piece);
            const bool is_longer = attempt.stream.text().size() > before;
            return !is_longer || attempt.stream.is_finished() || !question.request.complete ||
                   !question.request.complete(attempt.stream.text());
        };
    }
    attempt.transfer = &http_.start(endpoint, body_for(question, model), &attempt, std::move(on_piece));
    arm_timeout(attempt);
    question.call.model = models_[model];
    question.call.endpoint = options_.endpoints[endpoint].base_url;
    ++question.call.requests;
    ++status_.requests;
    if (is_hedge) {
        ++question.call.hedges;
        ++hedges_;
        return;
    }
    ++question.tries;
    if (options_.hedge_after_seconds > 0) {
        timers_.set(question.hedge, now_ + from_seconds(options_.hedge_after_seconds),
                    [this, &question] { hedge(question); });
    }
}

void EndpointPool::Implementation::deliver() {
    while (!finished_.empty()) {
        const Finished finished = std::move(finished_.front());
        finished_.pop_front();
        finished.done(finished.reply);
    }
}

Nanoseconds EndpointPool::Implementation::wake_at() const {
    if (!asked_.empty() || !finished_.empty()) return now_;
    return std::min({timers_.next(), http_.wake_at(), next_dispatch_});
}

bool EndpointPool::Implementation::available(Nanoseconds now) const {
    if (!budget_.could_pay(smallest_prompt_tokens + options_.call.max_tokens, cheapest_reply_)) return false;
    if (choice_.any_closed()) return true;
    // one question at a time finds out whether an endpoint is back
    return asked_.empty() && choice_.any_wants_probe(now) &&
           std::all_of(waiting_.begin(), waiting_.end(), [](const auto& waiting) { return waiting.empty(); });
}

ClientStatus EndpointPool::Implementation::status() const {
    ClientStatus status = status_;
    status.usd = to_usd(picos_);
    return status;
}

EndpointPool::EndpointPool(PoolOptions options)
    : Client(options.call, models_of(options.endpoints)),
      implementation_(std::make_unique<Implementation>(std::move(options))) {}
EndpointPool::~EndpointPool() = default;
void EndpointPool::start(Question question) { implementation_->start(std::move(question)); }
void EndpointPool::poll(Nanoseconds now) { implementation_->poll(now); }
void EndpointPool::cancel_all() { implementation_->cancel_all(); }
int EndpointPool::descriptor() const { return implementation_->descriptor(); }
Nanoseconds EndpointPool::wake_at() const { return implementation_->wake_at(); }
bool EndpointPool::available(Nanoseconds now) const { return implementation_->available(now); }
std::size_t EndpointPool::concurrency() const { return implementation_->concurrency(); }
ClientStatus EndpointPool::status() const { return implementation_->status(); }

}  // namespace atl::llm
