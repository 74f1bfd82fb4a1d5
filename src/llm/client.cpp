// SPDX-License-Identifier: Apache-2.0
// What all clients do with a question: compose its body, name it, count it.
#include "atoll/llm/client.hpp"

#include <algorithm>

namespace atl::llm {

Client::Client(CallOptions call, std::vector<std::string> models) : call_(call), models_(std::move(models)) {}

void Client::ask(Request request, Done done) {
    Question question;
    const std::string& model = models_.at(request.model);
    question.body = body_of(request, call_, model);
    question.call.key = request.key;
    question.call.model = model;
    question.call.request_sha256 = sha256(question.body);
    question.call.occurrence = occurrences_[{request.key.island, question.call.request_sha256}]++;
    question.request = std::move(request);
    question.done = std::move(done);
    start(std::move(question));
}

void Client::skip(const Request& request) {
    skip(request.key.island, sha256(body_of(request, call_, models_.at(request.model))));
}

ClientStatus operator+(const ClientStatus& left, const ClientStatus& right) {
    ClientStatus sum;
    sum.asked = left.asked + right.asked;
    sum.answered = left.answered + right.answered;
    sum.failed = left.failed + right.failed;
    sum.requests = left.requests + right.requests;
    sum.prompt_tokens = left.prompt_tokens + right.prompt_tokens;
    sum.completion_tokens = left.completion_tokens + right.completion_tokens;
    sum.usd = left.usd + right.usd;
    sum.unavailable_seconds = std::max(left.unavailable_seconds, right.unavailable_seconds);
    sum.last_error = right.last_error.empty() ? left.last_error : right.last_error;
    sum.available = left.available || right.available;
    return sum;
}

}  // namespace atl::llm
