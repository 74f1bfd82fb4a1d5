// SPDX-License-Identifier: Apache-2.0
// Rules that drop plans: a small expression language over the plan's parameters.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/axes.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// One rule: a plan is dropped where `expression` is true (not 0).
struct RuleText {
    std::string name;
    std::string expression;  ///< "$sequence_parallel && $tensor == 1"
    std::string why;
    std::string place;  ///< "my_rules.toml:3"
};

/// TOML, `[rule.NAME]` with `drop_if` and `why`. Throws InputError with file, line and position in the expression.
std::vector<RuleText> parse_rules(std::string_view toml, std::string_view file_name);
/// Those that come with the program, our reconstruction of Astra's (models/rules.toml).
std::vector<RuleText> shipped_rules();

/// Names a rule may use, and the values of one plan under them.
class RuleVariables {
public:
    static const std::vector<std::string>& names();
    /// The axes that the variable of this position in names() follows from.
    static AxisSet axes(std::size_t variable);
    static constexpr std::size_t count = 48;  ///< room; names().size() of them are used
    RuleVariables(const Transformer& model, const Cluster& cluster, const Workload& workload);
    void set(const Strategy& strategy);
    const std::array<double, count>& values() const { return values_; }

private:
    std::array<double, count> values_{};
    Workload workload_;
};

/// One step of a compiled rule.
struct RuleInstruction {
    std::uint8_t operation = 0;
    std::uint32_t variable = 0;
    double number = 0;
};

/// Rules compiled to flat programs; the axes that each reads let the search try it as soon as those are fixed.
class RuleFilter {
public:
    /// Throws InputError with place and character for an expression that is wrong.
    explicit RuleFilter(std::vector<RuleText> rules);
    const std::vector<RuleText>& rules() const { return rules_; }
    /// Index of the first rule that drops the plan, or -1.
    int dropped_by(const RuleVariables& variables) const;
    /// Throws InputError naming the rule when it has no value for the plan (0 / 0, x % 0).
    bool drops(std::size_t rule, const RuleVariables& variables) const;
    /// All that the rule's answer depends on beside the job.
    AxisSet reads(std::size_t rule) const { return reads_[rule]; }

private:
    std::vector<RuleText> rules_;
    std::vector<std::vector<RuleInstruction>> programs_;
    std::vector<AxisSet> reads_;
};

}  // namespace atl::plan
