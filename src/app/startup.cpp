// SPDX-License-Identifier: Apache-2.0
// How ranks agree on a job: four messages, point to point.
#include "atoll/app/startup.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <thread>
#include <vector>

#include "atoll/app/workers.hpp"
#include "atoll/core/build_info.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/engine/messages.hpp"

namespace atl::app {

namespace {

using engine::Tag;

constexpr double patience_seconds = 120;

Json error_json(const Error& error) {
    Json json;
    json.set("code", static_cast<int>(error.code()));
    json.set("error", error.what());
    return json;
}

/// Waits for one message of each of `count` ranks (rank 0 included) with this tag.
std::vector<Json> collect(transport::Transport& transport, Tag tag, std::size_t count) {
    const MonotonicClock clock;
    const Nanoseconds deadline = clock.now() + from_seconds(patience_seconds);
    std::vector<Json> messages(static_cast<std::size_t>(transport.size()));
    for (std::size_t received = 0; received < count;) {
        if (auto message = transport.receive()) {
            if (message->tag != static_cast<std::uint32_t>(tag)) continue;
            messages[static_cast<std::size_t>(message->peer)] = parse_json(message->payload, "start-up message");
            ++received;
        } else {
            if (clock.now() > deadline) {
                throw InfrastructureError("start-up: only " + std::to_string(received) + " of " +
                                          std::to_string(count) + " ranks answered within 120 s");
            }
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    }
    return messages;
}

void send_json(transport::Transport& transport, int rank, Tag tag, const Json& json) {
    transport.send({rank, static_cast<std::uint32_t>(tag), json.dump()});
}

/// Lets queued messages leave before an exception ends the process.
void drain(transport::Transport& transport) {
    const MonotonicClock clock;
    const Nanoseconds deadline = clock.now() + from_seconds(5);
    while (!transport.idle() && clock.now() < deadline) std::this_thread::sleep_for(std::chrono::microseconds(200));
}

Json hello() {
    const Placement placement = current_placement();
    Json json;
    json.set("build", build_id());
    json.set("host", placement.host);
    Json::Array cpus;
    for (const int cpu : placement.cpus) cpus.emplace_back(cpu);
    json.set("cpus", cpus);
    return json;
}

Json fences_json(const std::optional<journal::FenceList>& list) {
    if (!list) return {};
    Json::Array fences;
    for (const journal::Fence& fence : list->fences)
        fences.emplace_back(Json::Array{Json(fence.incarnation), Json(fence.rank), Json(fence.bytes)});
    Json json;
    json.set("first_incarnation", list->first_incarnation);
    json.set("fences", std::move(fences));
    return json;
}

std::optional<journal::FenceList> fences_from_json(const Json& json) {
    if (json.is_null()) return std::nullopt;
    journal::FenceList list;
    list.first_incarnation = static_cast<std::uint32_t>(json["first_incarnation"].as_integer());
    for (const Json& fence : json["fences"].as_array()) {
        const Json::Array& parts = fence.as_array();
        list.fences.push_back({.incarnation = static_cast<std::uint32_t>(parts.at(0).as_integer()),
                               .rank = static_cast<std::uint32_t>(parts.at(1).as_integer()),
                               .bytes = static_cast<std::uint64_t>(parts.at(2).as_integer())});
    }
    return list;
}

Json to_json(const Assignment& assignment) {
    Json json;
    json.set("run_directory", assignment.run_directory);
    json.set("job_toml", assignment.job_toml);
    json.set("incarnation", assignment.incarnation);
    json.set("base_elapsed_seconds", assignment.base_elapsed_seconds);
    json.set("fences", fences_json(assignment.fences));
    json.set("token", assignment.token);
    json.set("workers", assignment.workers);
    json.set("hosts", assignment.hosts);
    Json::Array rank_hosts;
    for (const std::string& host : assignment.rank_hosts) rank_hosts.emplace_back(host);
    json.set("rank_hosts", std::move(rank_hosts));
    return json;
}

Assignment from_json(const Json& json) {
    Assignment assignment;
    assignment.run_directory = json["run_directory"].as_string();
    assignment.job_toml = json["job_toml"].as_string();
    assignment.incarnation = static_cast<std::uint32_t>(json["incarnation"].as_integer());
    assignment.base_elapsed_seconds = json["base_elapsed_seconds"].as_double();
    assignment.fences = fences_from_json(json["fences"]);
    assignment.token = json["token"].as_string();
    assignment.workers = static_cast<std::uint32_t>(json["workers"].as_integer());
    assignment.hosts = json["hosts"].as_string();
    for (const Json& host : json["rank_hosts"].as_array()) assignment.rank_hosts.push_back(host.as_string());
    return assignment;
}

/// Rank 0's half of agree_on_job.
void assign(transport::Transport& transport, const std::function<Assignment()>& prepare) {
    const auto ranks = static_cast<std::size_t>(transport.size());
    const std::vector<Json> hellos = collect(transport, Tag::hello, ranks);
    std::vector<Placement> placements;
    std::vector<std::string> hosts;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        if (hellos[rank]["build"].as_string() != build_id()) {
            throw InputError("rank " + std::to_string(rank) + " on " + hellos[rank]["host"].as_string() +
                             " runs another build of atoll; start the same program on all ranks");
        }
        Placement placement{hellos[rank]["host"].as_string(), {}};
        for (const Json& cpu : hellos[rank]["cpus"].as_array())
            placement.cpus.push_back(static_cast<int>(cpu.as_integer()));
        if (std::find(hosts.begin(), hosts.end(), placement.host) == hosts.end()) hosts.push_back(placement.host);
        placements.push_back(std::move(placement));
    }
    Assignment assignment = prepare();
    for (const std::string& host : hosts) assignment.hosts += (assignment.hosts.empty() ? "" : ",") + host;
    for (const Placement& placement : placements) assignment.rank_hosts.push_back(placement.host);
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        assignment.workers = static_cast<std::uint32_t>(workers_of(placements, rank));
        send_json(transport, static_cast<int>(rank), Tag::job, to_json(assignment));
    }
}

/// Sends `error` to all other ranks and throws it on.
[[noreturn]] void refuse(transport::Transport& transport, Tag tag, const Error& error) {
    for (int rank = 1; rank < transport.size(); ++rank) send_json(transport, rank, tag, error_json(error));
    drain(transport);
    throw AgreedError(error);
}

Json receive_from_root(transport::Transport& transport, Tag tag) {
    Json json = collect(transport, tag, 1)[0];
    if (!json["error"].is_null()) {
        const auto code = static_cast<ExitCode>(json["code"].as_integer());
        throw SilentError(code);
    }
    return json;
}

}  // namespace

Assignment agree_on_job(transport::Transport& transport, const std::function<Assignment()>& prepare) {
    send_json(transport, 0, Tag::hello, hello());
    if (transport.rank() == 0) {
        try {
            assign(transport, prepare);
        } catch (const Error& error) {
            refuse(transport, Tag::job, error);
        }
    }
    return from_json(receive_from_root(transport, Tag::job));
}

void agree_to_begin(transport::Transport& transport, const std::optional<Error>& failure) {
    send_json(transport, 0, Tag::ready, failure ? error_json(*failure) : Json(Json::Object{}));
    if (transport.rank() == 0) {
        try {
            const std::vector<Json> answers =
                collect(transport, Tag::ready, static_cast<std::size_t>(transport.size()));
            for (std::size_t rank = 0; rank < answers.size(); ++rank) {
                if (answers[rank]["error"].is_null()) continue;
                const auto code = static_cast<ExitCode>(answers[rank]["code"].as_integer());
                throw Error(code, (rank == 0 ? "" : "rank " + std::to_string(rank) + ": ") +
                                      answers[rank]["error"].as_string());
            }
        } catch (const Error& error) {
            refuse(transport, Tag::go, error);
        }
        for (int rank = 0; rank < transport.size(); ++rank) send_json(transport, rank, Tag::go, Json(Json::Object{}));
    }
    receive_from_root(transport, Tag::go);
}

}  // namespace atl::app
