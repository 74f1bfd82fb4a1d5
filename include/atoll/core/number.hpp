// SPDX-License-Identifier: Apache-2.0
// Numbers as text and back, exactly and without a locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace atl {

/// The exact value as a hexadecimal float, as printf's %a writes it ("0x1.8p+1"); "inf", "-inf", "nan" otherwise.
std::string hex_float(double value);

/// The shortest decimal that reads back as the same double ("0.1", "1e+300"); "inf", "-inf", "nan" otherwise.
std::string shortest(double value);

/// Reads a decimal or hexadecimal float that fills the whole text: no spaces, no trailing characters, no locale.
/// "inf", "infinity" and "nan" (any case, signed) give those values, so that a judge can reject them by name.
/// Empty when the text is anything else or its magnitude lies outside binary64 ("1e999", "1e-999").
std::optional<double> parse_number(std::string_view text);

}  // namespace atl
