// SPDX-License-Identifier: Apache-2.0
// Messages between ranks: any bytes are refused with an error or decoded; the first byte says as which message.
#include "atoll/engine/messages.hpp"

#include <bit>

#include "fuzz/fuzz_target.hpp"
#include "journal/sample_records.hpp"

namespace atl::fuzz {
namespace {

std::string tagged(char tag, const std::string& payload) { return tag + payload; }

}  // namespace

std::vector<std::string> seed_corpus() {
    engine::RankStatus status;
    status.acknowledged = 5;
    status.islands = {{.island = 3, .evaluations = 5, .best = {1, 2}, .best_key = {3, 1, 0, 0}}};
    const engine::Migrant migrant{
        .epoch = 1, .from_island = 0, .to_island = 1, .record = atl::testing::sample_evaluation({0, 3, 1, 0})};
    return {tagged(0, engine::encode(status)),
            tagged(1, engine::encode(engine::StopRequest{engine::StopReason::signal, "SIGTERM"})),
            tagged(2, engine::encode(
                          engine::Drained{.messages_sent = 1, .messages_received = 1, .failed = true, .failure = "x"})),
            tagged(3, engine::encode(std::vector<engine::Migrant>{migrant, migrant}))};
}

std::size_t seeded_executions() { return 20'000; }

void read_input(std::string_view input) {
    if (input.empty()) return;
    const std::string payload(input.substr(1));
    try {
        switch (static_cast<std::uint8_t>(input[0]) % 4) {
            case 0:
                (void)engine::decode_rank_status(payload);
                break;
            case 1:
                (void)engine::to_string(engine::decode_stop_request(payload).reason);
                break;
            case 2:
                (void)engine::decode_drained(payload);
                break;
            default:
                (void)engine::encode(engine::decode_migrants(payload));
        }
    } catch (const InfrastructureError&) {
        return;
    }
}

}  // namespace atl::fuzz
