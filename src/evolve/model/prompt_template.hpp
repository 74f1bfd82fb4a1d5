// SPDX-License-Identifier: Apache-2.0
// Texts with places to fill in, which users may replace by their own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace atl::evolve::model {

/// What stands in a prompt's places, by name. Text that is filled in is never looked through for places again.
using PromptValues = std::map<std::string, std::string, std::less<>>;

/// Every name that a template may use.
const std::vector<std::string>& placeholder_names();

/// Throws InputError with `shown_name:line` for a place {{name}} of an unknown name, and for text that is no UTF-8.
void check_template(std::string_view text, std::string_view shown_name);

bool has_placeholder(std::string_view text, std::string_view name);

/// A line that holds nothing but empty places is left out; so is a section (a line that begins with '#' and all up to
/// the next such line) of which nothing else is left. Blank lines that would follow each other become one.
std::string render(std::string_view text, const PromptValues& values);

}  // namespace atl::evolve::model
