// SPDX-License-Identifier: Apache-2.0
// The transport suite: the protocols that every transport must carry, by name.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "transport/exchange_protocols.hpp"
#include "transport/flow_protocols.hpp"

namespace atl::transport::suite {

using MakeProtocol = std::unique_ptr<Steppable> (*)(Transport&, std::uint64_t seed);

template <typename P>
std::unique_ptr<Steppable> make(Transport& transport, std::uint64_t seed) {
    return std::make_unique<P>(transport, seed);
}

struct Entry {
    std::string_view name;
    MakeProtocol make;
};

inline constexpr std::array<Entry, 6> protocols = {{
    {"token_ring", &make<TokenRing>},
    {"all_to_all", &make<AllToAll>},
    {"ordered_streams", &make<OrderedStreams>},
    {"self_send", &make<SelfSend>},
    {"flood", &make<Flood>},
    {"consensus", &make<Consensus>},
}};

}  // namespace atl::transport::suite
