// SPDX-License-Identifier: Apache-2.0
// Programs as users write them, and texts that are hard to read, for the tests of program texts.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"

namespace atl::evolve::testing {

/// Texts outside and inside of regions by turns: outside, region, outside, ... An odd number; one piece is a program
/// without markers.
struct CorpusProgram {
    std::string name;
    problems::Language language = problems::Language::cpp;
    std::vector<std::string> pieces;

    std::string text() const {
        std::string all;
        for (const std::string& each : pieces) all += each;
        return all;
    }

    /// Whether the text is this program with other regions.
    bool frames(std::string_view text_of_child) const {
        if (pieces.size() == 1) return true;
        std::size_t at = 0;
        for (std::size_t i = 0; i < pieces.size(); i += 2) {
            const std::size_t found = text_of_child.find(pieces[i], at);
            if (found == std::string_view::npos || (i == 0 && found != 0)) return false;
            at = found + pieces[i].size();
        }
        return text_of_child.ends_with(pieces.back());
    }
};

inline std::string with_crlf(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n') result += '\r';
        result += c;
    }
    return result;
}

/// FunSearch's heuristic for online bin packing, with a slot. Needs no include.
inline CorpusProgram bin_packing() {
    return {"bin_packing",
            problems::Language::cpp,
            {R"(// online bin packing: higher is better
// EVOLVE-BLOCK-START)",
             R"(
double priority(double item, const double* bins, int count, int index) {
    const double bin = bins[index];
    double score = -(bin - item);  // best fit
    const bool tight = bin - item < 0.05;
    if (tight) {
        score += 2.5 * item;
    } else if (bin > 2 * item && count > 3) {
        score -= 0.125;
    }
    for (int i = 0; i < count; ++i) {
        if (i == index) continue;
        score += fmin(bins[i], bin) * 1e-3;
    }
    score *= 1.0 + 0.5 * fabs(bin);
    return /* atoll:expr(number item, number bin, number score, condition tight) */ score + 0.1 * (bin - item);
}
)",
             R"(// EVOLVE-BLOCK-END
int main() { return 0; }
)"}};
}

/// A next-node rule for the travelling salesman: structs, lambdas, tables, constants that must stay.
inline CorpusProgram next_city() {
    return {"next_city",
            problems::Language::cpp,
            {R"(// the construction heuristic
struct Point {
    double x;
    double y = 0.25;
};
static const double outside_scale = 3.5;
/* EVOLVE-BLOCK-START */)",
             R"(
template <typename T>
T square(T x) { return x * x; }

constexpr double golden() { return 1.618; }

double distance(const Point& a, const Point& b) {
    const double dx = a.x - b.x, dy = a.y - b.y;
    return sqrt(square(dx) + square(dy));
}

struct Weights {
    double near = 1.0;
    double far = 0.5;
    double of(double d) const { return near * d + 0.75; }
};

int select_next(int current, int depot, const int* open, int count, const Point* cities) {
    static const double once = 7.5;
    const double table[3] = {0.5, 0.25, 1.5};
    enum { small = 4 };
    const int window = 8;
    Weights weights{1.5, 0.5};
    auto score_of = [&](int city) -> double {
        double near = distance(cities[current], cities[city]);
        double home = distance(cities[city], cities[depot]);
        return near - 0.3 * home;
    };
    double best = 1e300;
    int choice = open[0];
    for (int k = 0; k < count && k < window * small; ++k) {
        double score = score_of(open[k]);
        switch (k % 3) {
            case 0:
                score *= table[0];
                break;
            case 1: {
                score += table[1] * weights.of(score);
                break;
            }
            default:
                score -= table[2] * golden();
        }
        if (score < best || (score <= best && k > 2)) {
            best = score;
            choice = open[k];
        }
    }
    do {
        best /= 1.5;
    } while (best > 1.0 && best > once);
    return choice;
}
)",
             R"(/* EVOLVE-BLOCK-END */
double after() { return 4.5; }
/* EVOLVE-BLOCK-START: the second */)",
             R"(
double bias(double x) {
    double y = x;
    y += 0.5;
    y = y > 3.0 ? y - 1.0 : y;
    return /* atoll:expr(x, y) */ y;
}
)",
             R"(/* EVOLVE-BLOCK-END */
)"}};
}

/// Texts that only look like marks, strings, comments and literals.
inline CorpusProgram nasty_cpp() {
    return {"nasty_cpp",
            problems::Language::cpp,
            {R"x(// see EVOLVE-BLOCK-START in the manual
const char* first = "// EVOLVE-BLOCK-START";
const char* raw = R"(
// EVOLVE-BLOCK-START " \ ')";
#define SCALE 2.5 /* EVOLVE-BLOCK-START */
#define TWICE(x) \
    ((x) * 2.0)
	// EVOLVE-BLOCK-START)x",
             R"x(
static int calls = 0;
double hard(double x) {
	const char quote = '"', apostrophe = '\'';  // don't "stop'
	const char* text = "/* no comment */ 0.5 \" 1.5";
	const char* again = R"y(} 0.75 )" // )y";
	double million = 1'000'000.5, hex = 0x1.8p3, tiny = .5, whole = 5., single = 0.5f, large = 1e+10;
	calls += quote == apostrophe ? 1 : 0;
#if defined(FAST) // && 1.5
	x *= 3.0;
#endif
	x += TWICE(0.5) + SCALE;
	x = x<1.0?(-0.5):(x>2.0?-2.0:+2.0);
	double limits[2] = {1.0, (-1.0)};
	if (x > limits[0]) { x -= 1.5; x *= 0.5; } else x = -x;
	(void)text; (void)again;
	while (x > 100.0) x /= 10.0; // shrink
	return/* tight */.5*x + million * 1e-9 + hex + tiny + whole + single + large;
}
	)x",
             R"x(// EVOLVE-BLOCK-END
const char* last = "// EVOLVE-BLOCK-END";
)x"}};
}

inline CorpusProgram cpp_bundle() {
    return {"cpp_bundle",
            problems::Language::cpp,
            {R"(==> atoll file: rule.hpp
#pragma once
double rule(double item, double bin);
double weight(double x);
==> atoll file: rule.cpp
#include "rule.hpp"
// EVOLVE-BLOCK-START)",
             R"(
double rule(double item, double bin) {
    double gap = bin - item;
    double value = -gap;
    if (gap < 0.1) value += 1.5;
    if (gap > 0.5) {
        value -= weight(gap) * 0.25;
    }
    return value;
}
)",
             R"(// EVOLVE-BLOCK-END
==> atoll file: weight.cpp
#include "rule.hpp"
// EVOLVE-BLOCK-START)",
             R"(
double weight(double x) {
    double result = 1.0;
    for (int i = 0; i < 4; ++i) result *= x;
    return /* atoll:expr(x, result) */ result + 0.5 * x;
}
)",
             R"(// EVOLVE-BLOCK-END
)"}};
}

/// 26 circles as OpenEvolve's users construct them.
inline CorpusProgram circle_packing() {
    return {"circle_packing",
            problems::Language::python,
            {R"(# EVOLVE-BLOCK-START)",
             R"(
"""Constructor-based circle packing for n=26 circles"""
import numpy as np


def construct_packing():
    """
    Construct a specific arrangement of 26 circles in a unit square
    """
    n = 26
    centers = np.zeros((n, 2))
    centers[0] = [0.5, 0.5]
    for i in range(8):
        angle = 2 * np.pi * i / 8
        centers[i + 1] = [0.5 + 0.3 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)]
    for i in range(16):
        angle = 2 * np.pi * i / 16
        centers[i + 9] = [
            0.5 + 0.7 * np.cos(angle),
            0.5 + 0.7 * np.sin(angle),  # the outer ring
        ]
    centers = np.clip(centers, 0.01, 0.99)
    radii = compute_max_radii(centers)
    return centers, radii, np.sum(radii)


def compute_max_radii(centers):
    n = centers.shape[0]
    radii = np.ones(n)
    for i in range(n):
        x, y = centers[i]
        radii[i] = min(x, y, 1 - x, 1 - y)
    for i in range(n):
        for j in range(i + 1, n):
            dist = np.sqrt(np.sum((centers[i] - centers[j]) ** 2))
            if radii[i] + radii[j] > dist:
                scale = dist / (radii[i] + radii[j])
                radii[i] *= scale
                radii[j] *= scale
            elif dist <= 1e-9 and not i == j:
                radii[j] = 0.0
            else:
                continue
    return radii
)",
             R"(# EVOLVE-BLOCK-END


# This part remains fixed (not evolved)
def run_packing():
    centers, radii, sum_radii = construct_packing()
    return centers, radii, sum_radii
)"}};
}

/// FunSearch's priority on an array of bins, and one on numbers.
inline CorpusProgram python_priority() {
    return {"python_priority",
            problems::Language::python,
            {R"(import math
import numpy as np


def pack(items, bins):
    # EVOLVE-BLOCK-START)",
             R"(
    penalty = 0.1
    for item in items:
        scores = np.where(bins < 0.5, bins, 0.0)
        scores = np.maximum(bins - item, 0.0) * (-0.25)  # atoll:expr(item, bins, scores)
        best = int(np.argmax(scores))
        if scores[best] > penalty:
            penalty *= 1.5
            bins[best] -= item
    )",
             R"(# EVOLVE-BLOCK-END
    return bins


def threshold(x, is_new):
    # EVOLVE-BLOCK-START: thresholds)",
             R"(
    y = math.sqrt(abs(x)) + 0.5
    y += 1.25 if x > 0.5 else -0.25
    return y if is_new else math.floor(x)  # atoll:expr(number x, number y, condition is_new)
    )",
             R"(# EVOLVE-BLOCK-END
)"}};
}

inline CorpusProgram nasty_python() {
    return {"nasty_python",
            problems::Language::python,
            {R"(S = "# EVOLVE-BLOCK-START"
T = '''
# EVOLVE-BLOCK-START
'''
class Holder:
	rate = 0.5
	# EVOLVE-BLOCK-START)",
             R"(
	def f(self, a, b=0.5, *rest, **more):
		r"""raw \""" ; total = 1.5
# not a comment
		"""
		total = 0.0; other = 1_000.5e-3
		text = f"{a:>{10}} # {b}" 'it''s' "\"" if False else "x"; raw = rb'\''
		if a < b: total += 1.5
		elif a == b: pass
		else:
			total -= (
	0.5 +   # odd indentation
b)
		values = [0.5, 1, 0x10, 1j, 2.5j, 1., .5, 1e5, -1.5, (-2.5)]
		try:
			total /= a
		except ZeroDivisionError:
			total = 1.0if a else.5
		finally:
			other **= 2

		# a comment at the wrong place
		while total > 100.0 and not other:
			total //= 2
			if total < 1: break
		with open("x") as handle:
			total += sum(v for v in values if v is not None and v != 1j) \
				- 0.5
		return lambda x=0.5: x * \
			total
	)",
             R"(# EVOLVE-BLOCK-END
	after = 1.5
)"}};
}

inline CorpusProgram python_bundle() {
    return {"python_bundle",
            problems::Language::python,
            {R"(==> atoll file: program.py
from rule import rule
# EVOLVE-BLOCK-START)",
             R"(

def solve(n):
    total = 0.0
    for i in range(n):
        total += rule(i * 0.5, n)
        if total > 10.0:
            total -= 2.5
    return total
)",
             R"(# EVOLVE-BLOCK-END
==> atoll file: rule.py
def rule(x, y):
    # EVOLVE-BLOCK-START)",
             R"(
    z = x + 1.5 * y
    z = min(z, x)
    return z * 0.5  # atoll:expr(x, y, z)
    )",
             R"(# EVOLVE-BLOCK-END
)"}};
}

inline CorpusProgram unmarked(const CorpusProgram& program, std::string_view comment) {
    std::string text;
    const std::string all = program.text();
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find('\n', at), all.size() - 1) + 1;
        const std::string line = all.substr(at, end - at);
        if (line.find(std::string(comment) + " EVOLVE-BLOCK") == std::string::npos) text += line;
        at = end;
    }
    return {program.name + "_unmarked", program.language, {text}};
}

inline CorpusProgram crlf(CorpusProgram program) {
    for (std::string& each : program.pieces) each = with_crlf(each);
    program.name += "_crlf";
    return program;
}

inline std::vector<CorpusProgram> corpus() {
    return {bin_packing(),
            next_city(),
            nasty_cpp(),
            cpp_bundle(),
            circle_packing(),
            python_priority(),
            nasty_python(),
            python_bundle(),
            unmarked(bin_packing(), "//"),
            unmarked(circle_packing(), "#"),
            crlf(bin_packing()),
            crlf(circle_packing())};
}

}  // namespace atl::evolve::testing
