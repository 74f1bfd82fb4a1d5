// SPDX-License-Identifier: Apache-2.0
// The judgements of several instances as one.
#pragma once

#include <string>
#include <vector>

#include "atoll/evolve/own_problem.hpp"

namespace atl::evolve {

/// One word for each instance, made of its file's name without the extension; no two are the same.
std::vector<std::string> instance_names(const std::vector<OwnFile>& instances);

/// The mean score and the mean of each metric that all of them have; with more than one, "instance_<name>" beside them.
/// The first that is not ok, with its name in front of the text, when there is one. `judgements` is not empty.
problems::Judgement mean_judgement(std::vector<problems::Judgement> judgements, const std::vector<std::string>& names);

}  // namespace atl::evolve
