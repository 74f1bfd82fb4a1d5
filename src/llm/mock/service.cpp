// SPDX-License-Identifier: Apache-2.0
// Routes, draws and counters of the mock.
#include "llm/mock/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"

namespace atl::llm {

namespace mock {

namespace {

/// What a number of a request is for; each use has a stream of its own.
enum class Use : std::uint32_t { fault = 0, latency = 1, text = 2 };
constexpr std::uint32_t uses = 3;

/// The stream of (seed, body, n) for one use: the body's hash fills the key's places.
RandomStream stream_of(std::uint64_t seed, const Sha256& body, std::uint32_t n, Use use) {
    std::uint64_t step = 0;
    std::uint32_t island = 0;
    for (std::size_t i = 0; i < 7; ++i) step = (step << 8) | body[i];
    for (std::size_t i = 7; i < 11; ++i) island = (island << 8) | body[i];
    return {seed, island, step, n * uses + static_cast<std::uint32_t>(use), StreamPurpose::operate};
}

bool is_refusal(Fault fault) {
    return fault == Fault::rate_limited || fault == Fault::rate_limited_bare || fault == Fault::unauthorized ||
           fault == Fault::out_of_money;
}

bool is_complete_reply(Fault fault) {
    return fault == Fault::none || fault == Fault::empty || fault == Fault::invalid_utf8 || fault == Fault::unusable;
}

std::string first_hex(const Sha256& digest) { return to_hex(digest).substr(0, 24); }

/// At most max_tokens of it, never ending inside a character.
bool cut_to(std::string& text, std::uint64_t max_tokens) {
    if (max_tokens == 0 || tokens_of(text.size()) <= max_tokens) return false;
    auto end = static_cast<std::size_t>(max_tokens * 4);
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    return true;
}

double thread_seconds(clockid_t clock) {
    timespec time{};
    if (clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

Service::Service(const MockOptions& options)
    : options_(options), counts_occurrences_(options.vary || share_of_faults(options.faults) > 0) {
    constexpr double rounding = 1e-9;
    for (const FaultKind& kind : fault_kinds) {
        MockFaults checked;
        set_fault(checked, kind.name, options.faults.*kind.share);
    }
    if (const double share = share_of_faults(options.faults); share > 1 + rounding) {
        throw InputError(fmt::format("the shares of faults add up to {}; give at most 1 in all", share));
    }
    if (!(options.latency_seconds >= 0) || !(options.latency_sigma >= 0)) {
        throw InputError("a latency and its sigma are 0 or more");
    }
}

void Service::begin_thread() {
    pthread_getcpuclockid(pthread_self(), &thread_clock_);
    cpu_seconds_ = cpu_seconds_ - thread_seconds(thread_clock_);  // what it took before counts for others
    running_ = true;
}

void Service::end_thread() {
    cpu_seconds_ = cpu_seconds_ + thread_seconds(CLOCK_THREAD_CPUTIME_ID);
    running_ = false;
}

void Service::handle(Connection& connection, Nanoseconds now) {
    connection.counted = false;
    ReplyForm form;
    if (const int status = connection.reader().refusal(); status != 0) {
        form.keep_alive = false;
        connection.begin(error_response(status, "this request is not served", form), now, 0);
        return;
    }
    const HttpRequest& request = connection.reader().request();
    form.keep_alive = request.keep_alive;
    form.chunked = request.chunked_replies;
    if (request.method == "POST" && request.path.ends_with("/chat/completions")) {
        chat(connection, form, now);
    } else if (request.method == "POST") {
        connection.begin(error_response(404, "there is /v1/chat/completions to POST to", form), now, 0);
    } else if (request.method == "GET") {
        connection.begin(get(request.path, form), now, 0);
    } else {
        connection.begin(error_response(405, "GET or POST", form), now, 0);
    }
}

Outgoing Service::get(std::string_view path, const ReplyForm& form) const {
    constexpr std::string_view json = "application/json";
    if (path.ends_with("/models")) {
        return response(200, json,
                        R"({"object":"list","data":[{"id":"mock","object":"model","created":0,"owned_by":"atoll"}]})",
                        form);
    }
    if (path.ends_with("/stats")) return response(200, json, to_json(statistics()), form);
    if (path.ends_with("/health")) return response(200, json, R"({"status":"ok"})", form);
    return error_response(404, "there are /v1/models, /stats and /health to GET", form);
}

void Service::chat(Connection& connection, const ReplyForm& form, Nanoseconds now) {
    ++requests_;
    const auto refuse = [&](int status, std::string_view message) {
        ++refused_;
        connection.begin(error_response(status, message, form), now, 0);
    };
    if (!options_.require_key.empty() &&
        connection.reader().request().authorization != fmt::format("Bearer {}", options_.require_key)) {
        refuse(401, "a key is missing, or is another one");
        return;
    }
    try {
        answer_chat(connection, form, read_chat_request(parse_json(connection.reader().body(), "body")), now);
    } catch (const InputError& error) {
        refuse(400, error.what());
    }
}

std::uint32_t Service::occurrence(const Sha256& body) {
    if (!counts_occurrences_) return 0;
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < sizeof first; ++i) first = (first << 8) | body[i];
    return occurrences_[first]++;
}

void Service::answer_chat(Connection& connection, const ReplyForm& plain_form, const ChatRequest& request,
                          Nanoseconds now) {
    const Sha256 digest = sha256(connection.reader().body());
    const std::uint32_t n = occurrence(digest);
    RandomStream fault_stream = stream_of(options_.seed, digest, n, Use::fault);
    const Fault fault = draw_fault(options_.faults, fault_stream);
    RandomStream latency_stream = stream_of(options_.seed, digest, n, Use::latency);
    RandomStream text_stream = stream_of(options_.seed, digest, options_.vary ? n : 0, Use::text);

    ReplyForm form = plain_form;
    form.stream = request.stream;
    form.include_usage = request.include_usage;
    ChatReply reply;
    reply.id = fmt::format("chatcmpl-{}", first_hex(digest));
    reply.model = request.model;
    if (!is_refusal(fault)) {
        reply.text = answer(request, fault, options_.pad_bytes, text_stream);
        reply.at_limit = cut_to(reply.text, request.max_tokens);
    }
    if (fault == Fault::invalid_utf8) {
        // in the middle of it, at a line's end where there is one
        const auto line_end = reply.text.find('\n', reply.text.size() / 2);
        reply.text.insert(line_end == std::string::npos ? reply.text.size() / 2 : line_end, 1, '\xFF');
        reply.invalid = fault_stream.uniform() < 0.5 ? "\xFF\xFE" : "\\ud800";
    }
    reply.prompt_tokens = tokens_of(request.content_bytes);
    reply.completion_tokens = tokens_of(reply.text.size());

    connection.counted = true;
    connection.fault = fault;
    connection.is_reply = is_complete_reply(fault);
    connection.prompt_tokens = reply.prompt_tokens;
    connection.completion_tokens = reply.completion_tokens;
    if (fault != Fault::none) ++faults_[static_cast<std::size_t>(fault)];
    if (const std::uint64_t flying = ++in_flight_; flying > in_flight_peak_) in_flight_peak_ = flying;
    const double seconds = options_.latency_seconds * std::exp(options_.latency_sigma * latency_stream.normal());
    connection.begin(fault_response(fault, reply, form, options_.retry_after_seconds, fault_stream), now,
                     from_seconds(std::min(seconds, 1e6)));
}

void Service::sent(Connection& connection) {
    if (!std::exchange(connection.counted, false)) return;
    if (connection.is_reply) {
        ++replies_;
        prompt_tokens_ += connection.prompt_tokens;
        completion_tokens_ += connection.completion_tokens;
    }
    --in_flight_;  // last: who sees none in flight sees all that was counted
}

void Service::left(Connection& connection) {
    if (!std::exchange(connection.counted, false)) return;
    if (connection.fault == Fault::none) ++aborted_;
    --in_flight_;
}

MockStatistics Service::statistics() const {
    MockStatistics result;
    result.requests = requests_;
    result.replies = replies_;
    result.refused = refused_;
    result.aborted = aborted_;
    result.prompt_tokens = prompt_tokens_;
    result.completion_tokens = completion_tokens_;
    result.in_flight = in_flight_;
    result.in_flight_peak = in_flight_peak_;
    for (std::size_t i = 0; i < fault_count; ++i) {
        result.faults_by_name.emplace_back(fault_kinds[i].name, faults_[i].load());
        result.faults += faults_[i];
    }
    result.cpu_seconds = cpu_seconds_ + (running_ ? thread_seconds(thread_clock_) : 0);
    return result;
}

}  // namespace mock

std::string to_json(const MockStatistics& statistics) {
    Json by_name(Json::Object{});
    for (const auto& [name, count] : statistics.faults_by_name) by_name.set(name, count);
    return Json(Json::Object{{"requests", statistics.requests},
                             {"replies", statistics.replies},
                             {"faults", statistics.faults},
                             {"refused", statistics.refused},
                             {"aborted", statistics.aborted},
                             {"prompt_tokens", statistics.prompt_tokens},
                             {"completion_tokens", statistics.completion_tokens},
                             {"in_flight", statistics.in_flight},
                             {"in_flight_peak", statistics.in_flight_peak},
                             {"cpu_seconds", statistics.cpu_seconds},
                             {"faults_by_name", by_name}})
        .dump();
}

}  // namespace atl::llm
