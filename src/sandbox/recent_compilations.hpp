// SPDX-License-Identifier: Apache-2.0
// The compilations used last, in memory.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

#include "atoll/core/hash.hpp"
#include "atoll/sandbox/compiler.hpp"

namespace atl::sandbox {

/// Invariant: what is held together takes no more than the limit. Not thread-safe.
class RecentCompilations {
public:
    explicit RecentCompilations(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

    /// Null when it is not held; the pointer is good until the next add().
    const Compilation* find(const Sha256& key) {
        const auto found = places_.find(key);
        if (found == places_.end()) return nullptr;
        order_.splice(order_.begin(), order_, found->second);
        return &found->second->second;
    }
    void add(const Sha256& key, const Compilation& compilation) {
        if (places_.contains(key) || bytes_of(compilation) > limit_bytes_) return;
        order_.emplace_front(key, compilation);
        places_.emplace(key, order_.begin());
        bytes_ += bytes_of(compilation);
        while (bytes_ > limit_bytes_) {
            bytes_ -= bytes_of(order_.back().second);
            places_.erase(order_.back().first);
            order_.pop_back();
        }
    }

private:
    static std::uint64_t bytes_of(const Compilation& compilation) {
        constexpr std::uint64_t itself = 512;
        return itself + compilation.diagnostics.size() + (compilation.executable ? compilation.executable->size() : 0);
    }

    using Order = std::list<std::pair<Sha256, Compilation>>;
    std::uint64_t limit_bytes_;
    std::uint64_t bytes_ = 0;
    Order order_;  ///< the last used first
    std::unordered_map<Sha256, Order::iterator, Sha256Hasher> places_;
};

}  // namespace atl::sandbox
