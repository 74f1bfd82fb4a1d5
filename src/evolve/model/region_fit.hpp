// SPDX-License-Identifier: Apache-2.0
// Code from a reply, fitted into the regions of the file that it is meant for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"

namespace atl::evolve::model {

/// A file of the parent, with line feeds. A file without markers whose program has none either is one region.
struct RegionFile {
    std::string name;
    std::string before;                ///< the text outside of regions, all of it: to tell what is known of old
    std::vector<std::string> regions;  ///< empty: nothing in this file may change
    std::vector<std::string> around;   ///< regions.size() + 1: the text before, between and behind them
    bool marked = false;
};

struct Fit {
    std::vector<std::string> regions;  ///< as many as the file has; empty when the code fits nowhere
    std::size_t defined = 0;           ///< of the names that the file's regions define, how many the code does
    bool whole = false;                ///< all of them
    std::string reason, error;         ///< why it fits nowhere
};

/// - Code with as many marked regions as the file: one for one. With fewer or more: by the names that they define.
/// - Code without markers that defines all that the one region defines: its body, less what stands outside of the
///   region in the parent.
/// - Code that defines some of it: those definitions are replaced, new ones put before the first of them.
/// - A region that defines nothing: what stands between the same lines as the region; or, from a fence, all of it.
Fit fit(const RegionFile& file, std::string_view code, problems::Language language, bool fenced);

}  // namespace atl::evolve::model
