// SPDX-License-Identifier: Apache-2.0
// Included in front of every C++ candidate: its parameters and the usual functions, so that it needs no header.
//
// A standard header costs more to read than all the rest of a small candidate to compile. Each declaration here stands
// beside the standard library's own, should the candidate include that too: functions of <math.h> are declared as
// there, and templates are such that the library's forms are preferred to them.
#pragma once

#include <float.h>
#include <stddef.h>

/// Constants that take the place of the candidate's numeric literals.
extern const double* atoll_parameters;

extern "C" {
double acos(double) noexcept;
double acosh(double) noexcept;
double asin(double) noexcept;
double asinh(double) noexcept;
double atan(double) noexcept;
double atan2(double, double) noexcept;
double atanh(double) noexcept;
double cbrt(double) noexcept;
double ceil(double) noexcept;
double copysign(double, double) noexcept;
double cos(double) noexcept;
double cosh(double) noexcept;
double erf(double) noexcept;
double erfc(double) noexcept;
double exp(double) noexcept;
double exp2(double) noexcept;
double expm1(double) noexcept;
double fabs(double) noexcept;
double fdim(double, double) noexcept;
double floor(double) noexcept;
double fma(double, double, double) noexcept;
double fmax(double, double) noexcept;
double fmin(double, double) noexcept;
double fmod(double, double) noexcept;
double hypot(double, double) noexcept;
double lgamma(double) noexcept;
double log(double) noexcept;
double log10(double) noexcept;
double log1p(double) noexcept;
double log2(double) noexcept;
double nearbyint(double) noexcept;
double pow(double, double) noexcept;
double remainder(double, double) noexcept;
double rint(double) noexcept;
double round(double) noexcept;
double sin(double) noexcept;
double sinh(double) noexcept;
double sqrt(double) noexcept;
double tan(double) noexcept;
double tanh(double) noexcept;
double tgamma(double) noexcept;
double trunc(double) noexcept;
int abs(int) noexcept __attribute__((const));
}

// as glibc writes them, so that its header may come after
// clang-format off
#define INFINITY (__builtin_inff ())
#define NAN (__builtin_nanf (""))
#define M_E 2.7182818284590452354
#define M_PI 3.14159265358979323846
#define M_SQRT2 1.41421356237309504880
// clang-format on

namespace std {

using ::abs;
using ::acos;
using ::acosh;
using ::asin;
using ::asinh;
using ::atan;
using ::atan2;
using ::atanh;
using ::cbrt;
using ::ceil;
using ::copysign;
using ::cos;
using ::cosh;
using ::erf;
using ::erfc;
using ::exp;
using ::exp2;
using ::expm1;
using ::fabs;
using ::fdim;
using ::floor;
using ::fma;
using ::fmax;
using ::fmin;
using ::fmod;
using ::hypot;
using ::lgamma;
using ::log;
using ::log10;
using ::log1p;
using ::log2;
using ::nearbyint;
using ::pow;
using ::ptrdiff_t;
using ::remainder;
using ::rint;
using ::round;
using ::sin;
using ::sinh;
using ::size_t;
using ::sqrt;
using ::tan;
using ::tanh;
using ::tgamma;
using ::trunc;

template <class T>
requires(T(0.5) != T(0)) constexpr T abs(T x) { return x < 0 ? -x : x + T(0); }
template <class T>
requires(T(0.5) != T(0)) constexpr bool isnan(T x) { return x != x; }
template <class T>
requires(T(0.5) != T(0)) constexpr bool isinf(T x) { return x - x != x - x && x == x; }
template <class T>
requires(T(0.5) != T(0)) constexpr bool isfinite(T x) { return x - x == x - x; }
template <class A, class B>
constexpr auto max(const A& a, const B& b) {
    return a < b ? b : a;
}
template <class A, class B>
constexpr auto min(const A& a, const B& b) {
    return b < a ? b : a;
}

}  // namespace std

using std::abs;
using std::isfinite;
using std::isinf;
using std::isnan;
