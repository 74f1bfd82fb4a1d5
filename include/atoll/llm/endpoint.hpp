// SPDX-License-Identifier: Apache-2.0
// Where a model can be asked, and on what terms.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace atl::llm {

/// One OpenAI-compatible server and one model of it.
struct Endpoint {
    std::string base_url;  ///< "http://127.0.0.1:8000/v1"; "/chat/completions" is added
    std::string model;
    std::string key;              ///< sent as a bearer token; empty: none. Never logged, recorded or handed on
    std::string key_environment;  ///< where the key comes from: a variable ...
    std::string key_file;         ///< ... or a file, its first line
    std::size_t concurrency = 16;
    double requests_per_minute = 0;  ///< 0: no limit
    double tokens_per_minute = 0;    ///< prompt and reply, reserved when sent; 0: no limit
    double weight = 1;               ///< share of the questions that its model gets
};

/// "http://127.0.0.1:8000/v1 model=qwen concurrency=64 key_environment=NAME": the URL, then words NAME=VALUE of the
/// members above. Throws InputError naming the nearest word; also for a URL that holds a user, a password or a query,
/// which is where keys leak.
Endpoint parse_endpoint(std::string_view text);

/// Takes the variables that hold keys out of this process's environment, bytes and all, before it has children;
/// key_of() knows their values from then on. Not thread-safe.
void take_key_variables(const std::vector<Endpoint>& endpoints);

/// The endpoint's key, from its variable or its file; empty when it names neither. Throws InputError when it is not
/// there.
std::string key_of(const Endpoint& endpoint);

/// Fills in the keys, and takes their variables.
void read_keys(std::vector<Endpoint>& endpoints);

/// The models of the endpoints, each once, in order.
std::vector<std::string> models_of(const std::vector<Endpoint>& endpoints);

/// USD per million tokens.
struct Price {
    double prompt = 0;
    double completion = 0;
};
using Prices = std::map<std::string, Price, std::less<>>;

/// CSV with the header `model,prompt_usd_per_million_tokens,completion_usd_per_million_tokens`; lines that begin with
/// '#' are skipped. Throws InputError with `name:line`.
Prices parse_prices(std::string_view text, std::string_view name);

}  // namespace atl::llm
