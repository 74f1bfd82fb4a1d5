// SPDX-License-Identifier: Apache-2.0
// The pieces of a model's reply: what it thought, said, and put into fences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace atl::evolve::model {

/// A piece of a reply that may be code.
struct Passage {
    std::string text;
    std::string info;    ///< behind the opening fence: "cpp", "python main.py"
    std::string before;  ///< the last line before it that is not blank
    bool fenced = true;
    bool closed = true;  ///< a fence: it has an end
};

/// Line ends as line feeds, without a byte order mark, and without what stands in <think>...</think>, of which the
/// beginning may be missing. Thoughts that do not end are left out when something stands before them.
std::string without_thoughts(std::string_view reply);

/// Fences of three or more ` or ~ with any info, indented or behind words on their line; one that is followed by
/// another opening ends there, one without an end at the end of the reply.
std::vector<Passage> fences_of(std::string_view reply);

/// &lt; &gt; &amp; &quot; &#39; and &nbsp; as what they stand for.
std::string without_entities(std::string_view text);
bool has_entities(std::string_view text);

/// A line of words and not of code: a few words without any sign that code is made of.
bool is_prose(std::string_view line);

}  // namespace atl::evolve::model
