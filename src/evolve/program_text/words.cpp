// SPDX-License-Identifier: Apache-2.0
// Keywords and types, sorted.
#include "evolve/program_text/words.hpp"

#include <array>

namespace atl::evolve::program_text {
namespace {

constexpr std::array<std::string_view, 76> cpp_keywords = {
    "alignas",       "alignof",  "and",      "asm",       "auto",         "bool",      "break",
    "case",          "catch",    "char",     "char8_t",   "class",        "co_await",  "co_return",
    "co_yield",      "concept",  "const",    "consteval", "constexpr",    "constinit", "continue",
    "decltype",      "default",  "delete",   "do",        "double",       "else",      "enum",
    "explicit",      "extern",   "float",    "for",       "friend",       "goto",      "if",
    "inline",        "int",      "long",     "mutable",   "namespace",    "new",       "noexcept",
    "not",           "operator", "or",       "private",   "protected",    "public",    "register",
    "requires",      "restrict", "return",   "short",     "signed",       "sizeof",    "static",
    "static_assert", "struct",   "switch",   "template",  "thread_local", "throw",     "try",
    "typedef",       "typeid",   "typename", "union",     "unsigned",     "using",     "virtual",
    "void",          "volatile", "wchar_t",  "while",     "xor",          "xor_eq"};

constexpr std::array<std::string_view, 29> cpp_types = {
    "auto",    "bool",     "char",        "const",    "double",    "float",    "int",      "int16_t",
    "int32_t", "int64_t",  "int8_t",      "long",     "ptrdiff_t", "short",    "signed",   "size_t",
    "std",     "string",   "string_view", "struct",   "typename",  "uint16_t", "uint32_t", "uint64_t",
    "uint8_t", "unsigned", "void",        "volatile", "wchar_t"};

constexpr std::array<std::string_view, 33> python_keywords = {
    "and",   "as",       "assert",  "async", "await", "break",  "class",  "continue", "def",   "del",  "elif",
    "else",  "except",   "finally", "for",   "from",  "global", "if",     "import",   "in",    "is",   "lambda",
    "match", "nonlocal", "not",     "or",    "pass",  "raise",  "return", "try",      "while", "with", "yield"};

template <typename Words>
bool found(const Words& words, std::string_view word) {
    return std::binary_search(words.begin(), words.end(), word);
}

static_assert(std::is_sorted(cpp_keywords.begin(), cpp_keywords.end()));
static_assert(std::is_sorted(cpp_types.begin(), cpp_types.end()));
static_assert(std::is_sorted(python_keywords.begin(), python_keywords.end()));

}  // namespace

bool is_cpp_keyword(std::string_view word) { return found(cpp_keywords, word); }
bool is_cpp_type(std::string_view word) { return found(cpp_types, word); }
bool is_python_keyword(std::string_view word) { return found(python_keywords, word); }

}  // namespace atl::evolve::program_text
