// SPDX-License-Identifier: Apache-2.0
// What a problem's driver is written against; the build takes it into the program, where it meets the driver's text.
#pragma once

#include <cstddef>

// NOTE: a class and not a namespace, since the C library has a function of this name, which only a class can stand
// beside.
struct atoll {
    /// The numbers that one set of parameters leaves.
    class Answer {
    public:
        void push(double value);
    };
};

/// The parameters of the present set, for drivers that look at them.
extern const double* atoll_parameters;

/// The problem's driver defines it, and calls what the candidate defines.
void atoll_run(const double* input, std::size_t count, atoll::Answer& answer);
