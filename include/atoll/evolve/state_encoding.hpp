// SPDX-License-Identifier: Apache-2.0
// The little-endian encoding of island state in snapshots: written field by field, read back with every length checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "atoll/core/record.hpp"
#include "atoll/engine/island.hpp"

namespace atl::evolve {

/// Appends fields to a byte string. Doubles are stored bit for bit.
class StateWriter {
public:
    void u8(std::uint8_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void f64(double value);
    void text(std::string_view value);           ///< u64 length, then the bytes
    void record(const EvaluationRecord& value);  ///< in the journal's encoding, without the candidate's bytes
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Reads the same fields in the same order. Throws DamageError when the bytes end early or hold impossible values.
class StateReader {
public:
    /// `bytes_of`: where candidates' bytes are; empty: they stand in the snapshot, behind each record.
    explicit StateReader(std::string_view bytes, engine::CandidateBytes bytes_of = {})
        : bytes_(bytes), bytes_of_(std::move(bytes_of)) {}
    /// Of a snapshot of version 1, which holds candidates whole.
    void expect_candidates_inside() { bytes_of_ = nullptr; }
    std::uint8_t u8();
    std::uint32_t u32();
    std::uint64_t u64();
    double f64();
    std::string text();
    /// Throws DamageError when its candidate is not what it was.
    EvaluationRecord record();
    /// Throws DamageError when anything is left.
    void finish() const;

private:
    std::string_view take(std::uint64_t size);
    std::string_view bytes_;
    engine::CandidateBytes bytes_of_;
};

}  // namespace atl::evolve
