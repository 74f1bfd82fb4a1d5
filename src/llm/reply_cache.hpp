// SPDX-License-Identifier: Apache-2.0
// Replies kept by the content of what was asked, the least recently used ones dropped first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "atoll/core/hash.hpp"

namespace atl::llm {

/// What makes two questions equal: the body, and the island where islands share nothing.
struct ReuseKey {
    Sha256 body{};
    std::uint32_t island = 0;

    bool operator==(const ReuseKey&) const = default;
};

struct ReuseKeyHasher {
    std::size_t operator()(const ReuseKey& key) const noexcept {
        return Sha256Hasher()(key.body) + key.island * std::size_t{0x9E3779B9};
    }
};

struct CachedReply {
    std::string text;
    std::string finish_reason;
    std::string model;
    std::string endpoint;
};

/// Invariant: at most so many entries, and at most so many bytes of text.
class ReplyCache {
public:
    ReplyCache(std::size_t most_entries, std::size_t most_bytes)
        : most_entries_(most_entries), most_bytes_(most_bytes) {}

    /// Null when there is none; valid until the next call of keep().
    const CachedReply* find(const ReuseKey& key);
    void keep(const ReuseKey& key, CachedReply reply);
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        ReuseKey key;
        CachedReply reply;
    };
    void drop_oldest();

    std::size_t most_entries_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::list<Entry> entries_;  ///< the most recently used one first
    std::unordered_map<ReuseKey, std::list<Entry>::iterator, ReuseKeyHasher> places_;
};

}  // namespace atl::llm
