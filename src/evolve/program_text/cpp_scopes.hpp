// SPDX-License-Identifier: Apache-2.0
// What the brackets of a C++ text are: functions, blocks, classes, initializers, template arguments. A reading of
// tokens, not a parse: where it can not be sure it says `unknown`.
#pragma once

#include <cstdint>
#include <vector>

#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::program_text {

inline constexpr std::uint32_t no_token = 0xFFFFFFFFU;

enum class BraceKind : std::uint8_t {
    none,
    namespace_scope,
    class_scope,
    enum_scope,
    function,
    lambda,
    block,
    initializer,
    unknown
};

constexpr bool holds_statements(BraceKind kind) {
    return kind == BraceKind::function || kind == BraceKind::lambda || kind == BraceKind::block;
}

/// For each token of ProgramText::code(), by its index there.
struct CppToken {
    std::uint32_t partner = no_token;    ///< of a bracket ( ) [ ] { }, and of template argument brackets < >
    std::uint32_t opener = no_token;     ///< the innermost open ( [ {
    std::uint32_t statement = no_token;  ///< the first token of its statement in the innermost braces
    BraceKind brace = BraceKind::none;   ///< of '{'
    bool in_function = false;            ///< inside a function's body
    bool in_initializer = false;         ///< inside an initializer's braces
    bool in_square = false;              ///< inside [ ]
    bool in_template = false;            ///< inside template argument brackets
    bool constant = false;  ///< in a statement or function that may need constants: static, constexpr, case, ...
    bool constant_integer = false;  ///< in a statement that defines one: it may become an array bound
};

struct CppScopes {
    std::vector<CppToken> tokens;
    std::vector<bool> balanced;  ///< by file: all brackets pair
};

CppScopes find_scopes(const ProgramText& text);

}  // namespace atl::evolve::program_text
