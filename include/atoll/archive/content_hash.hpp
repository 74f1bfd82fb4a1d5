// SPDX-License-Identifier: Apache-2.0
// One number for what a run found: equal on any rank count, interrupted or not, when the run was deterministic.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "atoll/core/hash.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::archive {

/// Cuts a resolved job (TOML) down to the options that the content hash covers. Throws InputError when it cannot.
using ContentOfJob = std::function<std::string(const std::string& job_toml)>;

/// What a run's jobs have in the content hash: the distinct ones of its first incarnation, one after another (an
/// archive merged from several runs has several).
std::string content_toml(const journal::RunContents& contents, const ContentOfJob& content_of_job);

/// SHA-256 over `content_toml` and every column that says in_content_hash; docs/archive-format.md has the bytes.
Sha256 content_hash(const journal::RunContents& contents, std::string_view content_toml);

/// Whether the same job gives the same content hash again.
struct Reproducibility {
    bool reproducible = false;
    std::string reason;  ///< why not: "the run was not deterministic; 2 timeouts"; empty when it is
};

/// Not when its job was not deterministic, when records are damaged, when it was cut short, or when the machine decided
/// verdicts (timeout, out of memory, infrastructure).
Reproducibility judge_reproducibility(const journal::RunContents& contents, bool deterministic);

}  // namespace atl::archive
