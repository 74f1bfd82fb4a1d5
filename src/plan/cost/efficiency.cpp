// SPDX-License-Identifier: Apache-2.0
// Trains, applies and scores models of measured operator times.
#include "atoll/plan/efficiency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/hash.hpp"
#include "plan/cost/boosted_trees.hpp"
#include "plan/cost/collective_table.hpp"
#include "plan/cost/csv_rows.hpp"
#include "plan/cost/operator_features.hpp"

namespace atl::plan {

namespace {

struct Kind {
    std::string_view name;
    std::string_view telling;          ///< a column that only this table has
    std::vector<std::string> columns;  ///< the group's, then the shape's, without latency_us
    std::size_t group_columns = 2;
};

const std::array<Kind, 3>& kinds() {
    static const std::array<Kind, 3> all{{
        {"gemm", "k", {"gpu", "dtype", "m", "n", "k"}, 2},
        {"attention", "seq", {"gpu", "dtype", "batch", "seq", "heads", "kv_heads", "head_dim"}, 2},
        {"collective", "op", {"gpu", "op", "gpus", "bytes"}, 3},
    }};
    return all;
}

const Kind& kind_of(std::string_view csv, std::string_view file_name) {
    std::string_view header = csv.substr(0, csv.find('\n'));
    if (header.ends_with('\r')) header.remove_suffix(1);
    const std::string framed = fmt::format(",{},", header);
    for (const Kind& kind : kinds()) {
        if (framed.find(fmt::format(",{},", kind.telling)) != std::string::npos) return kind;
    }
    throw InputError(fmt::format("{}:1: neither matrix products (m,n,k), attention (seq) nor collectives (op): '{}'",
                                 file_name, header));
}

/// Rows of one model or curve.
struct Group {
    std::vector<std::size_t> places;  ///< in the table
    std::vector<std::array<double, 5>> shapes;
    std::vector<double> measured_us;
    std::vector<bool> set_aside;
    std::string gpu;
    std::string variant;     ///< type of number, or operation
    std::uint32_t gpus = 0;  ///< of a collective
    void add(std::size_t place, const std::array<double, 5>& shape, double us, bool aside) {
        places.push_back(place);
        shapes.push_back(shape);
        measured_us.push_back(us);
        set_aside.push_back(aside);
    }
};

struct Groups {
    std::vector<std::string> order;
    std::map<std::string, Group, std::less<>> by_name;
    std::size_t rows = 0;
};

Groups read_groups(std::string_view csv, std::string_view file_name, const Kind& kind, bool measured) {
    std::vector<std::string> columns = kind.columns;
    if (measured) columns.emplace_back("latency_us");
    Groups groups;
    for (CsvRows rows(csv, file_name, columns); rows.next(); ++groups.rows) {
        const Cells& cells = rows.cells();
        std::string name = fmt::format("{}_{}", cells[0], kind.name);
        for (std::size_t i = 1; i < kind.group_columns; ++i) name += fmt::format("_{}", cells[i]);
        std::array<double, 5> shape{};
        std::string shape_text = kind.name == "collective" ? fmt::format("{},{}", cells[1], cells[2]) : "";
        for (std::size_t i = kind.group_columns; i < kind.columns.size(); ++i) {
            shape.at(i - kind.group_columns) = rows.number(i);
            if (!(shape.at(i - kind.group_columns) > 0)) rows.refuse(fmt::format("{} must be above 0", columns[i]));
            if (!shape_text.empty()) shape_text += ',';
            shape_text += cells[i];
        }
        const double us = measured ? rows.number(kind.columns.size()) : 0;
        if (measured && !(us > 0)) rows.refuse("latency_us must be above 0");
        auto [place, added] = groups.by_name.try_emplace(name);
        if (added) {
            groups.order.push_back(name);
            place->second.gpu = cells[0];
            place->second.variant = cells[1];
            if (kind.name == "collective") place->second.gpus = static_cast<std::uint32_t>(rows.number(2));
        }
        place->second.add(groups.rows, shape, us, crc32c(shape_text) % 10 == 0);
    }
    return groups;
}

double roofline_us(const Kind& kind, const std::array<double, 5>& s) {
    return kind.name == "gemm" ? gemm_roofline_us(s[0], s[1], s[2])
                               : attention_roofline_us(s[0], s[1], s[2], s[3], s[4]);
}

template <class Keep>
FeatureRows features(const Kind& kind, const Group& group, Keep keep) {
    FeatureRows rows;
    const double multiprocessors = multiprocessors_of(group.gpu);
    for (std::size_t i = 0; i < group.shapes.size(); ++i) {
        if (!keep(i)) continue;
        const auto& s = group.shapes[i];
        const std::size_t before = rows.values.size();
        if (kind.name == "gemm") {
            append_gemm_features(s[0], s[1], s[2], multiprocessors, rows.values);
        } else {
            append_attention_features(s[0], s[1], s[2], s[3], s[4], multiprocessors, rows.values);
        }
        rows.width = rows.values.size() - before;
    }
    return rows;
}

template <class Keep>
std::string train(const Kind& kind, const Group& group, Keep keep) {
    std::vector<float> targets;
    for (std::size_t i = 0; i < group.shapes.size(); ++i) {
        if (keep(i)) {
            targets.push_back(static_cast<float>(std::log(group.measured_us[i] / roofline_us(kind, group.shapes[i]))));
        }
    }
    // attention has fewer rows, and more smaller trees serve it better
    const TreeSettings settings =
        kind.name == "gemm" ? TreeSettings{} : TreeSettings{.trees = 1200, .leaves = 32, .step = 0.06};
    return train_trees(features(kind, group, keep), targets, settings);
}

/// Microseconds of every shape.
std::vector<double> predict(const Kind& kind, const Group& group, std::string_view model, const std::string& name) {
    std::vector<double> us = BoostedTrees(model, name).predict(features(kind, group, [](std::size_t) { return true; }));
    for (std::size_t i = 0; i < us.size(); ++i) us[i] = roofline_us(kind, group.shapes[i]) * std::exp(us[i]);
    return us;
}

/// Log-log through the mean of each size; beyond the ends the last slope, between 0 (latency) and 1 (bandwidth).
class CollectiveCurve {
public:
    template <class Keep>
    CollectiveCurve(const Group& group, Keep keep) {
        std::map<double, std::pair<double, double>> points;
        for (std::size_t i = 0; i < group.shapes.size(); ++i) {
            if (!keep(i)) continue;
            auto& [sum, count] = points[std::log(group.shapes[i][0])];
            sum += std::log(group.measured_us[i]);
            count += 1;
        }
        for (const auto& [at, sum] : points) points_.emplace_back(at, sum.first / sum.second);
    }
    bool empty() const { return points_.empty(); }
    double us(double bytes) const {
        if (points_.size() == 1) return std::exp(points_[0].second);
        const double at = std::log(bytes);
        const auto found = std::lower_bound(points_.begin() + 1, points_.end() - 1, std::pair(at, 0.0));
        const auto& [left, low] = *(found - 1);
        const auto& [right, high] = *found;
        double slope = (high - low) / (right - left);
        if (at < left || at > right) slope = std::clamp(slope, 0.0, 1.0);
        return at > right ? std::exp(high + slope * (at - right)) : std::exp(low + slope * (at - left));
    }

private:
    std::vector<std::pair<double, double>> points_;
};

/// Seconds of one shape; nothing for a collective that is not known.
std::optional<double> seconds_of(OperatorTimes& times, const Kind& kind, const Group& group,
                                 const std::array<double, 5>& s) {
    if (kind.name == "gemm") {
        return times.gemm_seconds({.m = s[0], .n = s[1], .k = s[2], .fp8 = group.variant == "fp8"});
    }
    if (kind.name == "attention") {
        return times.attention_forward_seconds(
            {.batch = s[0], .sequence = s[1], .heads = s[2], .kv_heads = s[3], .head_dim = s[4]});
    }
    const auto* found = std::find(collective_names.begin(), collective_names.end(), group.variant);
    if (found == collective_names.end()) return std::nullopt;
    return times.collective_seconds(static_cast<Collective>(found - collective_names.begin()), group.gpus, s[0]);
}

std::vector<double> interpolate(const Kind& kind, const Group& group, const std::string& name,
                                std::string_view file_name, const OperatorsOfGpu& operators_of) {
    OperatorTimes* times = operators_of ? operators_of(group.gpu) : nullptr;
    std::vector<double> us;
    us.reserve(group.shapes.size());
    for (const auto& shape : group.shapes) {
        const auto seconds = times ? seconds_of(*times, kind, group, shape) : std::nullopt;
        if (!seconds) {
            throw InputError(fmt::format("{}: there is neither a model nor a measured table of {}", file_name, name));
        }
        us.push_back(1e6 * *seconds);
    }
    return us;
}

std::string with_column(std::string_view csv, const std::vector<double>& predicted_us) {
    std::string out;
    out.reserve(csv.size() + 12 * predicted_us.size());
    std::size_t row = 0;
    for (std::size_t begin = 0; begin < csv.size();) {
        const std::size_t end = std::min(csv.find('\n', begin), csv.size());
        std::string_view line = csv.substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (begin == 0) {
            out += fmt::format("{},predicted_us\n", line);
        } else if (!line.empty()) {
            out += fmt::format("{},{:.6g}\n", line, predicted_us.at(row++));
        }
        begin = end + 1;
    }
    return out;
}

std::string without_rows(std::string_view csv, const std::vector<bool>& left_out) {
    std::string out;
    out.reserve(csv.size());
    std::size_t row = 0;
    for (std::size_t begin = 0; begin < csv.size();) {
        const std::size_t end = std::min(csv.find('\n', begin), csv.size());
        const std::string_view line = csv.substr(begin, end - begin);
        const bool is_row = begin > 0 && !line.empty() && line != "\r";
        if (!is_row || !left_out.at(row++)) out.append(line).append("\n");
        begin = end + 1;
    }
    return out;
}

double median_of_sorted(const std::vector<double>& sorted) {
    return sorted.empty() ? 0 : 0.5 * (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]);
}

/// Relative errors of some rows.
struct Errors {
    std::vector<double> all;
    std::vector<double> above_50_us;
    void add(double us, double measured_us) {
        all.push_back(std::abs(us / measured_us - 1));
        if (measured_us > 50) above_50_us.push_back(all.back());
    }
    void add(const Errors& other) {
        all.insert(all.end(), other.all.begin(), other.all.end());
        above_50_us.insert(above_50_us.end(), other.above_50_us.begin(), other.above_50_us.end());
    }
};

OperatorError error_of(const std::string& name, Errors given) {
    std::vector<double>& errors = given.all;
    OperatorError error{.group = name, .rows = errors.size()};
    if (errors.empty()) return error;
    std::sort(errors.begin(), errors.end());
    std::sort(given.above_50_us.begin(), given.above_50_us.end());
    error.median = median_of_sorted(errors);
    error.median_above_50_us = median_of_sorted(given.above_50_us);
    error.p90 = errors[errors.size() * 9 / 10];
    error.mean = std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(errors.size());
    return error;
}

/// Of the rows that were set aside, group by group and together; a group for which `us_of` has nothing is left out.
template <class MicrosecondsOf>
std::vector<OperatorError> errors_of(const Groups& groups, const MicrosecondsOf& us_of) {
    std::vector<OperatorError> scores;
    Errors pooled;
    for (const std::string& name : groups.order) {
        const Group& group = groups.by_name.at(name);
        const std::vector<double> us = us_of(name, group);
        Errors errors;
        for (std::size_t i = 0; i < us.size(); ++i) {
            if (group.set_aside[i]) errors.add(us[i], group.measured_us[i]);
        }
        pooled.add(errors);
        if (!errors.all.empty()) scores.push_back(error_of(name, std::move(errors)));
    }
    scores.push_back(error_of("all", std::move(pooled)));
    return scores;
}

}  // namespace

bool can_train_efficiency() { return has_boosted_trees(); }

std::vector<EfficiencyModel> train_efficiency(std::string_view csv, std::string_view file_name) {
    const Kind& kind = kind_of(csv, file_name);
    if (kind.name == "collective") {
        throw InputError(fmt::format("{}: collectives are interpolated in their table, not trained", file_name));
    }
    const Groups groups = read_groups(csv, file_name, kind, true);
    std::vector<EfficiencyModel> models;
    for (const std::string& name : groups.order) {
        models.push_back({name, train(kind, groups.by_name.at(name), [](std::size_t) { return true; })});
    }
    return models;
}

std::string predict_operator_rows(std::string_view csv, std::string_view file_name,
                                  const std::vector<EfficiencyModel>& models, std::string_view collectives,
                                  const OperatorsOfGpu& otherwise) {
    const Kind& kind = kind_of(csv, file_name);
    const Groups groups = read_groups(csv, file_name, kind, false);
    std::vector<double> all(groups.rows);
    Groups measured;
    if (kind.name == "collective") measured = read_groups(collectives, "collective.csv", kind, true);
    for (const std::string& name : groups.order) {
        const Group& group = groups.by_name.at(name);
        if (const auto found = measured.by_name.find(name); found != measured.by_name.end()) {
            const CollectiveCurve curve(found->second, [](std::size_t) { return true; });
            for (std::size_t i = 0; i < group.shapes.size(); ++i) all[group.places[i]] = curve.us(group.shapes[i][0]);
            continue;
        }
        const auto model =
            std::find_if(models.begin(), models.end(), [&](const EfficiencyModel& one) { return one.name == name; });
        const bool has_model = model != models.end() && has_boosted_trees();
        const std::vector<double> us =
            has_model ? predict(kind, group, model->bytes, name) : interpolate(kind, group, name, file_name, otherwise);
        for (std::size_t i = 0; i < us.size(); ++i) all[group.places[i]] = us[i];
    }
    return with_column(csv, all);
}

std::vector<OperatorError> score_operators(std::string_view csv, std::string_view file_name) {
    const Kind& kind = kind_of(csv, file_name);
    const Groups groups = read_groups(csv, file_name, kind, true);
    return errors_of(groups, [&](const std::string& name, const Group& group) -> std::vector<double> {
        const auto kept = [&group](std::size_t i) { return !group.set_aside[i]; };
        if (kind.name != "collective") return predict(kind, group, train(kind, group, kept), name);
        const CollectiveCurve curve(group, kept);
        if (curve.empty()) return {};
        std::vector<double> us(group.shapes.size());
        std::transform(group.shapes.begin(), group.shapes.end(), us.begin(),
                       [&](const auto& shape) { return curve.us(shape[0]); });
        return us;
    });
}

std::vector<OperatorError> score_interpolation(std::string_view csv, std::string_view file_name,
                                               const OperatorsFromRows& make) {
    const Kind& kind = kind_of(csv, file_name);
    const Groups groups = read_groups(csv, file_name, kind, true);
    std::vector<bool> set_aside(groups.rows);
    for (const auto& [name, group] : groups.by_name) {
        for (std::size_t i = 0; i < group.places.size(); ++i) set_aside[group.places[i]] = group.set_aside[i];
    }
    const std::string kept = without_rows(csv, set_aside);
    std::map<std::string, std::unique_ptr<OperatorTimes>, std::less<>> operators;
    const OperatorsOfGpu operators_of = [&](std::string_view gpu) {
        auto& times = operators[std::string(gpu)];
        if (!times) times = make(kept, std::string(gpu));
        return times.get();
    };
    return errors_of(groups, [&](const std::string& name, const Group& group) {
        return interpolate(kind, group, name, file_name, operators_of);
    });
}

}  // namespace atl::plan
