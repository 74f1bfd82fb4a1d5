// SPDX-License-Identifier: Apache-2.0
// Draws a solution: circles, points, their frame and their contacts, as SVG 1.1 text.
#pragma once

#include <string>

#include "atoll/problems/vector_problem.hpp"

namespace atl::report {

/// A whole SVG document of the figure, y upwards. Where no frame is to be drawn the view is fitted to the shapes.
/// Shapes that are not finite, and links to shapes that do not exist, are left out.
std::string to_svg(const problems::Figure& figure, const std::string& title, const std::string& subtitle = "");

}  // namespace atl::report
