// SPDX-License-Identifier: Apache-2.0
// An evaluation's files in memory, made by the rank and handed on by descriptor, so that nobody copies them between.
#pragma once

#include <unistd.h>

#include <utility>
#include <vector>

#include "atoll/sandbox/execution.hpp"

namespace atl::sandbox {

/// Invariant: owns one open descriptor, or none (-1).
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    int get() const { return number_; }

private:
    int number_;
};

/// A memory file with what a cell unpacks: a count, then for each file the lengths, whether it is executable, name and
/// bytes. Throws InfrastructureError.
Descriptor bundle_of(const std::vector<ProgramFile>& files);

}  // namespace atl::sandbox
