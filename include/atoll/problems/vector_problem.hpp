// SPDX-License-Identifier: Apache-2.0
// A problem over real vectors: bounds, a strict judge, and hints that make searching it cheap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "atoll/core/quadratic_program.hpp"
#include "atoll/core/random.hpp"
#include "atoll/core/record.hpp"
#include "atoll/problems/problem.hpp"

namespace atl::problems {

/// One shape of a drawing, in the problem's own coordinates. A circle has radius > 0, a point radius 0.
struct Shape {
    double x = 0;
    double y = 0;
    double radius = 0;
};

/// What `atoll report` draws: shapes inside a frame.
struct Figure {
    double frame_left = 0, frame_bottom = 0, frame_right = 1, frame_top = 1;
    bool draw_frame = true;
    std::vector<Shape> shapes;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> links;  ///< touching or binding pairs of shapes
};

/// The coordinates come in equal groups (a circle: x, y, r), and groups may be exchanged freely.
struct Symmetry {
    std::uint32_t group_size = 1;
    bool groups_are_interchangeable = false;
};

/// Pure and immutable: every call may come from any thread.
class VectorProblem : public Problem {
public:
    virtual std::span<const double> lower_bounds() const = 0;
    virtual std::span<const double> upper_bounds() const = 0;
    std::size_t dimension() const { return lower_bounds().size(); }

    /// Strict and exact: verdict and an interval that contains the true value. Never throws on any input, whatever its
    /// length or content (NaN, infinity, duplicates, wrong size are `wrong` with a reason).
    virtual Judgement judge(std::span<const double> x) const = 0;

    /// A cheap double-precision merit in the problem's direction for operators that search (CMA-ES, DE); defined for
    /// every finite vector inside the bounds, and equal to the score up to rounding where the vector is feasible.
    virtual double merit(std::span<const double> x) const = 0;

    /// False where a merit costs as much as a judgement: then nothing searches by it unless a job says so.
    virtual bool merit_is_cheap() const { return true; }

    virtual Symmetry symmetry() const { return {}; }

    /// A random start inside the bounds.
    virtual std::vector<double> random_vector(RandomStream& random) const = 0;

    /// Makes x pass judge() by the smallest changes it knows of (clamp, shrink by an ulp); false when it can not.
    virtual bool make_feasible(std::span<double> x) const = 0;

    /// The problem as data for local optimisation; empty where it has no such form. `program_start` and
    /// `program_result` translate between x and the program's variables.
    virtual const QuadraticProgram* program() const { return nullptr; }
    virtual std::vector<double> program_start(std::span<const double> x) const { return {x.begin(), x.end()}; }
    virtual std::vector<double> program_result(std::span<const double> variables) const {
        return {variables.begin(), variables.end()};
    }

    /// Problem-specific moves by name ("reinsert", "swap"); an unknown name throws InputError.
    virtual std::vector<std::string> move_names() const { return {}; }
    virtual std::vector<double> move(const std::string& name, std::span<const double> x, RandomStream& random) const;

    virtual std::optional<Figure> figure(std::span<const double> x) const {
        (void)x;
        return std::nullopt;
    }
};

/// Every problem compiled in, by name; throws InputError naming the nearest one when there is none such.
std::unique_ptr<VectorProblem> make_vector_problem(const std::string& name);
std::vector<std::string> vector_problem_names();

}  // namespace atl::problems
