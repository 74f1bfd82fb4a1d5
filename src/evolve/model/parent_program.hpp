// SPDX-License-Identifier: Apache-2.0
// The program that a reply is to change: its files and regions, and a child made of new regions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "atoll/evolve/model_proposer.hpp"
#include "evolve/model/region_fit.hpp"

namespace atl::evolve::model {

/// Views into the given bytes, which must outlive it.
class ParentProgram {
public:
    ParentProgram(std::string_view bytes, problems::Language language);

    std::string_view bytes() const { return bytes_; }
    problems::Language language() const { return language_; }
    /// With line feeds, whatever the program's line ends are.
    const std::vector<RegionFile>& files() const { return files_; }

    /// The parent with these regions, file by file, in its own line ends. Whatever they hold, the text outside of them
    /// is the parent's; a child that is no program, or no other program, is refused.
    ParsedReply child(const std::vector<std::vector<std::string>>& regions) const;

private:
    std::string_view bytes_;
    problems::Language language_;
    std::vector<RegionFile> files_;
    bool carriage_returns_ = false;
};

ParsedReply refusal(std::string reason, std::string error);

}  // namespace atl::evolve::model
