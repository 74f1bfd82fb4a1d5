// SPDX-License-Identifier: Apache-2.0
// A list in order of use and a map into it.
#include "llm/reply_cache.hpp"

#include <utility>

namespace atl::llm {

const CachedReply* ReplyCache::find(const ReuseKey& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->reply;
}

void ReplyCache::keep(const ReuseKey& key, CachedReply reply) {
    if (most_entries_ == 0 || reply.text.size() > most_bytes_ || places_.contains(key)) return;
    bytes_ += reply.text.size();
    entries_.push_front({key, std::move(reply)});
    places_.emplace(key, entries_.begin());
    while (entries_.size() > most_entries_ || bytes_ > most_bytes_) drop_oldest();
}

void ReplyCache::drop_oldest() {
    bytes_ -= entries_.back().reply.text.size();
    places_.erase(entries_.back().key);
    entries_.pop_back();
}

}  // namespace atl::llm
