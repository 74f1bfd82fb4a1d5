// SPDX-License-Identifier: Apache-2.0
// Names of files that models write near code, and the file of the program that is meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"
#include "evolve/model/region_fit.hpp"

namespace atl::evolve::model {

/// The first word of the text that looks like the name of a file of that language, without folders; empty: none.
std::string file_name_in(std::string_view text, problems::Language language);

/// By its name, whatever the case of its letters; else the nearest one. Of a program of one file that one.
std::optional<std::size_t> file_named(const std::vector<RegionFile>& files, std::string_view name);

/// "the program has no file 'x'; its files are a, b"
std::string no_such_file(const std::vector<RegionFile>& files, std::string_view name);

}  // namespace atl::evolve::model
